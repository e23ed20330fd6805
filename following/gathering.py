"""What there is to tell: found by the worker (settings.RECURRING), so that no verb thinks of it.

Only what has been public for UNDO_SECONDS, so that an early undo tells nobody.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from following.models import Bulletin, Follow, News
from qa.models import Answer, Correction, Event, Question

# A worker that was away for so long still finds what came meanwhile.
AWAY = timedelta(days=7)
Kind, Status = News.Kind, Question.Status


def gather() -> int:
    """Write down what is new; return how many things. Any number of workers may."""
    now = timezone.now()
    since, until = now - AWAY, now - timedelta(seconds=settings.UNDO_SECONDS)
    _move_merged(until)
    found = [*_answers(since, until), *_corrections(since, until), *_readers(since, until)]
    return _write(found)


def recall() -> int:
    """Take what is not public any more out of mails that wait, and titles that were erased out of
    what was agreed to; return out of how many bulletins.
    """
    Follow.objects.forget_erased()
    outdated = list(Bulletin.objects.outdated())
    for bulletin in outdated:
        bulletin.shorten()
    return len(outdated)


@transaction.atomic
def _write(found: list[dict]) -> int:
    """The time is that of writing, so that nothing appears later than what was told (SETTLED)."""
    now = timezone.now()
    News.objects.bulk_create(
        (News(created_at=now, **fields) for fields in found), ignore_conflicts=True
    )
    return len(found)


def _move_merged(until: datetime) -> None:
    """Who follows a question that was merged follows the other one, once anybody may read that."""
    follows = Follow.objects.standing()
    lately = Event.objects.filter(question=OuterRef("pk"), verb="merge", created_at__gt=until)
    merged = Question.objects.filter(
        Exists(follows.filter(question=OuterRef("pk"))), ~Exists(lately), status=Status.MERGED
    )
    for question in merged:
        target = question.end_of_chain
        if target.status == Status.PUBLISHED:
            for follow in follows.of(question).select_related("follower"):
                follow.move_to(target)


def _answers(since: datetime, until: datetime):
    """Questions that were published here; what an import brings was news elsewhere."""
    rows = Question.objects.published().filter(published_at__gt=since, published_at__lte=until)
    decided = Event.objects.filter(question=OuterRef("pk"), verb="publish", created_at__gt=since)
    told = News.objects.filter(question=OuterRef("pk"), kind=Kind.ANSWER)
    for question in rows.filter(Exists(decided), ~Exists(told)).order_by("published_at", "pk"):
        yield {"kind": Kind.ANSWER, "question": question, "topic_id": question.topic_id}


def _corrections(since: datetime, until: datetime):
    rows = Correction.objects.filter(created_at__gt=since, created_at__lte=until)
    rows = rows.filter(question__in=Question.objects.published())
    told = News.objects.filter(correction=OuterRef("pk"))
    for correction in rows.filter(~Exists(told)).order_by("created_at", "pk"):
        fields = {"question_id": correction.question_id, "correction": correction}
        yield {"kind": Kind.CORRECTION, **fields}


def _readers(since: datetime, until: datetime):
    decided = Event.objects.filter(verb="publish_reader_answer", created_at__gt=since)
    rows = Answer.objects.published_reader().filter(pk__in=decided.values("answer"))
    rows = rows.filter(published_at__lte=until, question__in=Question.objects.published())
    told = News.objects.filter(answer=OuterRef("pk"))
    for answer in rows.filter(~Exists(told)).order_by("published_at", "pk"):
        yield {"kind": Kind.READER, "question_id": answer.question_id, "answer": answer}
