"""A topic's ask box and answered list, or one answer, inside another site's page."""

from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, ResolverMatch, resolve

from qa.archive import cards
from qa.archive.keyset import LARGEST_ID
from qa.archive.pages import cached
from qa.archive.structured import author_of
from qa.models import OldAddress, Question, SiteProfile, Topic
from qa.page import Page, absolute

SHOWN = 5
WIDTH, HEIGHT = 600, 480  # pixels, at most, unless a site has less room


@cached()
def embed(request, slug):
    """What stands in the frame; every link opens outside it."""
    topic = Topic.objects.of_slug(slug)
    if topic is None:
        raise Http404("no such topic")
    latest = cards.listed(cards.about(topic.pk))[:SHOWN]
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


@cached("url", "format", "maxwidth", "maxheight")
def oembed(request):
    """How another site shows a page of this one (oembed.com): a topic in a frame, an answer quoted.

    404 for whatever is neither; 501 for another format than JSON.
    """
    if request.GET.get("format", "json") != "json":
        response = HttpResponse("Only json.", status=501, content_type="text/plain")
        response._has_been_logged = True  # by Django as a fault of the site, which it is not
        return response
    width = _at_most(WIDTH, request.GET.get("maxwidth", ""))
    height = _at_most(HEIGHT, request.GET.get("maxheight", ""))
    page = _page(request.GET.get("url", ""))
    if isinstance(page, Topic):
        written = page
        context = {"src": absolute(f"/embed/{page.slug}/"), "width": width, "height": height}
    else:
        written = page.official_answer
        context = {"url": absolute(page.get_absolute_url())}
    site = SiteProfile.load()
    author = author_of(written, site)
    known = {f"author_{name}": author[name] for name in ("name", "url") if name in author}
    return JsonResponse(
        known
        | {
            "version": "1.0",
            "type": "rich",
            "title": page.title,
            "provider_name": site.name,
            "provider_url": absolute("/"),
            "cache_age": 3600,
            "width": width,
            "height": height,
            "html": render_to_string(
                "qa/archive/oembed.html", context | {"page": page, "site": site}
            ).strip(),
        }
    )


def _at_most(size: int, given: str) -> int:
    """The size, or the smaller number of pixels that was asked for."""
    short = given.isascii() and given.isdigit() and len(given) < 6
    return min(size, int(given)) if short and int(given) else size


def _page(url: str) -> Topic | Question:
    """What an address of this site shows. Raises Http404 for anything but topics and answers."""
    page = None
    with suppress(ValueError, Resolver404):
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" == settings.BASE_URL:
            page = _shown(resolve(parts.path.rstrip("/") + "/"))
    if page is None:
        raise Http404("no such page")
    return page


def _shown(found: ResolverMatch) -> Topic | Question | None:
    if found.view_name == "archive:topic_detail":
        slug = found.kwargs["slug"]
        return Topic.objects.of_slug(slug) or OldAddress.objects.topic_called(slug)
    is_question = found.view_name in {"archive:question_detail", "archive:question_number"}
    if is_question and found.kwargs["pk"] <= LARGEST_ID:
        return Question.objects.published().filter(pk=found.kwargs["pk"]).first()
    return None
