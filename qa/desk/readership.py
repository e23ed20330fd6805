"""What readers looked for and found, as the site counted it by day (qa.models.DayCount)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, Sum, Window
from django.utils import timezone

from qa.models import Answer, DayCount, Question

DAYS = 90
PHRASES, ANSWERS, DUE = 20, 10, 20
What = DayCount.What
PER_ANSWER = {
    "helped": What.HELPED,
    "did_not_help": What.DID_NOT_HELP,
    "same_here": What.SAME_HERE,
    "ended_here": What.ALREADY_ANSWERED,
}


@dataclass(frozen=True)
class Readership:
    """Counts of the last 90 days: phrases and answers as lists of dicts, most first."""

    found_nothing: list[dict]
    led_nowhere: list[dict]
    answers: list[dict]
    totals: dict[str, int]


def readership() -> Readership:
    return Readership(
        found_nothing=_phrases(What.SEARCH_FOUND_NOTHING),
        led_nowhere=_phrases(What.SEARCH_LED_NOWHERE),
        answers=_answers(),
        totals=_lately().aggregate(
            **{
                name: Sum("number", filter=Q(what=what), default=0)
                for name, what in {
                    **PER_ANSWER,
                    "found_nothing": What.SEARCH_FOUND_NOTHING,
                    "led_nowhere": What.SEARCH_LED_NOWHERE,
                }.items()
            }
        ),
    )


def _lately():
    return DayCount.objects.filter(
        what__in=[*PER_ANSWER.values(), What.SEARCH_FOUND_NOTHING, What.SEARCH_LED_NOWHERE],
        day__gt=timezone.localdate() - timedelta(days=DAYS),
    ).order_by()


def _phrases(what: str) -> list[dict]:
    """The words most often searched for, as {subject, times}; those counted without words last."""
    counted = _lately().filter(what=what).exclude(subject="").values("subject")
    return list(counted.annotate(times=Sum("number")).order_by("-times", "subject")[:PHRASES])


def _answers() -> list[dict]:
    """Answers that readers said something about: {question} and the counts of PER_ANSWER."""
    counts = {
        name: Sum("number", filter=Q(what=what), default=0) for name, what in PER_ANSWER.items()
    }
    rows = list(
        _lately()
        .filter(what__in=PER_ANSWER.values())
        .exclude(subject="")
        .values("subject")
        .annotate(**counts)
        .order_by("-did_not_help", "-same_here", "-ended_here", "-helped", "subject")[:ANSWERS]
    )
    questions = Question.objects.only("title").in_bulk([int(row["subject"]) for row in rows])
    return [
        row | {"question": questions[int(row["subject"])]}
        for row in rows
        if int(row["subject"]) in questions
    ]


def due_for_review() -> list[Answer]:
    """Published answers whose next look is due, longest first; `total` on each says of how many."""
    return list(
        Answer.objects.official()
        .filter(question__in=Question.objects.published(), review_due_at__lte=timezone.localdate())
        .select_related("question")
        .only("reviewed_at", "review_due_at", "question__title", "question__same_here")
        .annotate(total=Window(Count(F("pk"))))
        .order_by("review_due_at", "pk")[:DUE]
    )
