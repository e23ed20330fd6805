"""The archive, newest first: all of it, and one topic's."""

from django.http import Http404
from django.shortcuts import render

from qa.archive import cards, keyset
from qa.archive.pages import HOME, TOPICS, Crumb, Page, cached
from qa.models import Topic
from qa.prepared import Prepared

every = keyset.Pages(cards.listed)
of_topic = keyset.Pages(cards.listed_about)
_topics = Prepared(lambda slug: Topic.objects.filter(slug=slug))


@cached("before")
def answered(request):
    found = every.page("/answered/", request.GET.get("before", ""))
    page = Page(
        title="Answered questions",
        description="Every question that was answered here, newest first.",
        path=found.path,
        crumbs=[HOME],
        feed="/feed/",
    )
    return _list(request, page, found)


@cached("before")
def topic_answered(request, slug):
    topic = next(iter(_topics(slug)), None)
    if topic is None:
        raise Http404("no such topic")
    path = topic.get_absolute_url()
    found = of_topic.page(f"{path}answered/", request.GET.get("before", ""), topic.pk)
    page = Page(
        title=f"Answered questions: {topic.title}",
        description=f"Every answered question about {topic.title}, newest first.",
        path=found.path,
        crumbs=[HOME, TOPICS, Crumb(topic.title, path)],
        feed=f"{path}feed/",
    )
    return _list(request, page, found, topic)


def _list(request, page: Page, found: keyset.KeysetPage, topic: Topic | None = None):
    items = cards.teasers(found.questions, topic=topic is None)
    context = {
        "page": page,
        "section": "answered",
        "topic": topic,
        "items": items,
        "newer_url": found.newer_url,
        "older_url": found.older_url,
    }
    return render(request, "qa/archive/answered.html", context)
