"""A site that holds a thousand private words shows none of them: no page, feed, picture or log."""

import io
import logging
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.sessions import SessionStore
from config.logs import Discreet
from newsletter.models import Issue, Subscriber
from outbox import delivery
from outbox.models import Message
from qa.asking import tickets
from qa.models import Answer, Image, Policy, Question, Reference
from tests import factories
from tests.markers import Markers, in_database, tagged_picture

START = ["/", "/sitemap.xml", "/robots.txt", "/feed/", "/embed.js", "/newsletter/issues/"]
START += ["/search/?q=cramps", "/search/suggest/?q=cramps+at+night", "/no/such/page/"]
LINK = re.compile(
    r"(?:href|src|srcset|action|content)=\"([^\"]+)\"|<loc>([^<]+)</loc>|^Sitemap: (\S+)", re.M
)
NEUTRAL = "zqneutral000"


@pytest.fixture
def mark() -> Markers:
    return Markers(seed=6042)


@pytest.fixture
def log():
    """What the site's own handler writes, as it would stand in the console."""
    stream, handlers = io.StringIO(), set()
    for logger in [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]:
        found = getattr(logger, "handlers", [])
        handlers |= {one for one in found if isinstance(one.formatter, Discreet)}
    before = {handler: handler.setStream(stream) for handler in handlers}
    assert before
    yield stream
    for handler, old in before.items():
        handler.setStream(old)


# --- A site full of secrets ------------------------------------------------------------------


def secret(mark: Markers, state: str) -> dict:
    """Fields of a question that nobody but its asker and the curators may see."""
    return {
        "email": mark.email(f"e-mail, {state}"),
        "key": f"{mark(f'key, {state}')}-a-private-key",
        "asked_title": mark.words(f"asked title, {state}", "Why does it"),
        "asked_body": mark.words(f"asked body, {state}"),
        "typed": {"body": mark.words(f"half-typed text, {state}")},
        "external_id": mark(f"number elsewhere, {state}"),
    }


def hidden_text(mark: Markers, state: str) -> dict:
    """The rest of a question that is not public: none of it is for anybody's eyes."""
    return secret(mark, state) | {
        "title": mark.words(f"title, {state}", "Why does it"),
        "body": mark.words(f"body, {state}"),
        "name": mark(f"name, {state}"),
        "location": mark(f"place, {state}"),
    }


def published(mark: Markers, by, number: int) -> Question:
    """In the archive under a name and place that were given, edited before and after."""
    question = factories.pending(**secret(mark, "published"), title="", body="")
    Question.objects.filter(pk=question.pk).update(spam_reason=mark("spam reason, published"))
    question.refresh_from_db()
    first = mark.words("title, edited away", "Why does it"), mark.words("body, edited away")
    question.edit(by=by, title=first[0], body=first[1], answer=mark.words("answer, edited away"))
    question.edit(by=by, title=f"Why do cramps come at night, {number}?", body="A new text.",
                  answer="Stretching helps some people.")  # fmt: skip
    question.publish(by=by, note=mark.words("note to the asker"))
    return question


def hidden(mark: Markers, by, state: str) -> Question:
    """A question in a state that is not public, by the verbs that lead there."""
    make = factories.draft if state == "draft" else factories.pending
    question = make(**hidden_text(mark, state))
    if state in {"answered", "unpublished"}:
        answer = mark.words(f"answer, {state}")
        question.edit(by=by, title=question.title, body=question.body, answer=answer)
        Reference.objects.create(answer=question.official_answer, title=mark(f"source, {state}"))
    acts = {
        "needs_changes": lambda: question.request_changes(by=by, reason=mark.words("wish")),
        "answered": lambda: question.answer_privately(by=by, note=mark.words("private note")),
        "declined": lambda: question.decline(by=by, reason=mark.words("reason")),
        "spam": lambda: question.mark_spam(by=by),
        "withdrawn": lambda: question.withdraw(note=mark.words("why withdrawn")),
        "merged": lambda: question.merge_into(
            Question.objects.published().first(), by=by, note=mark.words("note of a merge")
        ),
        "unpublished": lambda: [
            question.publish(by=by, note=mark.words("note, unpublished")),
            question.unpublish(by=by, note=mark.words("why unpublished")),
        ],
    }
    acts.get(state, lambda: None)()
    return question


