"""One topic with what stands on its page, in one query."""

from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet
from django.http import Http404

from config.prepared import Prepared
from qa import markdown
from qa.archive.moulds import frozen
from qa.archive.rows import Rows
from qa.models import Reference, Topic, TopicPicture
from qa.page import page_of

SHOWN = ("slug", "title", "summary", "invitation_text", "paused_note", "answered_count")
SHOWN += ("created_at", "reviewed_at", "review_due_at")
SHOWN_OF_AUTHOR = ("public_name", "credentials")
SHOWN_OF_PICTURE = ("name", "public_key", "public_links")
SHOWN_OF_SOURCE = ("heading", "title", "link", "source", "doi", "pmid", "note")
SOURCE_FIELDS = ("heading", "title", "source", "url", "doi", "pmid", "note")


class Part(NamedTuple):
    """An entry of the contents list."""

    id: str
    label: str


def load_topic(slug: str) -> Topic:
    """A topic with `sources`, `sisters` and `drawings` as plain lists.

    Raises Http404 for a slug that is none.
    """
    topic = next(iter(_with_lists(slug)), None)
    if topic is None:
        raise Http404("no such topic")
    topic.sources = [Reference(**row) for row in topic.source_rows]
    topic.sisters = [Topic(**row) for row in topic.sister_rows]
    topic.drawings = [TopicPicture(**row) for row in topic.drawing_rows]
    topic.share_image = topic.drawings[0].public_links.largest if topic.drawings else ""
    return topic


@Prepared
def _with_lists(slug: str) -> QuerySet:
    """The row of `load_topic`."""
    related = Topic.objects.filter(
        pk__in=Topic.related.through.objects.filter(from_topic=OuterRef(OuterRef("pk"))).values(
            "to_topic"
        )
    )
    return (
        Topic.objects.filter(slug=slug)
        .select_related("author", "parent")
        .annotate(
            source_rows=Rows(
                Reference.objects.filter(topic=OuterRef("pk")).order_by("order", "pk"),
                *SOURCE_FIELDS,
            ),
            sister_rows=Rows(related, "slug", "title"),
            drawing_rows=Rows(
                TopicPicture.objects.filter(topic=OuterRef("pk"), public_key__isnull=False),
                *("name", "alt", "caption", "credit", "width", "height", "public_key"),
            ),
        )
        .order_by("pk")[:1]
    )


def article(topic: Topic) -> markdown.Article:
    """The rendered article with its drawings."""
    return _article(topic.body, tuple(frozen(one, SHOWN_OF_PICTURE) for one in topic.drawings))


@lru_cache(500)
def _article(body: str, drawings: tuple) -> markdown.Article:
    return markdown.article(body, {drawing.name: drawing for drawing in drawings})


@lru_cache(500)
def first_words(body: str) -> str:
    return markdown.teaser(body, 160)


def same(topic: Topic, contents: list[dict]) -> dict:
    """What the topic's page says beside the article and the latest answers."""
    takes_questions = topic.takes_questions()
    sheet = topic.fact_sheets.first()
    return {
        "section": "topics",
        "topic": frozen(topic, SHOWN),
        "author": frozen(topic.author, SHOWN_OF_AUTHOR),
        "author_url": page_of(topic.author),
        "code": escape(topic.title),
        "takes_questions": takes_questions,
        "contents": _contents(topic, contents, takes_questions),
        "sources": tuple(frozen(source, SHOWN_OF_SOURCE) for source in topic.sources),
        "sisters": tuple((one.get_absolute_url(), one.title) for one in topic.sisters),
        "fact_sheet": sheet.title if sheet else "",
    }


def _contents(topic: Topic, headings: list[dict], takes_questions: bool) -> tuple[Part, ...]:
    """The headings of the article, and the parts below it."""
    parts = [Part(**heading) for heading in headings]
    parts += [Part("ask-here", "Ask a question")] if takes_questions else []
    parts += [Part("answered", "Already answered")]
    parts += [Part("research", "Research")] if topic.sources else []
    return tuple(parts)
