"""Atom feeds (RFC 4287): the newest answers in full, of the site and of each topic."""

import re

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed

from qa.archive import cards
from qa.archive.pages import absolute, cached
from qa.models import Question, SiteProfile, Topic

ENTRIES = 30
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
    site = SiteProfile.load()
    return _answer(site, site.name, site.tagline, "/", "/feed/", _rows())


@cached()
def topic_feed(request, slug):
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise Http404("no such topic")
    site, path = SiteProfile.load(), topic.get_absolute_url()
    title = f"{topic.title} – {site.name}"
    rows = _rows().filter(topic=topic)
    return _answer(site, title, topic.summary, path, f"{path}feed/", rows)


def _rows():
    rows = Question.objects.for_pages().prefetch_related("corrections").newest_first()
    return rows.only(*cards.LISTED, "body", "updated_at")


def _answer(site, title, subtitle, path, own_path, rows) -> HttpResponse:
    feed = FullTextFeed(
        title=_clean(title),
        subtitle=_clean(subtitle) or None,
        link=absolute(path),
        feed_url=absolute(own_path),
        feed_guid=absolute(own_path),
        description=None,
        author_name=_clean(site.curator_name or site.name),
    )
    for question in rows[:ENTRIES]:
        feed.add_item(**_entry(question, site))
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _entry(question, site) -> dict:
    """One answered question. Its id is its address without the slug, which may change."""
    answer = question.official_answer
    author = answer.author.public_name if answer.author else site.curator_name or site.name
    html = render_to_string("qa/archive/_feed_entry.html", {"question": question, "answer": answer})
    return {
        "title": _clean(question.title),
        "link": absolute(question.get_absolute_url()),
        "unique_id": absolute(f"/questions/{question.pk}/"),
        "unique_id_is_permalink": True,
        "description": _clean(question.teaser),
        "content": _clean(html),
        "author_name": _clean(author),
        "pubdate": question.published_at,
        "updateddate": question.changed_at,
        "categories": [_clean(question.topic.title)],
    }


def _clean(text: str) -> str:
    return UNWRITABLE.sub("", text)
