"""What stands around the queue's list: what else waits, the curator's views, and the choices of
the forms. All of it is short, and comes with one query.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, DateTimeField, F, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from qa.desk.access import curators
from qa.models import Answer, FollowUp, SavedView, Topic

MOST = 20  # follow-ups, and reader answers, shown above the list


@dataclass(frozen=True)
class Item:
    """A line of one of the lists; `more` and `question` only where the list has them."""

    kind: str
    pk: int
    label: str
    more: str
    question: int | None
    at: datetime | None


def load(user) -> dict[str, list[Item]]:
    """The lists by name: topics, curators, views, follow_ups, reader_answers; oldest first, or by
    name. Of what waits, at most MOST and one, which says that there is more.
    """
    name = Coalesce(NullIf("display_name", Value("")), F("email"))
    first = _rows("topics", Topic.objects.all(), "title")
    parts = [
        _rows("curators", curators(), name),
        _rows("views", SavedView.objects.filter(owner=user), "name", more="query"),
        _waiting("follow_ups", FollowUp.objects.waiting(), "text"),
        _waiting("reader_answers", Answer.objects.waiting(), "body"),
    ]
    lists = defaultdict(list)
    for row in first.union(*parts, all=True).order_by("at", "label", "pk_"):
        item = Item(*row)
        lists[item.kind].append(item)
    return lists


def _waiting(kind: str, rows, words: str):
    oldest = rows.filter(pk__in=rows.order_by("created_at").values("pk")[: MOST + 1])
    return _rows(kind, oldest, words, "question__title", F("question_id"), F("created_at"))


def _rows(kind, rows, label, more=None, question=None, at=None):
    return (
        rows.order_by()
        .annotate(
            kind_=Cast(Value(kind), TextField()),
            pk_=F("pk"),
            label=Cast(label, TextField()),
            more=Cast(more or Value(""), TextField()),
            of=Cast(question or Value(None), BigIntegerField()),
            at=Cast(at or Value(None), DateTimeField()),
        )
        .values_list("kind_", "pk_", "label", "more", "of", "at")
    )
