"""The archive, newest first: all of it, and one topic's."""

from itertools import groupby
from operator import itemgetter

from django.http import Http404
from django.utils.safestring import mark_safe

from qa.archive import cards, keyset, moulds
from qa.archive.pages import cached
from qa.models import Question, SiteProfile, Topic
from qa.page import HOME, TOPICS, Crumb, Page
from qa.templatetags.fragments import teaser_list

SHOWN_OF_TOPIC = ("slug", "title")
every = keyset.Pages(Question.objects.published)
of_topic = keyset.Pages(cards.about)


@cached("before")
def answered(request):
    found = every.page("/answered/", request.GET.get("before", ""))
    page = Page(
        title=f"Answered questions{found.dates}",
        description="Every question that was answered here, newest first.",
        path=found.path,
        crumbs=[HOME],
        heading="Answered questions",
        feed="/feed/",
    )
    return _list(request, page, found)


@cached("before")
def topic_answered(request, slug):
    topic = Topic.objects.of_slug(slug)
    if topic is None:
        raise Http404("no such topic")
    path = topic.get_absolute_url()
    found = of_topic.page(f"{path}answered/", request.GET.get("before", ""), topic.pk)
    page = Page(
        title=f"Answered questions: {topic.title}{found.dates}",
        description=f"Every answered question about {topic.title}, newest first.",
        path=found.path,
        crumbs=[HOME, TOPICS, Crumb(topic.title, path)],
        heading="Answered questions",
        feed=f"{path}feed/",
    )
    return _list(request, page, found, topic)


def _list(request, page: Page, found: keyset.KeysetPage, topic: Topic | None = None):
    same = {"section": "answered", "topic": moulds.frozen(topic, SHOWN_OF_TOPIC)}
    own = {
        "months": _by_month(cards.teasers(found.questions, topic=topic is None)),
        "newer_url": found.newer_url,
        "older_url": found.older_url,
    }
    return moulds.page("qa/archive/answered.html", page, SiteProfile.load(), same, own)


def _by_month(items: list[dict]) -> str:
    """The teasers of each month below its name."""
    parts = [
        f'<section class="month"><h2 class="month__name">{month}</h2>{teaser_list(some)}</section>'
        for month, some in groupby(items, key=itemgetter("month"))
    ]
    return mark_safe("".join(parts))  # noqa: S308 (of components, and names of months)
