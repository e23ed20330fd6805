"""The archive by month and by letter: plain lists of titles, whose addresses keep their content.

A month is listed oldest first, so a page that was full stays as it is. One page, /answered/all/,
leads to each of them: no answer is more than three clicks from the home page.
"""

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, groupby
from string import ascii_lowercase
from urllib.parse import quote

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Window
from django.db.models.functions import RowNumber, Substr
from django.http import Http404
from django.shortcuts import render
from django.utils.text import Truncator

from qa.archive.keyset import LARGEST_ID, Cursor
from qa.archive.pages import cached
from qa.models import Question
from qa.page import ANSWERED, HOME, Crumb, Page

SHELF = 300  # titles on a page
DIGITS = "0-9"
ALL = Crumb("By month and letter", "/answered/all/")
PLACE = re.compile(r"([a-z0-9_-]{1,80}),(\d{1,19})", re.ASCII)
FIELDS = ("pk", "slug", "title", "published_at")


class Month(Func):
    """A time's month as text, 2026-11: in UTC, so that addresses hold wherever the site moves."""

    output_field = CharField()

    def as_sqlite(self, compiler, connection):
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 7)")

    def as_postgresql(self, compiler, connection):
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM')"
        return self.as_sql(compiler, connection, template=template)


@dataclass(frozen=True)
class Place:
    """A question's place in the alphabet."""

    slug: str
    pk: int

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises Http404 for anything that `str` did not write."""
        found = PLACE.fullmatch(text)
        if not found or int(found[2]) > LARGEST_ID:
            raise Http404("no such page")
        return cls(found[1], int(found[2]))

    def __str__(self) -> str:
        return f"{self.slug},{self.pk}"

    @property
    def newer(self) -> Q:
        """The question and all behind it."""
        return Q(slug__gte=self.slug) & (Q(slug__gt=self.slug) | Q(pk__gte=self.pk))

    @property
    def older(self) -> Q:
        return Q(slug__lte=self.slug) & (Q(slug__lt=self.slug) | Q(pk__lt=self.pk))


@cached("from")
def month(request, year, month):
    path, label = f"/answered/{year}/{month}/", f"{month_name[int(month)]} {year}"
    first = datetime(int(year), int(month), 1, tzinfo=UTC)
    behind = datetime(int(year) + int(month) // 12, int(month) % 12 + 1, 1, tzinfo=UTC)
    rows = Question.objects.published().filter(published_at__gte=first, published_at__lt=behind)
    return _shelf(request, rows, ("published_at", "pk"), path, label, Cursor)


@cached("from")
def letter(request, letter):
    rows = Question.objects.published()
    if letter == DIGITS:
        rows = rows.filter(slug__lt="a")
    else:
        # Slugs have no letter behind z, and databases disagree about what else comes there.
        end = Q(slug__lt=chr(ord(letter) + 1)) if letter != "z" else Q()
        rows = rows.filter(end, slug__gte=letter)
    label = letter.upper().replace("-", "–")
    return _shelf(request, rows, ("slug", "pk"), f"/answered/letter/{letter}/", label, Place)


def _shelf(request, rows: QuerySet, order: tuple, path: str, label: str, place: type):
    """One page of titles. `from` names the question that it begins with."""
    given = request.GET.get("from", "")
    here = place.parse(given) if given else None
    ahead = rows.filter(here.newer) if here else rows
    found = list(ahead.order_by(*order).values_list(*FIELDS, named=True)[: SHELF + 1])
    if not found:
        raise Http404("nothing there")
    begins = f", from “{Truncator(found[0].title).chars(60)}”" if here else ""
    page = Page(
        title=f"Answered questions: {label}{begins}",
        description=f"The titles of answered questions: {label}.",
        path=_address(path, here),
        crumbs=[HOME, ANSWERED, ALL],
        heading=label,
    )
    context = {
        "page": page,
        "section": "answered",
        "label": label,
        "questions": found[:SHELF],
        "before_url": _before(rows, order, path, here) if here else "",
        "after_url": _address(path, _at(found[SHELF], order)) if len(found) > SHELF else "",
    }
    return render(request, "qa/archive/shelf.html", context)


def _before(rows: QuerySet, order: tuple, path: str, here) -> str:
    """The page that ends where this one begins."""
    back = rows.filter(here.older).order_by(*(f"-{name}" for name in order))
    first = back.values_list(*FIELDS, named=True)[SHELF - 1 : SHELF].first()
    return _address(path, first and _at(first, order))


def _at(row, order: tuple):
    return Place(row.slug, row.pk) if order[0] == "slug" else Cursor(row.published_at, row.pk)


def _address(path: str, place) -> str:
    return f"{path}?from={quote(str(place), safe=',:')}" if place else path


# --- The page that leads to all of them -------------------------------------------------------


@cached()
def every(request):
    months = by_month()
    years = [(year, list(rows)) for year, rows in groupby(months, lambda row: row["label"][-4:])]
    page = Page(
        title="Answered questions by month and letter",
        description="Every question that was answered here, by month and by letter.",
        path=ALL.url,
        crumbs=[HOME, ANSWERED],
    )
    context = {"page": page, "section": "answered", "years": years, "letters": by_letter()}
    return render(request, "qa/archive/every.html", context)


def by_month() -> list[dict]:
    """Label, number and address of each month, the newest first; `parts`: addresses of its
    further pages, where one is not enough.
    """
    rows = Question.objects.published().order_by().values(month=Month("published_at"))
    counts = sorted(rows.annotate(number=Count("pk")).values_list("month", "number"))
    parts = _parts([number for _, number in counts])
    months = []
    for (name, number), further in zip(counts, parts, strict=True):
        year, month = name.split("-")
        path, label = f"/answered/{year}/{month}/", f"{month_name[int(month)]} {year}"
        pages = [(n, _address(path, place)) for n, place in enumerate(further, 2)]
        months.append({"label": label, "number": number, "url": path, "parts": pages})
    return months[::-1]


def _parts(numbers: list[int]) -> list[list[Cursor]]:
    """For each month, oldest first, with which questions its further pages begin."""
    ends = list(accumulate(numbers))
    borders = [
        list(range(end - number + 1 + SHELF, end + 1, SHELF))
        for number, end in zip(numbers, ends, strict=True)
    ]
    wanted = [place for months in borders for place in months]
    if not wanted:
        return [[] for _ in numbers]
    place = Window(RowNumber(), order_by=["published_at", "pk"])
    rows = Question.objects.published().annotate(place=place).filter(place__in=wanted)
    cursors = {row[0]: Cursor(*row[1:]) for row in rows.values_list("place", "published_at", "pk")}
    return [[cursors[place] for place in months if place in cursors] for months in borders]


def by_letter() -> list[dict]:
    """Label, number and address of each first letter that questions have."""
    rows = Question.objects.published().order_by().values(letter=Substr(F("slug"), 1, 1))
    found = dict(rows.annotate(number=Count("pk")).values_list("letter", "number"))
    counts = {letter: found.pop(letter, 0) for letter in ascii_lowercase}
    counts[DIGITS] = sum(found.values())
    return [
        {"label": letter.upper().replace("-", "–"), "url": f"/answered/letter/{letter}/"}
        | {"number": number}
        for letter, number in counts.items()
        if number
    ]