STATES = ["draft", "pending", "needs_changes", "answered", "declined", "spam", "withdrawn"]
STATES += ["merged", "unpublished"]


def pictures(mark: Markers, shown: Question, waiting: Question, by) -> list[Image]:
    """Ticked and unticked ones of a published question, and those of one that waits."""
    stored = []
    for question, kind, publish in [
        (shown, "JPEG", True),
        (shown, "WEBP", True),
        (shown, "PNG", False),
        (waiting, "JPEG", True),
    ]:
        alt = "A calf" if publish and question is shown else mark("description, unticked")
        image = Image(
            question=question, alt=alt, publish=publish, key=f"{mark('file')}-picture-key"
        )
        image.store(tagged_picture(mark, kind))
        stored.append(image)
    shown.unpublish(by=by)
    shown.publish(by=by)
    return stored


def people(mark: Markers, question: Question, by) -> None:
    """Members who go by no name, and what they wrote; readers of the newsletter; letters."""
    for status in ["publish", "decline", None] * 5:
        member = factories.member("", email=mark.email("member's e-mail"))
        body = "I drink water." if status == "publish" else mark.words(f"reader answer, {status}")
        answer = Answer.from_reader(question, by=member, body=body)
        if status:
            getattr(answer, status)(by=by)
    for _ in range(30):
        subscriber = Subscriber.objects.request(
            email=mark.email("subscriber's e-mail"), page=f"/{mark('page of consent')}/"
        )
        Subscriber.objects.filter(pk=subscriber.pk).update(key=mark("subscriber's key"))
    for number in range(10):
        Issue.objects.create(subject=mark("unsent letter"), slug=mark("unsent letter's address"),
                             body=mark.words("unsent letter's text"))  # fmt: skip
        Message.objects.filter(pk=Message.objects.all()[number].pk).update(
            last_error=mark.words("what a mail server said")
        )


def asked_at_the_form(client, mark: Markers) -> list[Question]:
    """Through the form, from an address, by a browser, with a file that has a name."""
    found = []
    topic = factories.topic()
    for number in range(4):
        data = {name: mark.words(f"{name} at the form") for name in ("title", "body")}
        data |= {name: mark(f"{name} at the form") for name in ("name", "location")}
        upload = SimpleUploadedFile(f"{mark('file name')}.png", tagged_picture(mark, "PNG"))
        data |= {"email": mark.email("e-mail at the form"), "ticket": tickets.issue(topic)}
        data |= {
            "guidelines": "on",
            "images": upload if number < 2 else b"",
            "alt_new": mark("alt"),
        }
        visit = {"REMOTE_ADDR": mark.address("sender"), "HTTP_USER_AGENT": mark("user agent")}
        client.post(f"/topics/{topic.slug}/ask/", data, **visit)
        found.append(Question.objects.latest("pk"))
        client.post(f"/asked/{found[-1].key}/submit/", **visit)
    return found


@pytest.fixture
def site(client, mark, db) -> list[Question]:
    """A published archive, and around it more than a thousand words that are not for readers."""
    factories.guidelines()
    for kind in ("privacy", "about"):
        Policy.objects.create(kind=kind, version=1, body="Text.")
    topic = factories.topic(accepts_reader_answers=True)
    by = factories.curator("Cora")
    nameless = factories.curator("")
    type(by).objects.filter(pk=nameless.pk).update(email=mark.email("curator's e-mail"))
    nameless.refresh_from_db()
    topic.author = nameless
    topic.save()
    rows = [published(mark, nameless if n % 2 else by, n) for n in range(30)]
    concealed = [hidden(mark, by, state) for state in STATES * 7]
    pictures(mark, rows[0], concealed[1], by)
    people(mark, rows[1], by)
    for _ in range(5):
        session = SessionStore()
        session["desk_words"] = {"1": {"note": mark.words("note in a session")}}
        session.save()
    concealed += asked_at_the_form(client, mark)
    assert len(mark.placed) >= 1000
    return concealed


# --- Looking everywhere ----------------------------------------------------------------------


def crawl(client, mark: Markers) -> dict:
    """Every address of this site that any page leads to, with its answer."""
    visit = {"REMOTE_ADDR": mark.address("reader"), "HTTP_USER_AGENT": mark("reader's browser")}
    todo, seen = list(START), {}
    while todo:
        path = todo.pop()
        client.cookies.clear()
        response = seen[path] = client.get(path, **visit)
        todo += sorted(links(response) - set(seen) - set(todo))
    return seen


