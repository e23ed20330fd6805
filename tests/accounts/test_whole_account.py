"""A member with everything: all of it in the archive, none of it left, and how long both take.

Each word carries a marker, whose place begins with what becomes of it:
  own      in the archive, and erased in any case
  public   in the archive, and erased only by choice
  about    what others wrote or have of it: not in the archive, and erased in any case
  beside   what others wrote below it: not in the archive, and erased only by choice
  others   in no archive, and never erased
"""

import io
import json
import time
import zipfile
from itertools import cycle, islice

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from accounts.erasing import erase
from accounts.exporting import archive
from following import gathering
from following.models import Follow
from outbox import mail
from outbox.delivery import deliver_due
from outbox.models import ACCOUNT, Message, Status
from outbox.suppression import Suppression
from qa import emails
from qa.models import Answer, Image, UnsavedEdit
from tests import factories
from tests.following import cast as following
from tests.markers import Markers, in_database, in_files
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db
WITHIN = 60  # seconds
PICTURES = 4  # of each question


class Life:
    """Ben's questions in every state by turns, and all else that a member can have here."""

    def __init__(self, questions: int):
        self.mark = Markers(1)
        self.topic = factories.topic(accepts_reader_answers=True)
        self.email = self.mark.email("own address")
        self.cora = factories.curator()
        self.ada = self._question_of_ada()
        self.ben = factories.member(
            self.mark("own display name"), email=self.email, place=self.mark("own place")
        )
        fates = [
            *(self._draft, self._end, self._wait, self._withdraw, self._ask_back, self._decline),
            *(self._put_away, self._merge, self._answer, self._publish, self._publish_again),
            *(self._publish_for_ada, self._publish_for_otto),
        ]
        self.questions = [self._question(fate) for fate in islice(cycle(fates), questions)]
        self._answers_to_ada()
        self._account()
        Message.objects.exclude(status=Status.CANCELLED).update(not_before=timezone.now())
        deliver_due()

    def _question_of_ada(self):
        words = {"asked_body": self.mark.words("others: asked"), "name": self.mark("others: name")}
        question = factories.published(
            by=self.cora, topic=self.topic, email=self.mark.email("others: address"), **words
        )
        question.write(self.mark.words("others: message"))
        return question

    def _question(self, fate):
        """As the asker leaves it: own words, four pictures, two of them not to be published."""
        place = "public " if fate in self._public_fates() else "own "
        question = factories.draft(
            topic=self.topic,
            email=self.email.upper() if len(self.mark.placed) % 2 else self.email,
            name=self.mark("own name"),
            location=self.mark("own location"),
            title=self.mark.words(f"{place}title", "Why does it"),
            body=self.mark.words(f"{place}body"),
            asked_title=self.mark.words("own asked title", "Why does it"),
            asked_body=self.mark.words("own asked body"),
        )
        for number in range(PICTURES):
            shown = number < 2
            alt = self.mark(f"{place if shown else 'own '}description")
            image = Image(question=question, order=number, alt=alt, publish=shown)
            image.store(factories.picture(320, 240, f"#{len(self.mark.placed) % 4096:03x}"))
        fate(question)
        return question

    def _public_fates(self):
        return {self._publish, self._publish_again, self._publish_for_ada, self._publish_for_otto}

    def _draft(self, question) -> None:
        question.keep({"title": self.mark("own half-typed title")})

    def _end(self, question) -> None:
        question.withdraw()

    def _wait(self, question) -> None:
        question.submit()
        self._talk(question)

    def _talk(self, question) -> None:
        question.write(self.mark.words("own message"))
        question.follow_ups.get().reply(by=self.cora, text=self.mark.words("own reply"))
        fields = {"answer": self.mark("about: unsaved")}
        UnsavedEdit.objects.create(question=question, by=self.cora, revision=0, fields=fields)
        page = reverse("admin:qa_question_change", args=[question.pk])
        text = f"{page} {self.mark('about: the digest of curators')}"
        to, about = self.cora.email, f"digest:{self.cora.pk}"
        mail.queue(to=to, subject="New", text=text, purpose=emails.DIGEST, about=about)

    def _withdraw(self, question) -> None:
        question.submit()
        question.withdraw(note=self.mark.words("about: why withdrawn"))

    def _ask_back(self, question) -> None:
        question.submit()
        question.request_changes(by=self.cora, reason=self.mark.words("own wish"))

    def _decline(self, question) -> None:
        self._write_answer(question, "about: draft of an answer")
        question.decline(by=self.cora, reason=self.mark.words("own reason"))

    def _put_away(self, question) -> None:
        question.submit()
        question.mark_spam(by=self.cora)

    def _merge(self, question) -> None:
        question.submit()
        question.merge_into(self.ada, by=self.cora, note=self.mark.words("own note"))

    def _answer(self, question) -> None:
        self._write_answer(question, "own answer")
        question.answer_privately(by=self.cora, note=self.mark.words("own note"))

    def _write_answer(self, question, place: str) -> None:
        question.submit()
        words = {"title": question.title, "body": question.body}
        question.edit(by=self.cora, answer=self.mark.words(place), **words)

    def _publish(self, question, note: str = "own note") -> None:
        self._write_answer(question, "public answer")
        self._talk(question)
        question.publish(by=self.cora, note=self.mark.words(note))
        question.correct(by=self.cora, note=self.mark.words("public correction"), tell=True)

    def _publish_again(self, question) -> None:
        """With a wish before, a plan, and another title than at first."""
        question.submit()
        question.request_changes(by=self.cora, reason=self.mark.words("own wish"))
        question.submit()
        shown = question.title, question.body
        question.edit(
            by=self.cora,
            title=self.mark.words("about: first title", "Why does it"),
            body=question.body,
            answer=self.mark.words("public answer"),
        )
        question.publish_at(timezone.now(), by=self.cora, note=self.mark("about: note of a plan"))
        question.publish(by=self.cora, mails=False)
        question.unpublish(by=self.cora, note=self.mark.words("about: why taken back"))
        answer = question.official_answer.body
        question.edit(by=self.cora, title=shown[0], body=shown[1], answer=answer)
        question.publish(by=self.cora)

    def _publish_for_ada(self, question) -> None:
        """Ada's question is merged into it, so that she is mailed the note, too."""
        other = factories.pending(
            topic=self.topic,
            email=self.ada.email,
            asked_body=self.mark.words("others: merged question"),
        )
        question.submit()
        other.merge_into(question, by=self.cora)
        self._publish(question, "public note")

    def _publish_for_otto(self, question) -> None:
        """Otto follows it, and answers it, too."""
        self._publish(question)
        otto = factories.User.objects.filter(email="otto@example.org").first()
        otto = otto or factories.member("Otto")
        answer = Answer.from_reader(question, by=otto, body=self.mark.words("beside it"))
        answer.publish(by=self.cora)
        follow = Follow.objects.request(email=otto.email, target=question, frequency="instant")
        follow.confirm()

    def _answers_to_ada(self) -> None:
        for decide, place in [("publish", "public"), ("decline", "own"), (None, "own")]:
            words = self.mark.words(f"{place} reader's answer")
            answer = Answer.from_reader(self.ada, by=self.ben, body=words)
            if decide:
                getattr(answer, decide)(by=self.cora)
        # Told at an address that was theirs then.
        old = Message.objects.filter(purpose=emails.READER_ANSWER, to=self.email)
        old.filter(pk=old.last().pk).update(to=self.mark.email("own former address"))

    def _account(self) -> None:
        newsletter.asked(self.email).confirm()
        Follow.objects.request(email=self.email, target=self.ada, frequency="weekly").confirm()
        following.follow(self.topic, self.email)
        typed = self.mark.email("own unconfirmed address")
        EmailAddress.objects.create(user=self.ben, email=typed)
        mail.queue(to=typed, subject="Confirm", text="x", purpose=ACCOUNT)
        digest = {"purpose": emails.DIGEST, "about": "digest:1"}  # of days at the desk
        mail.queue(to=self.email, subject="New", text=self.mark("about: a digest"), **digest)
        mail.queue(to=self.email, subject="Your code", text="x", purpose=ACCOUNT)
        Suppression.objects.create(address=self.email, reason="complaint")
        LogEntry.objects.create(
            user=self.cora,
            content_type=ContentType.objects.get_for_model(EmailAddress),
            object_id="1",
            object_repr=self.email,
            action_flag=DELETION,
        )
        newsletter.asked(self.mark.email("others: subscriber"))

    def markers(self, *kinds: str) -> set[str]:
        return {one for one, place in self.mark.placed.items() if place.startswith(kinds)}

    def states(self) -> list[str]:
        return [question.status for question in self.questions]

    def left(self) -> dict[str, str]:
        """Where in database, pictures and mails a marker is still."""
        files = in_files(self.mark, site.MEDIA_ROOT) | in_files(self.mark, site.MAIL_DIR)
        return in_database(self.mark) | files


