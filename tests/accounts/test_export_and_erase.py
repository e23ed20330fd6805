"""Taking everything along, and leaving nothing behind."""

import io
import json
import re
import time
import zipfile
from html import unescape
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import storages
from django.test import Client

from accounts.models import User
from following.models import Follow, Follower
from newsletter.models import Consent, Subscriber
from outbox.models import Message
from qa.models import Answer, Image, Question
from tests import factories
from tests.accounts.cast import BACKEND, show_again
from tests.following import cast as following
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db
WORDS = {"questions": "keep", "word": "erase"}
EXPORT, ERASE = "/accounts/me/export/", "/accounts/me/erase/"


@pytest.fixture
def ben_signed_in(client, ben):
    client.force_login(ben, BACKEND)
    show_again(client)
    return client


def with_picture(question):
    image = Image(question=question, alt="My calf")
    image.store(factories.picture())
    return question


def bens(**fields):
    return {"email": "ben@example.org", "name": "Benjamin", "location": "Hullbridge", **fields}


def export(client) -> zipfile.ZipFile:
    answer = client.post("/accounts/me/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="my-account.zip"'
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_archive_holds_what_is_mine_and_nothing_else(ben_signed_in, ben):
    mine = with_picture(factories.pending(**bens(title="Is this one of mine?")))
    mine.write("It began in May.")
    factories.pending(title="Does Ada ask this?").write("Ada's own words")
    newsletter.subscriber("ben@example.org")
    Answer.objects.create(
        question=factories.published(), kind="reader", author=ben, body="I stretch."
    )

    archive = export(ben_signed_in)
    text = archive.read("account.json").decode()
    data = json.loads(text)

    assert data["account"]["email"] == "ben@example.org"
    assert [row["asked_title"] for row in data["questions"]] == ["Is this one of mine?"]
    [message] = data["questions"][0]["messages"]
    assert (message["text"], message["from_asker"]) == ("It began in May.", True)
    assert "Ada's own words" not in text
    assert data["reader_answers"][0]["body"] == "I stretch."
    assert data["newsletter"][0]["consents"][0]["text"] == Consent.TEXT
    picture = f"pictures/{mine.reference_number}-{mine.images.get().pk}.jpg"
    assert archive.namelist() == ["account.json", picture]
    assert archive.read(picture)[:3] == b"\xff\xd8\xff"
    assert "Does Ada ask this?" not in text
    assert ben.password not in text


def test_an_answer_that_is_not_out_is_not_in_the_archive(ben_signed_in, cora):
    question = factories.pending(**bens())
    question.edit(by=cora, title=question.title, body=question.body, answer="A draft of mine.")

    data = json.loads(export(ben_signed_in).read("account.json"))

    assert data["questions"][0]["answer"] is None


def test_the_archive_is_asked_for_by_post_and_signed_in(client, ben_signed_in):
    assert Client().post(EXPORT).url == f"/accounts/login/?next={EXPORT}"
    page = client.get(EXPORT)
    assert (page.headers["Content-Type"], page.streaming) == ("text/html; charset=utf-8", False)
    assert '<form class="actions" method="post">' in page.text


@pytest.fixture
def later(monkeypatch):
    """Just past the time for which one need not show again who it is."""
    now = time.time() + 300
    monkeypatch.setattr("time.time", lambda: now)


@pytest.mark.parametrize("path", [EXPORT, ERASE])
def test_who_signed_in_long_ago_shows_again_who_it_is(ben_signed_in, later, path):
    assert ben_signed_in.get(path).url == f"/accounts/reauthenticate/?next={quote(path, safe='')}"


def test_the_archive_is_one_click_away_then(ben_signed_in, later):
    sent = ben_signed_in.post(EXPORT, follow=True)
    assert sent.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert sent.status_code == 200

    shown = ben_signed_in.post(
        sent.redirect_chain[-1][0], {"password": factories.PASSWORD, "next": next_of(sent)}
    )
    page = ben_signed_in.get(shown.url)

    assert (shown.status_code, shown.url) == (302, f"{EXPORT}?again=1")
    assert "Download my data</button>" in page.text
    assert export(ben_signed_in).namelist() == ["account.json"]


def test_erasing_waits_for_it_and_keeps_the_choice(ben_signed_in, later):
    sent = ben_signed_in.post(ERASE, {"questions": "erase", "word": "erase"}, follow=True)
    form = {"password": factories.PASSWORD, "next": next_of(sent)}
    page = ben_signed_in.post(sent.redirect_chain[-1][0], form, follow=True)

    assert User.objects.filter(email="ben@example.org").exists()
    assert "Nothing is erased yet" in page.text
    assert re.findall(r'value="(\w+)"[^>]* checked', page.text) == ["erase"]
    assert page.redirect_chain[-1][0] == f"{ERASE}?again=1&questions=erase"
    ben_signed_in.post(ERASE, {"questions": "erase", "word": "erase"})
    assert not User.objects.exists()


def next_of(page) -> str:
    return unescape(re.search(r'name="next" value="([^"]+)"', page.text)[1])


@pytest.mark.parametrize(
    "fields", [{}, {"word": "erase"}, {"questions": "keep"}, {"questions": "keep", "word": "ok"}]
)
def test_erasing_needs_the_word_and_a_choice(ben_signed_in, fields):
    assert ben_signed_in.post("/accounts/me/erase/", fields).status_code == 422
    assert User.objects.filter(email="ben@example.org").exists()


def everything_of(ben):
    waiting = with_picture(factories.pending(**bens(title="Not yet published, is it?")))
    public = with_picture(factories.published(**bens(title="Published long ago, is it?")))
    newsletter.subscriber("ben@example.org")
    for status, at in [("published", public.published_at), ("pending", None)]:
        words = {"body": f"My {status} words.", "status": status, "published_at": at}
        words |= {"author_name": ben.display_name, "author_place": "Hull"}
        Answer.objects.create(question=public, kind="reader", author=ben, **words)
    return waiting, public


def traces() -> str:
    """Every text of the database in which something of Ben's could be left."""
    tables = [Question, Message, Subscriber, Consent, EmailAddress, User]
    rows = [str(row) for table in tables for row in table.objects.values_list()]
    return "\n".join(rows)


def test_erasing_leaves_no_trace_of_the_person(ben_signed_in, ben):
    _, public = everything_of(ben)

    answer = ben_signed_in.post("/accounts/me/erase/", WORDS)

    assert "Your account is erased" in answer.text
    for marker in ["ben@example.org", "Benjamin", "Hullbridge", "Not yet published"]:
        assert marker not in traces()
    assert ben_signed_in.get("/accounts/me/").status_code == 302
    assert Client().get(public.get_absolute_url()).status_code == 200


def test_what_is_followed_and_every_unpublished_answer_go_as_the_page_says(
    ben_signed_in, ben, cora
):
    topic = factories.topic(accepts_reader_answers=True)
    questions = [factories.published(by=cora, topic=topic) for _ in range(2)]
    for question in questions:
        Answer.from_reader(question, by=ben, body="I stretch before bed.")
    Answer.objects.reader().first().decline(by=cora)
    following.follow(topic, "ben@example.org")

    page = ben_signed_in.get("/accounts/me/erase/").text
    ben_signed_in.post("/accounts/me/erase/", WORDS)

    assert "what you follow" in page
    assert "all questions and answers of yours that are not published" in page
    assert not Follower.objects.exists()
    assert not Answer.objects.reader().exists()
    assert Follow.objects.get().withdrawn_at


def test_what_was_published_may_stay(ben_signed_in, ben):
    waiting, public = everything_of(ben)

    ben_signed_in.post("/accounts/me/erase/", WORDS)

    public.refresh_from_db()
    assert public.status == "published"
    assert public.title == "Published long ago, is it?"
    assert public.credit == ""
    assert public.asked_title == public.asked_body == public.email == ""
    kept = Answer.objects.reader().values_list("body", "author", "author_name", "author_place")
    assert list(kept) == [("My published words.", None, "", "")]
    waiting.refresh_from_db()
    assert waiting.erased_at is not None


def test_the_private_link_of_a_kept_question_is_dead(ben_signed_in, ben):
    _, public = everything_of(ben)
    link = public.get_private_url()

    ben_signed_in.post("/accounts/me/erase/", WORDS)

    assert Client().get(link).status_code == 404


def test_what_was_published_may_go_too(
    ben_signed_in, ben, django_capture_on_commit_callbacks, settings
):
    _, public = everything_of(ben)

    with django_capture_on_commit_callbacks(execute=True):
        ben_signed_in.post("/accounts/me/erase/", {**WORDS, "questions": "erase"})

    public.refresh_from_db()
    assert public.erased_at is not None
    assert Client().get(f"/questions/{public.pk}/x/").status_code == 410
    assert not Answer.objects.reader().exists()
    assert Image.objects.count() == 0
    assert storages["private"].listdir("")[0] == []


def test_other_peoples_things_stay(ben_signed_in, ben):
    everything_of(ben)
    ada = factories.pending(title="Does Ada ask this?")
    newsletter.subscriber("otto@example.org")

    ben_signed_in.post("/accounts/me/erase/", {**WORDS, "questions": "erase"})

    ada.refresh_from_db()
    assert (ada.email, ada.status) == ("ada@example.org", "pending")
    assert Message.objects.filter(to="ada@example.org").exists()
    assert Subscriber.objects.get().email == "otto@example.org"


def test_an_address_that_is_not_confirmed_erases_nothing(ben_signed_in, ben):
    EmailAddress.objects.create(user=ben, email="ada@example.org", verified=False)
    ada = factories.pending()

    ben_signed_in.post("/accounts/me/erase/", {**WORDS, "questions": "erase"})

    ada.refresh_from_db()
    assert ada.erased_at is None


def test_staff_ask_the_owner(desk, cora):
    answer = desk.post("/accounts/me/erase/", WORDS)

    assert "Ask the owner of the site" in answer.text
    assert User.objects.filter(pk=cora.pk).exists()


def test_an_address_that_somebody_else_has_added_goes_along(ben_signed_in, ben):
    other = factories.member("Ada")
    EmailAddress.objects.create(user=other, email=ben.email, verified=False)

    ben_signed_in.post("/accounts/me/erase/", WORDS)

    assert not EmailAddress.objects.filter(email="ben@example.org").exists()
    assert other.emailaddress_set.count() == 1
