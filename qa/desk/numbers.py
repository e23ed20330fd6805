"""What the curator learns on the admin's first page: a fixed number of queries, whatever is there.

Weeks begin on Monday at midnight and days are counted in settings.TIME_ZONE.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db.models import Count, Func, IntegerField, Q
from django.utils import timezone

from qa.desk import plots
from qa.desk.history import word
from qa.models import Event, Question
from qa.models.workflow import Status

WEEKS = 26
DECISIONS = ["publish", "answer_privately", "request_changes", "decline", "merge", "mark_spam"]
# Ages of what waits, in days, and how each span is called.
AGES = [0, 1, 2, 4, 7, 14, 28]
AGE_NAMES = [
    *("Less than a day", "1 to 2 days", "2 to 4 days", "4 to 7 days"),
    *("1 to 2 weeks", "2 to 4 weeks", "More than 4 weeks"),
]
TOPICS = 10


@dataclass(frozen=True)
class Week:
    """What came and what was answered from `monday` on; waiting times of its answers."""

    monday: date
    received: int
    answered: int
    median: timedelta | None
    ninety: timedelta | None


@dataclass(frozen=True)
class Row:
    """A number with its name, and its share of the greatest beside it, 0 to 100."""

    name: str
    number: int
    share: float


@dataclass(frozen=True)
class Weekly:
    """The weeks, oldest first, with their two plots; `unit` is that of the waiting times."""

    weeks: list[Week]
    questions: plots.Plot
    waiting: plots.Plot
    unit: str


def weekly() -> Weekly:
    starts = week_starts()
    received = _received(starts)
    waits = _waits(starts)
    weeks = [
        Week(
            monday=timezone.localdate(start),
            received=received[number],
            answered=len(waits[number]),
            median=median(waits[number]) if waits[number] else None,
            ninety=ninety(waits[number]),
        )
        for number, start in enumerate(starts)
    ]
    longest = max((week.ninety for week in weeks if week.ninety), default=timedelta())
    unit, length = ("days", 86400) if longest > timedelta(days=2) else ("hours", 3600)
    return Weekly(
        weeks=weeks,
        questions=plots.beside([(week.received, week.answered) for week in weeks]),
        waiting=plots.within(
            [(_in(week.ninety, length), _in(week.median, length)) for week in weeks]
        ),
        unit=unit,
    )


def week_starts() -> list[datetime]:
    """Midnight of the last 26 Mondays, this week's last."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    days = [monday - timedelta(weeks=number) for number in reversed(range(WEEKS))]
    return [timezone.make_aware(datetime.combine(day, time())) for day in days]


def _received(starts: list[datetime]) -> list[int]:
    """How many questions came in each week, counted in one go."""
    ends = [*starts[1:], timezone.now() + timedelta(days=1)]
    counts = Question.objects.filter(submitted_at__gte=starts[0]).aggregate(
        **{
            f"week{number}": Count("pk", filter=Q(submitted_at__gte=start, submitted_at__lt=end))
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        }
    )
    return [counts[f"week{number}"] for number in range(len(starts))]


class Seconds(Func):
    """Whole seconds of a moment since 1970, which costs less to read ten thousand times."""

    output_field = IntegerField()

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template="unixepoch(%(expressions)s)", **extra)

    def as_postgresql(self, compiler, connection, **extra):
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template, **extra)


def _waits(starts: list[datetime]) -> list[list[timedelta]]:
    """How long each question that was answered in a week had waited, shortest first."""
    mondays = [start.timestamp() for start in starts]
    waits = [[] for _ in starts]
    answers = Event.objects.first_answers().filter(created_at__gte=starts[0])
    times = answers.exclude(question__submitted_at=None)
    for sent_at, at in times.values_list(Seconds("question__submitted_at"), Seconds("created_at")):
        waits[bisect_right(mondays, at) - 1].append(at - sent_at)
    return [[timedelta(seconds=wait) for wait in sorted(week)] for week in waits]


def ninety(waits: list[timedelta]) -> timedelta | None:
    """The time within which nine of ten were answered (nearest rank) of sorted ones."""
    return waits[math.ceil(0.9 * len(waits)) - 1] if waits else None


def _in(wait: timedelta | None, seconds: int) -> float:
    return wait.total_seconds() / seconds if wait else 0


def ages() -> list[Row]:
    """How long what waits has been waiting."""
    now = timezone.now()
    since = [now - timedelta(days=days) for days in AGES[1:]]
    spans = zip([*since, None], [None, *since], strict=True)
    counts = Question.objects.pending().aggregate(
        **{f"age{number}": Count("pk", filter=_between(*span)) for number, span in enumerate(spans)}
    )
    return _rows([(name, counts[f"age{number}"]) for number, name in enumerate(AGE_NAMES)])


def _between(after: datetime | None, until: datetime | None) -> Q:
    """Sent after one moment, and not after another."""
    wanted = Q(submitted_at__lte=until) if until else Q()
    return wanted & Q(submitted_at__gt=after) if after else wanted


def decisions() -> list[Row]:
    """Decisions of the weeks shown, by kind, without those that were taken back."""
    made = Event.objects.standing().filter(verb__in=DECISIONS, created_at__gte=week_starts()[0])
    counts = dict(made.order_by().values_list("verb").annotate(Count("pk")))
    return _rows([(word(verb), counts.get(verb, 0)) for verb in DECISIONS])


def topics() -> list[dict]:
    """Topics with questions that wait, most first: `waiting` now, `asked` and `answered` of late.

    `answered` are those asked in the weeks shown.
    """
    lately = Q(submitted_at__gte=week_starts()[0])
    done = Q(status__in=[Status.PUBLISHED, Status.ANSWERED, Status.MERGED])
    return list(
        Question.objects.sent()
        .filter(lately | Q(status=Status.PENDING))
        .order_by()
        .values("topic", "topic__title")
        .annotate(
            waiting=Count("pk", filter=Q(status=Status.PENDING)),
            asked=Count("pk", filter=lately),
            answered=Count("pk", filter=lately & done),
        )
        .filter(waiting__gt=0)
        .order_by("-waiting", "topic__title")[:TOPICS]
    )


def _rows(pairs: list[tuple[str, int]]) -> list[Row]:
    greatest = max([1, *(number for _, number in pairs)])
    return [Row(name, number, round(100 * number / greatest, 1)) for name, number in pairs]
