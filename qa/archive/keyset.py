"""Pages of a list that is sorted by date: "the next 30 before this one", however deep.

An address names the question before which its page begins, so that a page keeps its content when
new questions are published, and the last page costs no more than the first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import quote

from django.db.models import Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone

from config.prepared import Prepared
from qa.archive import cards

PAGE = 30
LARGEST_ID = 2**63 - 1
TIME = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """A question's place in the order: when it was published, and its number."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, question) -> "Cursor":
        return cls(question.published_at, question.pk)

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises Http404 for anything that `str` did not write."""
        time, _, number = text.partition(",")
        digits = number.isascii() and number.isdigit() and len(number) < 20
        if not TIME.fullmatch(time) or not digits or int(number) > LARGEST_ID:
            raise Http404("no such page")
        try:
            return cls(datetime.fromisoformat(time), int(number))
        except ValueError:
            raise Http404("no such page") from None

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat().replace('+00:00', 'Z')},{self.pk}"

    @property
    def older(self) -> Q:
        """Spelled so that both databases walk the index from here on."""
        return Q(published_at__lte=self.at) & (Q(published_at__lt=self.at) | Q(pk__lt=self.pk))

    @property
    def newer(self) -> Q:
        """And the question itself, with which the page before ends."""
        return Q(published_at__gte=self.at) & (Q(published_at__gt=self.at) | Q(pk__gte=self.pk))


@dataclass(frozen=True)
class KeysetPage:
    """Up to 30 questions, and the addresses of the pages beside them ('' where there is none)."""

    questions: list
    path: str
    newer_url: str
    older_url: str

    @property
    def dates(self) -> str:
        """Of the oldest and the newest, where this is not the first page: it is told by them.

        Where a day has more than a page, two of them say the same.
        """
        if not self.newer_url:
            return ""
        times = [self.questions[at].published_at for at in (0, -1)]
        newest, oldest = (_day(time.astimezone(get_default_timezone()).date()) for time in times)
        return f", {oldest} to {newest}" if newest != oldest else f", {newest}"


@lru_cache(5000)
def _day(day: date) -> str:
    """Remembered, as Django takes a fortieth of a page to write it."""
    return date_format(day, "j F Y")


class Pages:
    """The pages of a list. `published` makes its queryset of published questions from what the list
    is of (a topic's number, say), which `page` is given as well.
    """

    def __init__(self, published: Callable[..., QuerySet]):
        @Prepared
        def first(*of):
            return cards.listed(published(*of))[: PAGE + 1]

        @Prepared
        def older(at, pk, *of):
            # With where the page before begins, as a query of its own takes a twentieth of a page.
            ahead = published(*of).filter(Cursor(at, pk).newer).order_by("published_at", "pk")
            text = TextField()
            place = Concat(Cast("published_at", text), Value(",", text), Cast("pk", text))
            start = ahead.values(place=place)[PAGE : PAGE + 1]
            rows = cards.listed(published(*of)).filter(Cursor(at, pk).older)
            rows = rows.annotate(newer=Subquery(start))
            return rows.values_list(*cards.SHOWN, "newer", named=True)[: PAGE + 1]

        self.first, self.older = first, older

    def page(self, path: str, before: str, *of) -> KeysetPage:
        """The page at `path` that `before` names; the first one without it.

        Raises Http404 for what names no page.
        """
        cursor = Cursor.parse(before) if before else None
        found = self.older(cursor.at, cursor.pk, *of) if cursor else self.first(*of)
        if cursor and not found:
            raise Http404("no such page")
        shown = found[:PAGE]
        return KeysetPage(
            questions=shown,
            path=address(path, cursor),
            newer_url=address(path, _stored(shown[0].newer)) if cursor else "",
            older_url=address(path, Cursor.of(shown[-1])) if len(found) > PAGE else "",
        )


def _stored(place: str | None) -> Cursor | None:
    """A place as the database writes it, without a zone in SQLite; None for the first page."""
    if not place:
        return None
    time, _, number = place.partition(",")
    at = datetime.fromisoformat(time)
    return Cursor(at if at.tzinfo else at.replace(tzinfo=UTC), int(number))


def address(path: str, cursor: Cursor | None) -> str:
    return f"{path}?before={quote(str(cursor), safe=',:')}" if cursor else path
