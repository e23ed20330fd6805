"""Questions and topics as the lists of the archive show them (templates/components)."""

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.timezone import localtime

from qa.models import Image, Question, Topic

LATEST = 8
# All that a list needs; what an asker wrote in private is not even loaded.
LISTED = ("title", "slug", "name", "published_at", "topic__title", "topic__slug")


def listed() -> QuerySet:
    """Published questions, newest first, with what a teaser shows: two queries for any number."""
    pictures = (
        Image.objects.filter(question=OuterRef("pk"), public_key__isnull=False)
        .order_by()
        .values("question")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        Question.objects.for_pages()
        .only(*LISTED)
        .newest_first()
        .annotate(pictures=Coalesce(Subquery(pictures, output_field=IntegerField()), 0))
    )


def teaser(question: Question, topic: bool = True) -> dict:
    """One question for components/teaser.html."""
    return {
        "title": question.title,
        "url": question.get_absolute_url(),
        "text": question.teaser,
        "topic": question.topic.title if topic else "",
        "name": question.name,
        "date": question.published_at,
        "month": date_format(localtime(question.published_at), "F Y"),
        "pictures": question.pictures,
    }


def topics() -> list[dict]:
    """Every topic with its number of answered questions, for components/topic_list.html."""
    published = Q(questions__in=Question.objects.published())
    rows = Topic.objects.annotate(count=Count("questions", filter=published))
    return [
        {
            "title": topic.title,
            "url": topic.get_absolute_url(),
            "summary": topic.summary,
            "count": topic.count,
        }
        for topic in rows
    ]
