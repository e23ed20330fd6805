"""What an asker erases is gone: from every table, file and mail, and from the database's own file.

Kept on purpose: that there was a question (its number, topic, key and times), and its bare events.
The newsletter is a separate matter with its own way out.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from outbox.delivery import deliver_due
from outbox.models import Message, Status
from outbox.worker import Worker
from qa import wal
from qa.asking import tickets
from qa.models import Answer, Event, Question
from tests import factories
from tests.markers import Markers, in_database, in_files, tagged_picture


@pytest.fixture
def mark() -> Markers:
    return Markers(seed=20261122)


@pytest.fixture
def question(client, mark, db) -> Question:
    """Ada's question, asked at the form with two pictures, waiting for its answer."""
    factories.guidelines()
    topic = factories.topic(accepts_reader_answers=True)
    uploads = [
        SimpleUploadedFile(f"{mark('file name')}.{kind.lower()}", tagged_picture(mark, kind))
        for kind in ("JPEG", "PNG")
    ]
    form = {
        "ticket": tickets.issue(topic),
        "title": mark.words("asked title", "Why does it"),
        "body": mark.words("asked body"),
        "email": mark.email("e-mail"),
        "name": mark("name"),
        "location": mark("place"),
        "guidelines": "on",
        "images": uploads,
        "alt_new": [mark("description"), mark("other description")],
    }
    sender = {"REMOTE_ADDR": mark.address("sender"), "HTTP_USER_AGENT": mark("user agent")}
    response = client.post(f"/topics/{topic.slug}/ask/", form, **sender)
    assert response.status_code == 303, response.context["form"].errors
    question = Question.objects.latest("pk")
    Question.objects.update(spam_reason="")  # tests are faster than people
    client.post(f"/asked/{question.key}/submit/", **sender)
    question.refresh_from_db()
    return question


@pytest.fixture
def lived(client, question, mark, cora, ben, django_capture_on_commit_callbacks):
    """All that can happen to a question: wishes, changes, answers, readers, merging, undoing."""
    with django_capture_on_commit_callbacks(execute=True):
        live(client, question, mark, cora, ben)
    return question


def live(client, question, mark, cora, ben) -> None:
    question.confirm_email()
    question.request_changes(by=cora, reason=mark.words("wish"))
    wrong = {"title": "short", "body": mark.words("half-typed body"), "email": mark("half e-mail")}
    client.post(f"/asked/{question.key}/edit/", wrong)
    question.refresh_from_db()
    question.rewrite(asked_body=mark.words("second body"))
    question.submit()
    answer(question, mark, cora)
    question.publish(by=cora, note=mark.words("note of the answer"))
    question.undo(by=cora)
    answer(question, mark, cora)
    question.decline(by=cora, reason=mark.words("reason"))
    question.undo(by=cora)
    merged = factories.pending(email="bea@example.org")
    merged.merge_into(question, by=cora)
    question.publish(by=cora, note=mark.words("second note"))
    words = Answer.from_reader(question, by=ben, body=mark.words("a reader's answer"))
    words.publish(by=cora)
    refused = Answer.from_reader(question, by=ben, body=mark.words("a refused answer"))
    refused.decline(by=cora, note=mark.words("why it was refused"))
    question.correct(by=cora, note=mark.words("correction"), tell=True)
    question.write(mark.words("message"))
    question.follow_ups.get().reply(by=cora, text=mark.words("reply"))
    question.unsaved_edits.create(by=cora, revision=0, fields={"note": mark.words("unsaved")})


def answer(question, mark, by) -> None:
    question.edit(
        by=by,
        title=mark.words("public title", "Why does it"),
        body=mark.words("public body"),
        answer=mark.words("answer", "Stretching helps, says"),
    )


def deliver(question) -> None:
    """Every mail has left, as a file."""
    Message.objects.exclude(status=Status.CANCELLED).update(not_before=timezone.now())
    deliver_due()


