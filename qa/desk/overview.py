"""How the desk stands now: the figures on top of the admin's first page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa.models import Answer, Event, Question
from qa.models.event import ANSWERING

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Overview:
    """How the desk stands now."""

    waiting: int
    oldest: datetime | None
    reader_answers: int
    answered_this_week: int
    stuck_mails: int


def overview() -> Overview:
    now = Question.objects.pending().aggregate(waiting=Count("pk"), oldest=Min("submitted_at"))
    answered = Event.objects.standing().filter(
        verb__in=ANSWERING, created_at__gte=timezone.now() - WEEK
    )
    stuck = Message.objects.filter(status__in=[MailStatus.FAILED, MailStatus.UNKNOWN])
    return Overview(
        **now,
        reader_answers=Answer.objects.reader().filter(status=Answer.Status.PENDING).count(),
        answered_this_week=answered.count(),
        stuck_mails=stuck.count(),
    )
