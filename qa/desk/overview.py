"""The numbers on the admin's first page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa.models import Answer, Event, Question

WEEK = timedelta(days=7)
ANSWERED = ["publish", "answer_privately"]


@dataclass(frozen=True)
class Overview:
    """How the desk stands now."""

    waiting: int
    oldest: datetime | None
    reader_answers: int
    answered_this_week: int
    stuck_mails: int


def overview() -> Overview:
    waiting = Question.objects.pending().order_by("submitted_at")
    answered = Event.objects.filter(
        verb__in=ANSWERED, undone_by=None, created_at__gte=timezone.now() - WEEK
    )
    stuck = Message.objects.filter(status__in=[MailStatus.FAILED, MailStatus.UNKNOWN])
    return Overview(
        waiting=waiting.count(),
        oldest=waiting.values_list("submitted_at", flat=True).first(),
        reader_answers=Answer.objects.reader().filter(status=Answer.Status.PENDING).count(),
        answered_this_week=answered.count(),
        stuck_mails=stuck.count(),
    )
