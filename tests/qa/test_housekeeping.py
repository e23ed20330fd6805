import os
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from outbox import mail
from outbox.models import Message
from qa import housekeeping
from qa.models import Image, Question, Trace
from qa.models.picture import new_key
from tests import factories
from tests.qa.models.test_question import files

pytestmark = pytest.mark.django_db


def age(question: Question, **delta) -> None:
    Question.objects.filter(pk=question.pk).update(updated_at=timezone.now() - timedelta(**delta))


def test_purge_drafts_takes_old_unsent_ones_with_their_pictures(django_capture_on_commit_callbacks):
    old, young, sent = factories.draft(), factories.draft(), factories.pending()
    Image(question=old).store(factories.picture())
    age(old, days=15)
    age(young, days=13)
    age(sent, days=400)

    with django_capture_on_commit_callbacks(execute=True):
        count = housekeeping.purge_drafts()

    assert count == 1
    assert {*Question.objects.all()} == {young, sent}
    assert files("private") == []


def image_of(question: Question, **delta) -> Image:
    image = Image(question=question)
    image.store(factories.picture(64, 48))
    Image.objects.filter(pk=image.pk).update(created_at=timezone.now() - timedelta(**delta))
    return image


def test_purge_staged_pictures_after_24_hours(django_capture_on_commit_callbacks):
    draft, sent = factories.draft(), factories.pending()
    image_of(draft, hours=24, minutes=1)
    young, waiting = image_of(draft, hours=23), image_of(sent, days=300)

    with django_capture_on_commit_callbacks(execute=True):
        count = housekeeping.purge_staged_pictures()

    assert count == 1
    assert {*Image.objects.all()} == {young, waiting}
    assert {name.split("/")[0] for name in files("private")} == {young.key, waiting.key}
    assert Question.objects.filter(pk=draft.pk).exists()


def test_purge_refused_after_180_days(cora, django_capture_on_commit_callbacks):
    declined, spam, young, other, again = (factories.pending() for _ in range(5))
    image_of(declined)
    for question in (declined, young, again):
        question.decline(by=cora, reason="Ask your doctor.")
    spam.mark_spam(by=cora)
    old = timezone.now() - timedelta(days=181)
    for question in (declined, spam, other, again):
        question.events.update(created_at=old)
    again.undo(by=cora)
    again.decline(by=cora)

    with django_capture_on_commit_callbacks(execute=True):
        count = housekeeping.purge_refused()

    assert count == 2
    assert {*Question.objects.all()} == {young, other, again}
    assert files("private") == []
    about = {question.about for question in (young, other, again)}
    assert {*Message.objects.values_list("about", flat=True)} == about


def test_purge_traces_after_30_days():
    for days in (29, 31):
        Trace.objects.create(
            what="question", mark="x", created_at=timezone.now() - timedelta(days=days)
        )

    assert housekeeping.purge_traces() == 1
    assert Trace.objects.count() == 1


def test_who_said_that_it_helped_is_forgotten_after_a_day():
    for hours in (23, 25):
        at = timezone.now() - timedelta(hours=hours)
        Trace.objects.create(what="helped", mark="x", created_at=at)

    assert housekeeping.purge_traces() == 1
    assert Trace.objects.count() == 1


def test_every_purge_is_run():
    recurring = {path for path, _ in settings.RECURRING}
    purges = {name for name in vars(housekeeping) if name.startswith(("purge_", "erase_"))}

    assert {f"qa.housekeeping.{name}" for name in purges} - recurring == set()


def test_release_claims_after_15_minutes(cora):
    question, fresh = factories.pending(), factories.pending()
    question.claim(by=cora)
    fresh.claim(by=cora)
    Question.objects.filter(pk=question.pk).update(
        claimed_at=timezone.now() - timedelta(minutes=16)
    )

    assert housekeeping.release_claims() == 1
    assert Question.objects.get(pk=question.pk).claimed_by is None
    assert Question.objects.get(pk=fresh.pk).claimed_by == cora


def test_purge_orphan_files_takes_what_no_row_names():
    image = Image(question=factories.draft())
    image.store(factories.picture())
    image.publish_files()
    orphan, young = new_key(), new_key()
    for alias in ("private", "public"):
        for name in (orphan, young, "factsheets"):
            storages[alias].save(f"{name}/400.jpg", ContentFile(b"x"))
        for name in (orphan, "factsheets", image.key, image.public_key):
            path = storages[alias].path(name)
            if os.path.exists(path):
                os.utime(path, (time.time() - 7200,) * 2)

    assert housekeeping.purge_orphan_files() == 2
    for alias, key in (("private", image.key), ("public", image.public_key)):
        assert {name.split("/")[0] for name in files(alias)} == {key, young, "factsheets"}


def test_erase_sent_mails_after_180_days():
    for days, status in [(181, "sent"), (179, "sent")]:
        row = mail.queue(to="ada@example.org", subject="Hi", text="Ada", purpose="test")
        then = timezone.now() - timedelta(days=days)
        Message.objects.filter(pk=row.pk).update(status=status, sent_at=then)
    mail.queue(to="ada@example.org", subject="Waits", text="Ada", purpose="test")

    assert housekeeping.erase_sent_mails() == 1
    assert Message.objects.count() == 2


def test_uploads_that_a_crash_left_are_deleted_after_an_hour(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    for name, minutes in [("old", 61), ("young", 59)]:
        (tmp_path / name).write_bytes(b"x")
        then = time.time() - 60 * minutes
        os.utime(tmp_path / name, (then, then))

    assert housekeeping.purge_uploads() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["young"]
