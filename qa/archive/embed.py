"""A topic's ask box and answered list inside another site's page."""

from django.http import Http404
from django.shortcuts import render

from qa.archive import cards
from qa.archive.pages import Page, cached
from qa.models import Topic

SHOWN = 5


@cached()
def embed(request, slug):
    """What stands in the frame; every link opens outside it."""
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise Http404("no such topic")
    latest = cards.listed().filter(topic=topic)[:SHOWN]
    context = {
        "page": Page(topic.title, topic.summary, topic.get_absolute_url()),
        "topic": topic,
        "takes_questions": topic.takes_questions(),
        "latest": cards.teasers(latest, topic=False),
    }
    response = render(request, "qa/archive/embed.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@cached()
def embed_script(request):
    """The script that another site loads; it takes its address from its own."""
    response = render(request, "qa/archive/embed.js", content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
