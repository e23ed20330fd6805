"""Mails to followers: each time, or in the morning (settings.RECURRING).

Each Follow has a mark up to which it was told. The mail's row and the mark are written in one
transaction, for some followers at a time, so that a worker may be killed anywhere.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from following import emails
from following.models import Bulletin, Follow, Follower, News
from outbox import mail
from qa.models import SiteProfile
from qa.models.curating import MORNING

SECONDS = 2  # of telling, then other jobs have their turn
BATCH = 50  # followers in one transaction
SETTLED = timedelta(seconds=5)  # what was found before is committed, or never will be
Frequency = Follow.Frequency


def turns(now: datetime) -> dict[str, datetime]:
    """Up to when there is something to tell, by frequency: now, this morning, Monday morning."""
    settled = timezone.localtime(now - SETTLED)
    morning = settled.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    if morning > settled:
        morning -= timedelta(days=1)
    monday = morning - timedelta(days=morning.weekday())
    return {Frequency.INSTANT: settled, Frequency.DAILY: morning, Frequency.WEEKLY: monday}


def tell() -> int:
    """Queue mails for those who wait for news, for about two seconds; return how many."""
    until, end, mails = turns(timezone.now()), time.monotonic() + SECONDS, 0
    for frequency in until:
        while people := _next(frequency, until[frequency]):
            mails += _tell(people, until)
            if time.monotonic() > end:
                return mails
    return mails


def _next(frequency: str, until: datetime) -> list[int]:
    """Numbers of some followers who wait for the oldest news that anybody waits for."""
    waiting = Follow.objects.standing().filter(frequency=frequency)
    asked = waiting.filter(told_at__lt=OuterRef("created_at"))
    news = News.objects.lately(until).filter(
        Q(Exists(asked.filter(topic=OuterRef("topic"))))
        | Q(Exists(asked.filter(question=OuterRef("question"))), topic=None)
    ).first()  # fmt: skip
    if news is None:
        return []
    asked = waiting.of(news.topic or news.question).filter(told_at__lt=news.created_at)
    # In the order of the index, so that no hundred thousand rows are sorted for each fifty.
    return list(asked.order_by("told_at").values_list("follower", flat=True)[:BATCH])


@transaction.atomic
def _tell(people: list[int], until: dict[str, datetime]) -> int:
    """One mail to each of these about all that is due, and the marks. Returns how many mails."""
    rows = Follower.objects.filter(pk__in=people).order_by("pk")
    locked = list(rows.select_for_update().values_list("pk", flat=True))
    follows = list(
        Follow.objects.standing()
        .filter(follower__in=locked)
        .select_related("follower", "topic", "question")
    )
    news = _news_for(follows, until)
    reachable = set(rows.reachable().values_list("pk", flat=True))
    mails, cache = [], {}
    for number in locked:
        own = [follow for follow in follows if follow.follower_id == number]
        if number in reachable and (found := _untold(own, news, until)):
            mails.append(_mail(found, cache))
    for frequency, moment in until.items():
        told = Follow.objects.filter(pk__in=[follow.pk for follow in follows])
        told.filter(frequency=frequency, told_at__lt=moment).update(told_at=moment)
    return mail.queue_all(mails)


def _news_for(follows: list[Follow], until: dict[str, datetime]) -> list[News]:
    """All that may be new to any of these."""
    wanted = Q(topic__in={follow.topic_id for follow in follows if follow.topic_id})
    questions = {follow.question_id for follow in follows if follow.question_id}
    wanted |= Q(question__in=questions, topic=None)
    since = min((follow.told_at for follow in follows), default=timezone.now())
    rows = News.objects.lately(max(until.values())).public()
    rows = rows.filter(wanted, created_at__gt=since)
    return list(rows.select_related("question", "topic", "correction", "answer"))


def _untold(follows, news, until) -> list[tuple[Follow, list[News]]]:
    """What each follow of one address brings now; those that bring nothing are left out."""
    found = [
        (
            follow,
            [
                one
                for one in news
                if one.concerns(follow.target)
                and follow.told_at < one.created_at <= until[follow.frequency]
            ],
        )
        for follow in follows
    ]
    return [(follow, items) for follow, items in found if items]


def _mail(found, cache: dict) -> dict:
    """The arguments of `outbox.mail.queue`; `cache` spares composing the same words again."""
    parts = [(follow.target, items) for follow, items in found]
    key = str([(target, [one.pk for one in items]) for target, items in parts])
    if key not in cache:
        bulletin = Bulletin.objects.of(parts)
        cache[key] = bulletin, bulletin.wording, SiteProfile.load().sender
    return emails.news_for([follow for follow, _ in found], *cache[key])
