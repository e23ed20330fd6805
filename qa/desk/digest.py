"""One mail about what is new in the queue, instead of one for each question (Digest)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from outbox import mail
from qa import emails, permissions
from qa.models import Answer, Digest, Event, FollowUp, Question, SiteProfile

LATE = timedelta(hours=48)
TITLES = 20  # named in one mail
ARRIVALS = ["submit", "resubmit", "unmerge"]


@dataclass(frozen=True)
class News:
    """What came between two moments, and is still there to be done."""

    questions: list[Question]
    suspected: int
    reader_answers: int
    follow_ups: int

    def __bool__(self) -> bool:
        """Suspected spam alone is no reason to write."""
        return bool(self.questions or self.reader_answers or self.follow_ups)


NOTHING = News([], 0, 0, 0)


def tell_curators() -> int:
    """Write to every curator with a confirmed address whose turn has come, also of what is late.

    Recurring (settings.RECURRING); any number of workers may. Returns how many mails.
    """
    now = timezone.now()
    staff = get_user_model().objects.filter(is_staff=True, is_active=True)
    curators = [user for user in staff if permissions.is_curator(user)]
    return sum(_tell(user, now) for user in curators if user.has_verified(user.email))


@transaction.atomic
def _tell(user, now: datetime) -> bool:
    digest = Digest.objects.get_or_create(user=user)[0]
    if digest.every == Digest.Every.OFF:
        return False
    turn = digest.last_turn(now)
    since = digest.sent_at or turn - digest.period
    news = _news(since, turn) if digest.take_turn(turn) else NOTHING
    queue = _queue(now)
    # Whoever is told anyway is not reminded besides.
    nag = bool(queue["late"]) and digest.take_nag(now)
    if not (news or nag):
        return False
    _write(user, news, queue)
    return True


def _news(since: datetime, until: datetime) -> News:
    came = {"created_at__gt": since, "created_at__lte": until}
    arrived = Event.objects.filter(question=OuterRef("pk"), verb__in=ARRIVALS, **came)
    new = Question.objects.pending().filter(Exists(arrived))
    return News(
        questions=list(
            new.filter(spam_reason="").select_related("topic").order_by("submitted_at", "pk")
        ),
        suspected=new.exclude(spam_reason="").count(),
        reader_answers=_reader_answers().filter(**came).count(),
        follow_ups=FollowUp.objects.waiting().filter(**came).count(),
    )


def _reader_answers():
    return Answer.objects.reader().filter(status=Answer.Status.PENDING)


def _queue(now: datetime) -> dict:
    """How many questions wait, how long the oldest has, and how many have for too long.

    What is to be published at a set time is taken care of, and what looks like spam is not urgent.
    """
    urgent = Q(submitted_at__lte=now - LATE, spam_reason="", schedule=None)
    queue = Question.objects.pending().aggregate(
        waiting=Count("pk"),
        oldest=Min("submitted_at", filter=Q(spam_reason="")),
        late=Count("pk", filter=urgent),
    )
    return queue | {"age": timesince(queue["oldest"], now) if queue["oldest"] else ""}


def _write(user, news: News, queue: dict) -> None:
    site = SiteProfile.load()
    address = settings.BASE_URL + reverse("admin:qa_question_changelist")
    context = queue | {
        "site_name": site.name,
        "news": news,
        "named": [
            {
                "title": question.title,
                "topic": question.topic.title,
                "url": settings.BASE_URL + reverse("admin:qa_question_change", args=[question.pk]),
            }
            for question in news.questions[:TITLES]
        ],
        "more": max(0, len(news.questions) - TITLES),
        "queue_url": address,
        "settings_url": settings.BASE_URL + reverse("admin:qa_digest_changelist"),
    }
    mail.write(
        "desk_digest",
        context,
        to=user.email,
        purpose=emails.DIGEST,
        from_email=site.sender,
        about=f"digest:{user.pk}",
    )