def test_erased_question_is_nowhere(
    client, lived, mark, settings, django_capture_on_commit_callbacks
):
    deliver(lived)
    assert len(in_database(mark)) > 15
    assert len(in_files(mark, settings.MEDIA_ROOT)) == 0
    assert len(in_files(mark, settings.MAIL_DIR)) > 5

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/asked/{lived.key}/erase/")

    assert response.status_code == 303
    assert in_database(mark) == {}
    assert in_files(mark, settings.MAIL_DIR) == {}
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    assert lived.events.exclude(note="", before={}).count() == 0
    assert lived.events.last().verb == "erase"


def test_erasing_keeps_the_bare_events_and_the_page_that_says_so(client, lived):
    verbs = list(lived.events.values_list("verb", flat=True))
    client.post(f"/asked/{lived.key}/erase/")

    assert list(lived.events.values_list("verb", flat=True)) == [*verbs, "erase"]
    assert client.get(f"/asked/{lived.key}/").status_code == 410


def test_who_has_the_answer_by_a_merge_keeps_it(lived):
    """The mail is theirs; the site's copy of it goes."""
    [other] = lived.merged.all()
    deliver(lived)
    lived.erase()
    other.refresh_from_db()

    assert other.status == Question.Status.MERGED
    assert not Message.objects.filter(about=other.about, purpose="decision").exists()
    assert Message.objects.filter(about=other.about, purpose="question received").exists()


def test_who_waits_for_the_answer_by_a_merge_is_not_forgotten(lived):
    """Erased before the mail left: it is not sent any more, and the question waits again."""
    [other] = lived.merged.all()
    lived.erase()
    other.refresh_from_db()

    assert other.status == Question.Status.PENDING
    assert other.events.last().verb == "unmerge"
    assert not Message.objects.filter(about=other.about, purpose="decision").exists()


def test_reader_answers_go_with_their_mails(lived, ben):
    assert Message.objects.filter(to=ben.email).count() == 2
    lived.erase()

    assert not Answer.objects.exists()
    assert not Message.objects.filter(to=ben.email).exists()
    assert not Event.objects.exclude(answer=None).exists()


def test_words_of_other_questions_stay_findable(client, lived):
    other = factories.published(title="Does a warm bath help against cramps?")
    lived.erase()

    assert other.get_absolute_url() in client.get("/search/?q=warm+bath").content.decode()


@pytest.mark.django_db(transaction=True)
def test_erased_words_are_not_left_in_the_bytes_of_the_database(mark):
    """SQLite would keep them in its file, its text index and its write-ahead log until reused."""
    question = written_about(mark)
    before = in_database_files(mark)
    question.erase()

    assert in_database_files(mark) == {}
    assert len(before) == (3 if connection.vendor == "sqlite" else 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has this log")
def test_erasing_does_not_wait_for_a_long_reader_and_the_worker_finishes_it(client, mark):
    question = written_about(mark)
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT body FROM qa_question").fetchall()
        begun = time.monotonic()
        response = client.post(f"/asked/{question.key}/erase/")
        took = time.monotonic() - begun
        left = in_database_files(mark)
        assert wal.empty() is False
    Worker(recurring=[row for row in settings.RECURRING if row[0] == "qa.wal.empty"]).run_jobs()

    assert response.status_code == 303
    assert took < 1
    assert len(left) == 3
    assert in_database_files(mark) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has this log")
def test_the_next_writer_waits_as_long_as_before():
    assert wal.empty() is True

    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)


def written_about(mark: Markers) -> Question:
    question = factories.published(
        title=mark.words("title", "Why does it"),
        body=mark.words("body") * 300,
        email=mark.email("e-mail"),
    )
    question.unpublish(by=factories.curator("Carl"))
    return question


def in_database_files(mark: Markers) -> dict[str, str]:
    """What is left in the bytes of SQLite's file and of its log, as they lie on the disk."""
    if connection.vendor != "sqlite":
        return {}  # PostgreSQL's files are its own affair (docs/operations.md)
    name = connection.settings_dict["NAME"]
    files = [Path(name), Path(f"{name}-wal")]
    return mark.in_text("".join(file.read_bytes().decode("latin-1") for file in files))
