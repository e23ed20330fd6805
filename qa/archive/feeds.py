"""The newest answers in full, of the site and of each topic: Atom (RFC 4287), and JSON Feed 1.1."""

import json
import re
from html import escape
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed

from qa import storage
from qa.archive import cards
from qa.archive.pages import cached
from qa.models import Answer, Image, Question, Reference, SiteProfile, Topic
from qa.page import absolute

ENTRIES = 30
SOURCES = Prefetch("officials__references", Reference.objects.order_by("order", "pk"), "sources")
READERS = Prefetch("answers", Answer.objects.published_reader(), "readers")
PICTURES = Prefetch("images", Image.objects.filter(public_key__isnull=False), "shown_images")
# Characters that XML 1.0 has no place for, not even escaped.
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FullTextFeed(Atom1Feed):
    """Atom with the whole text as content, whose relative links hold for this site."""

    def root_attributes(self) -> dict:
        return super().root_attributes() | {"xml:base": absolute("/")}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


@cached()
def feed(request):
    return _atom(*_site_feed(), "/feed/")


@cached()
def feed_json(request):
    return _json(*_site_feed(), "/feed.json")


@cached()
def topic_feed(request, slug):
    source = _topic_feed(slug)
    return _atom(*source, f"{source.path}feed/")


@cached()
def topic_feed_json(request, slug):
    source = _topic_feed(slug)
    return _json(*source, f"{source.path}feed.json")


class Source(NamedTuple):
    """What a feed is made of, whatever its format."""

    site: SiteProfile
    title: str
    subtitle: str
    path: str
    id: str  # of the Atom feed, whatever its topic is called later
    rows: QuerySet


def _site_feed() -> Source:
    site = SiteProfile.load()
    return Source(site, site.name, site.tagline, "/", "/feed/", _rows())


def _topic_feed(slug: str) -> Source:
    topic = Topic.objects.of_slug(slug)
    if topic is None:
        raise Http404("no such topic")
    site = SiteProfile.load()
    title = f"{topic.title} – {site.name}"
    rows = _rows().filter(topic=topic)
    own_id = f"/feed/?topic={topic.pk}"
    return Source(site, title, topic.summary, topic.get_absolute_url(), own_id, rows)


def _rows():
    rows = Question.objects.for_pages().newest_first()
    rows = rows.prefetch_related("corrections", SOURCES, READERS, PICTURES)
    return rows.only(*cards.LISTED, "body", "updated_at")


def _atom(site, title, subtitle, path, own_id, rows, own_path) -> HttpResponse:
    feed = FullTextFeed(
        title=_clean(title),
        subtitle=_clean(subtitle) or None,
        link=absolute(path),
        feed_url=absolute(own_path),
        feed_guid=absolute(own_id),
        description=None,
        author_name=_clean(site.curator_name or site.name),
    )
    for question in rows[:ENTRIES]:
        entry = _entry(question, site)
        feed.add_item(**entry | {"description": escape(entry["description"])})  # of type html
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _json(site, title, subtitle, path, own_id, rows, own_path) -> HttpResponse:
    """The same entries as https://www.jsonfeed.org/version/1.1/ has them."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": absolute(path),
        "feed_url": absolute(own_path),
        "description": subtitle,
        "language": "en",
        "authors": [{"name": site.curator_name or site.name}],
        "items": [_item(_entry(question, site)) for question in rows[:ENTRIES]],
    }
    text = json.dumps({name: value for name, value in feed.items() if value != ""})
    return HttpResponse(text, content_type="application/feed+json")


def _item(entry: dict) -> dict:
    return {
        "id": entry["unique_id"],
        "url": entry["link"],
        "title": entry["title"],
        "content_html": entry["content"],
        "summary": entry["description"],
        "date_published": entry["pubdate"].isoformat(),
        "date_modified": entry["updateddate"].isoformat(),
        "authors": [{"name": entry["author_name"]}],
        "tags": entry["categories"],
    }


def _entry(question, site) -> dict:
    """One answered question. Its id is its address without the slug, which may change."""
    answer = question.official_answer
    author = answer.author.public_name if answer.author else site.curator_name or site.name
    links = [image.public_links for image in question.shown_images]
    context = {
        "question": question,
        "answer": answer,
        "pictures": [(absolute(link.src), link) for link in links],
    }
    html = render_to_string("qa/archive/_feed_entry.html", context)
    return {
        "title": _clean(question.title),
        "link": absolute(question.get_absolute_url()),
        "unique_id": absolute(f"/questions/{question.pk}/"),
        "unique_id_is_permalink": True,
        "description": _clean(question.teaser),
        "content": _clean(storage.for_other_sites(html)),
        "author_name": _clean(author),
        "pubdate": question.published_at,
        "updateddate": question.changed_at,
        "categories": [_clean(question.topic.title)],
    }


def _clean(text: str) -> str:
    return UNWRITABLE.sub("", text)
