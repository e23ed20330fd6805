"""What the worker does by itself (settings.RECURRING): nothing is kept longer than promised.

The privacy page tells readers these times; change both together.
"""

import math
import re
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from outbox import mail
from outbox.models import Message, Status
from outbox.wording import Wording
from qa.models import DayCount, Image, Question, Trace, UnsavedEdit
from qa.models.deciding import CLAIM
from qa.models.picture import Picture
from qa.models.workflow import Status as State

STAGED_KEPT = timedelta(hours=24)  # pictures of a question that is not sent, since they came
UPLOADS_KEPT = timedelta(hours=1)  # files that are being uploaded
DRAFTS_KEPT = timedelta(days=14)  # since the last change
HELPERS_KEPT = timedelta(days=1)  # of who said that an answer helped
SENDERS_KEPT = timedelta(days=30)  # fingerprints of addresses (qa.models.Trace)
REFUSED_KEPT = timedelta(days=180)  # declined questions and spam, since it was decided
UNSAVED_KEPT = timedelta(days=30)  # what a curator typed and did not save
COUNTS_KEPT = timedelta(days=400)  # of searches and the like (qa.models.DayCount)
SENT_MAILS_KEPT = timedelta(days=180)
# A file may be on disk for a moment before the row that names it is committed. What was taken out
# of the archive may be there for a moment after; its address shall be dead within a minute.
ORPHANS_KEPT = {"private": timedelta(hours=1), "public": timedelta(minutes=1)}
# A picture's folder is named by its key (qa.models.picture.new_key); others are not pictures'.
KEY = re.compile(r"[\w-]{32}")


def purge_staged_pictures() -> int:
    """Delete the pictures that came and were not sent; the draft's words stay. Return how many."""
    old = timezone.now() - STAGED_KEPT
    staged = Image.objects.filter(question__submitted_at=None, created_at__lt=old)
    for image in staged:
        with transaction.atomic():
            image.discard()
    return len(staged)


def purge_uploads() -> int:
    """Delete uploaded files, as they came, that a crash left behind; return how many."""
    latest = timezone.now().timestamp() - UPLOADS_KEPT.total_seconds()
    old = [path for path in settings.FILE_UPLOAD_TEMP_DIR.iterdir() if _changed(path) < latest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _changed(path) -> float:
    """When a file was last written to, in seconds of the epoch; never, if it has gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def purge_drafts() -> int:
    """Delete what was begun and never sent, with its pictures; return how many."""
    old = Question.objects.filter(submitted_at=None, updated_at__lt=timezone.now() - DRAFTS_KEPT)
    return _delete(old)


def purge_refused() -> int:
    """Delete what was declined or was spam, with pictures, mails and history; return how many."""
    refused = Question.objects.filter(status__in=[State.DECLINED, State.SPAM], merged=None)
    decided = Max("events__created_at", filter=Q(events__to_status=F("status")))
    old = timezone.now() - REFUSED_KEPT
    return _delete(refused.annotate(decided_at=decided).filter(decided_at__lt=old))


def _delete(questions) -> int:
    for question in questions:
        with transaction.atomic():
            for image in question.images.all():
                image.discard()
            mail.erase(about=question.about)
            question.delete()
    return len(questions)


def purge_traces() -> int:
    """Forget who sent how much; return how many rows."""
    now = timezone.now()
    old = Q(created_at__lt=now - SENDERS_KEPT)
    # Of another day they count no more.
    old |= Q(what="helped", created_at__lt=now - HELPERS_KEPT)
    return Trace.objects.filter(old).delete()[0]


def purge_unsaved_edits() -> int:
    """Forget what curators typed and never saved; return how many texts."""
    old = timezone.now() - UNSAVED_KEPT
    return UnsavedEdit.objects.filter(saved_at__lt=old).delete()[0]


def purge_counts() -> int:
    """Forget what was searched for, and what else was counted by day, long ago."""
    return DayCount.objects.filter(day__lt=timezone.localdate() - COUNTS_KEPT).delete()[0]


def release_claims() -> int:
    """Give back the questions that a curator opened and left."""
    return Question.objects.filter(claimed_at__lt=timezone.now() - CLAIM).update(
        claimed_by=None, claimed_at=None
    )


def erase_sent_mails() -> int:
    """Delete mails that were handed over long ago."""
    before = timezone.now() - SENT_MAILS_KEPT
    count = Message.objects.filter(status=Status.SENT, sent_at__lt=before).delete()[0]
    Wording.objects.purge(before)
    return count


def purge_orphan_files() -> int:
    """Delete picture folders that no row names, left by a crash between file and commit."""
    return _purge("private", "key") + purge_public_orphans()


def purge_public_orphans() -> int:
    """The same for published pictures alone, which is quick and so done often."""
    return _purge("public", "public_key")


def _purge(alias: str, column: str) -> int:
    storage = storages[alias]
    if not storage.exists(""):
        return 0
    folders = [name for name in storage.listdir("")[0] if KEY.fullmatch(name)]
    latest = timezone.now() - ORPHANS_KEPT[alias]
    old = [name for name in folders if _modified(storage, name) < latest]
    known = set()
    for kind in Picture.__subclasses__():  # of every app, so that none of them is forgotten here
        known |= {*kind.objects.values_list(column, flat=True)}
    orphans = [name for name in old if name not in known]
    for name in orphans:
        storage.delete_folder(name)
    return len(orphans)


def _modified(storage, name: str):
    """When a folder was last changed; just now, if it has gone meanwhile."""
    try:
        return storage.get_modified_time(name)
    except FileNotFoundError:
        return timezone.now()
