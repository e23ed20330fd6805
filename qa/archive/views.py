"""Home, topics, and the site's own texts."""

from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from qa import markdown
from qa.archive import cards, moulds, structured, topics
from qa.archive.pages import cached
from qa.archive.topics import load_topic
from qa.models import Policy, SiteProfile
from qa.page import HOME, TOPICS, Page, absolute
from qa.templatetags.fragments import teaser_list


@cached()
def home(request):
    site = SiteProfile.load()
    page = Page(
        title=site.tagline or "Questions, answered",
        description=site.tagline or f"Questions that were asked at {site.name}, and their answers.",
        path="/",
        data=structured.website(site),
    )
    latest = cards.teasers(cards.latest())
    same = {"bio": _bio(site.curator_bio), "topics": cards.topics()}
    own = {"latest": latest and teaser_list(latest)}
    return moulds.page("qa/archive/home.html", page, site, same, own)


@lru_cache(10)
def _bio(text: str) -> str:
    return markdown.render(text)


@cached()
def topic_list(request):
    page = Page("Topics", "Every topic of this site.", "/topics/", crumbs=[HOME])
    context = {"page": page, "section": "topics", "topics": cards.topics()}
    return render(request, "qa/archive/topic_list.html", context)


@cached()
def topic_detail(request, slug):
    topic = load_topic(slug)
    site = SiteProfile.load()
    article = topics.article(topic)
    page = Page(
        title=topic.title,
        description=topic.summary
        or topics.first_words(topic.body)
        or f"Answered questions about {topic.title}.",
        path=topic.get_absolute_url(),
        crumbs=[HOME, TOPICS],
        kind="article",
        quotable=True,
        image=topic.share_image,
        feed=f"{topic.get_absolute_url()}feed/",
        data=structured.article(topic, site),
    )
    latest = cards.teasers(cards.latest_about(topic.pk), topic=False)
    own = {"article": article.html, "latest": latest and teaser_list(latest)}
    same = topics.same(topic, article.contents)
    return moulds.page("qa/archive/topic_detail.html", page, site, same, own)


@cached()
def policy(request, kind):
    """Guidelines, privacy, about: the version that is in force. Every page links to them, so there
    is a page before the owner has written one.
    """
    text, site = Policy.objects.current(kind), SiteProfile.load()
    description = markdown.teaser(text.body, 160) if text else site.tagline
    context = {
        "page": Page(Policy.Kind(kind).label, description, f"/{kind}/", [HOME]),
        "section": kind,
        "site": site,
        "policy": text,
        "body": text and markdown.article(text.body),
        "bio": markdown.render(site.curator_bio),
    }
    return render(request, "qa/archive/policy.html", context)


@cached()
def robots(request):
    text = ROBOTS.format(sitemap=absolute("/sitemap.xml"))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@cached()
def index_key(request):
    """Proves to search engines that pings are this site's own (qa/indexnow.py)."""
    if not settings.INDEXNOW_KEY:
        raise Http404("no key")
    return HttpResponse(settings.INDEXNOW_KEY, content_type="text/plain; charset=utf-8")


# Private pages say noindex as well; these lines save crawlers the way.
ROBOTS = """\
User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /ask/
Disallow: /asked/
Disallow: /confirm/
Disallow: /embed/
Disallow: /following/
Disallow: /helped/
Disallow: /newsletter/confirm/
Disallow: /newsletter/unsubscribe/
Disallow: /questions/*/answer/
Disallow: /questions/*/follow/
Disallow: /search/
Disallow: /topics/*/ask/
Disallow: /topics/*/follow/

Sitemap: {sitemap}
"""
