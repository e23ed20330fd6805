"""One topic with what stands on its page, in one query."""

from django.db.models import OuterRef, QuerySet
from django.http import Http404

from qa.archive.rows import Rows
from qa.models import Reference, Topic, TopicPicture
from qa.prepared import Prepared

SOURCE_FIELDS = ("heading", "title", "source", "url", "doi", "pmid", "note")


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
