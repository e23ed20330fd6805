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
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.timezone import localtime

from qa.models import Image, Question, Topic
from qa.models.topic import topic_address
from qa.prepared import Prepared

LATEST = 8
# All that a list needs; what an asker wrote in private is not even loaded.
LISTED = ("title", "slug", "name", "excerpt", "published_at", "topic__title", "topic__slug")


def listed() -> QuerySet:
    """Published questions, newest first, with what a teaser shows: one query for any number."""
    pictures = (
        Image.objects.filter(question=OuterRef("pk"), public_key__isnull=False)
        .order_by()
        .values("question")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        Question.objects.published()
        .select_related("topic")
        .only(*LISTED)
        .newest_first()
        .annotate(pictures=Coalesce(Subquery(pictures, output_field=IntegerField()), 0))
    )


def listed_about(topic: int) -> QuerySet:
    """The same of one topic, by its number."""
    return listed().filter(topic=topic)


latest = Prepared(lambda: listed()[:LATEST])
latest_about = Prepared(lambda topic: listed_about(topic)[:LATEST])


def teasers(questions: Iterable[Question], topic: bool = True) -> list[dict]:
    """Questions for components/teaser_list.html; `topic`: whether each names its own."""
    rows = list(questions)
    if unprepared := [question for question in rows if not question.excerpt]:
        prefetch_related_objects(unprepared, Question.objects.officials())
    return [_teaser(question, topic) for question in rows]


def _teaser(question: Question, topic: bool) -> dict:
    return {
        "title": question.title,
        "url": question.get_absolute_url(),
        "text": question.teaser,
        "topic": question.topic.title if topic else "",
        "name": question.name,
        "date": question.published_at,
        "month": _month(localtime(question.published_at).date().replace(day=1)),
        "pictures": question.pictures,
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
