"""Questions and topics as the lists of the archive show them (templates/components)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.db.models import (
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.timezone import localtime

from config.prepared import Prepared
from qa.models import Image, Question, Topic
from qa.models.question import question_address
from qa.models.topic import topic_address

LATEST = 8
# All that a list needs; what an asker wrote in private is not even loaded.
LISTED = ("title", "slug", "name", "excerpt", "published_at", "topic__title", "topic__slug")
SHOWN = ("pk", *LISTED, "pictures")


def listed(published: QuerySet) -> QuerySet:
    """These questions, newest first, with what a teaser shows: one query for any number.

    As rows: making two instances of models for each of thirty took longer than the query.
    """
    pictures = (
        Image.objects.filter(question=OuterRef("pk"), public_key__isnull=False)
        .order_by()
        .values("question")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        published.newest_first()
        .annotate(pictures=Coalesce(Subquery(pictures, output_field=IntegerField()), 0))
        .values_list(*SHOWN, named=True)
    )


def about(topic: int) -> QuerySet:
    """The published questions of one topic, by its number."""
    return Question.objects.published().filter(topic=topic)


latest = Prepared(lambda: listed(Question.objects.published())[:LATEST])
latest_about = Prepared(lambda topic: listed(about(topic))[:LATEST])


def teasers(rows: Iterable, topic: bool = True) -> list[dict]:
    """Rows of `listed` for components/teaser_list.html; `topic`: whether each names its own."""
    rows = list(rows)
    texts = _first_words([row.pk for row in rows if not row.excerpt])
    return [_teaser(row, row.excerpt or texts[row.pk], topic) for row in rows]


def _first_words(unprepared: list[int]) -> dict[int, str]:
    """What Question.teaser says where no excerpt is stored."""
    questions = Question.objects.prefetch_related(Question.objects.officials())
    found = questions.in_bulk(unprepared) if unprepared else {}
    return {pk: found[pk].teaser if pk in found else "" for pk in unprepared}


def _teaser(row, text: str, topic: bool) -> dict:
    return {
        "title": row.title,
        "url": question_address(row.pk, row.slug),
        "text": text,
        "topic": row.topic__title if topic else "",
        "name": row.name,
        "date": row.published_at,
        "month": _month(localtime(row.published_at).date().replace(day=1)),
        "pictures": row.pictures,
    }


@lru_cache(1000)
def _month(first_day) -> str:
    return date_format(first_day, "F Y")


class TopicCard(NamedTuple):
    """A topic for components/topic_list.html; its number of answered questions, or None."""

    title: str
    url: str
    summary: str
    count: int | None


def topics() -> tuple[TopicCard, ...]:
    """Every topic."""
    rows = Topic.objects.values_list("slug", "title", "summary", "answered_count")
    return tuple(
        TopicCard(title, topic_address(slug), summary, count)
        for slug, title, summary, count in rows
    )