def exported(life: Life) -> float:
    start = time.monotonic()
    file = zipfile.ZipFile(io.BytesIO(archive(life.ben).read()))
    took = time.monotonic() - start
    text = json.loads(file.read("account.json"))
    found = life.mark.in_text(json.dumps(text, ensure_ascii=False))
    assert named(life, life.markers("own", "public") - set(found)) == {}
    assert named(life, set(found) - life.markers("own", "public")) == {}
    assert [row["status"] for row in text["questions"]] == life.states()
    assert sorted(pictures(life)) == sorted(
        (name, file.read(name)) for name in file.namelist() if name != "account.json"
    )
    return took


def named(life: Life, markers) -> dict[str, str]:
    return {one: life.mark.placed[one] for one in markers}


def pictures(life: Life):
    for question in life.questions:
        for image in question.images.all():
            yield f"pictures/{question.reference_number}-{image.pk}.jpg", image.master()


def erased(life: Life, capture, *, keep: bool) -> float:
    assert named(life, set(life.mark.placed) - set(life.left())) == {}
    start = time.monotonic()
    with capture(execute=True):
        erase(life.ben, keep_published=keep)
    took = time.monotonic() - start
    with capture(execute=True):
        gathering.recall()  # as the worker does within seconds
    return took


def gone_and_kept(life: Life, *kinds: str) -> tuple[dict, dict]:
    """What is gone though it is of these kinds, and what is left, and where, though it is not."""
    left, kept = life.left(), life.markers(*kinds)
    return named(life, kept - set(left)), {one: left[one] for one in set(left) - kept}


def report(what: str, life: Life, took: float) -> None:
    size = f"{len(life.questions)} questions, {PICTURES * len(life.questions)} pictures"
    print(f"{what} {size}: {took:.2f} s")
    assert took < WITHIN


def folders(alias: str) -> set[str]:
    return set(storages[alias].listdir("")[0])


@pytest.fixture
def life(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return Life(50)


def test_all_of_it_is_in_the_archive_and_then_erased(life, django_capture_on_commit_callbacks):
    report("exported", life, exported(life))
    report("erased", life, erased(life, django_capture_on_commit_callbacks, keep=False))

    assert gone_and_kept(life, "others") == ({}, {})
    assert folders("private") == folders("public") == set()


def test_only_what_was_published_stays_if_so_chosen(life, django_capture_on_commit_callbacks):
    report(
        "erased all but what is public of",
        life,
        erased(life, django_capture_on_commit_callbacks, keep=True),
    )

    assert gone_and_kept(life, "public", "beside", "others") == ({}, {})
    kept = Image.objects.exclude(public_key=None)
    assert kept.count() == 2 * sum(status == "published" for status in life.states())
    assert folders("public") == {image.public_key for image in kept}
    assert folders("private") == {image.key for image in Image.objects.all()}