def links(response) -> set[str]:
    found = {response.headers.get("Location", "")}
    if "text" in response.headers.get("Content-Type", "") or "xml" in response.headers.get(
        "Content-Type", ""
    ):
        rows = LINK.findall(response.content.decode())
        found |= {part.split(" ")[0] for row in rows for text in row for part in text.split(", ")}
    paths = {
        unescape(link).removeprefix("http://127.0.0.1:8000").partition("#")[0] for link in found
    }
    return {path for path in paths if path.startswith("/") and not path.startswith("/static/")}


def shown(response) -> bytes:
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return head.encode() + b"\n\n" + response.content


def test_a_thousand_private_words_are_on_no_page_and_in_no_log(client, site, mark, log):
    held = in_database(mark)
    assert len(held) > 900  # the rest was in pictures, or is not kept at all

    seen = crawl(client, mark)

    leaks = {
        path: found for path, answer in seen.items() if (found := mark.in_bytes(shown(answer)))
    }
    assert leaks == {}
    assert mark.in_text("\n".join(seen)) == {}
    assert mark.in_text(log.getvalue()) == {}
    kinds = {answer.headers["Content-Type"].partition(";")[0] for answer in seen.values()}
    assert {"text/html", "application/xml", "application/atom+xml", "image/webp"} <= kinds
    assert len(seen) > 70
    print(f"{len(mark.placed)} markers, {len(held)} in the database, {len(seen)} addresses")


def test_nothing_private_answers_to_its_own_address_or_words(client, site, mark):
    paths = [f"/questions/{question.pk}/{question.slug or 'x'}/" for question in site]
    paths += [f"/media/{image.key}/320.webp" for image in Image.objects.all()]
    paths += [f"/newsletter/issues/{issue.slug}/" for issue in Issue.objects.all()]
    answers = [client.get(path) for path in paths]

    # 301: merged into a public one; 410: public once.
    assert {answer.status_code for answer in answers} <= {301, 404, 410}
    assert [found for answer in answers if (found := mark.in_bytes(shown(answer)))] == []
    assert mark.in_text(str(search_index())) == {}
    assert searched(client, mark, words(mark)[::25]) == []


@pytest.mark.slow
def test_search_for_any_private_word_finds_nothing(client, site, mark):
    assert searched(client, mark, words(mark)) == []


def words(mark: Markers) -> list[str]:
    """Markers that could be typed as one word; an address is several."""
    return [marker for marker in mark.placed if ":" not in marker]


def search_index() -> list:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM qa_search")
        texts = cursor.fetchall()
        cursor.execute("SELECT * FROM qa_title")
        return texts + cursor.fetchall()


def searched(client, mark: Markers, markers) -> list[str]:
    """Markers to which search or suggest answer otherwise than to a word that is nowhere."""
    found = []
    for path in ("/search/", "/search/suggest/"):
        nothing = client.get(path, {"q": NEUTRAL}).content.decode()
        for marker in markers:
            text = client.get(path, {"q": marker}).content.decode()
            if text.replace(marker, NEUTRAL) != nothing:
                found.append(f"{path} {marker}: {mark.placed[marker]}")
    return found


def test_log_lines_of_faults_hold_nothing_private(client, mark, log, monkeypatch, cora):
    """What does get logged: a fault on a private page, a forged form, a mail server's refusal."""
    asked = hidden(mark, cora, "pending")

    def fail(*args, **kwargs):
        raise OSError(f"{asked.email} and /asked/{asked.key}/ and {asked.email}")

    strict = type(client)(enforce_csrf_checks=True, raise_request_exception=False)
    strict.post(f"/asked/{asked.key}/withdraw/")
    monkeypatch.setattr("qa.asking.story.tell", fail)
    strict.get(f"/asked/{asked.key}/")
    monkeypatch.setattr("outbox.filebackend.EmlBackend.send_messages", fail)
    delivery.deliver_due()

    lines = log.getvalue()
    assert "Forbidden (CSRF cookie not set.): /asked/…/withdraw/" in lines
    assert "/asked/…/" in lines
    assert "builtins.OSError: …@… and /asked/…/ and …@…" in lines
    assert mark.in_text(lines) == {}
