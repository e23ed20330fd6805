"""The sitemap: an index, and files of at most 50,000 addresses (sitemaps.org)."""

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.http import Http404, HttpResponse
from django.utils.html import escape

from newsletter.models import Issue
from qa.archive import people, shelves
from qa.archive.pages import cached
from qa.models import Policy, Question, Topic
from qa.page import absolute, page_of

# Questions go into files by number: 1 to 49,999, and so on, so that old files stay the same.
BLOCK = 50_000
CHANGED = Greatest(F("published_at"), F("updated_at"))
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@cached()
def sitemap(request):
    """The index: pages, topics, and a file for each block of questions."""
    files = [("/sitemap-pages.xml", None), ("/sitemap-topics.xml", _newest(_topics()))]
    last = Question.objects.published().aggregate(last=Max("pk"))["last"] or 0
    for block in range(last // BLOCK + 1):
        # One by one, as a database that groups them sorts all questions first.
        if changed := _block(block).aggregate(changed=Max(CHANGED))["changed"]:
            files.append((f"/sitemap-questions-{block}.xml", changed))
    return _xml("sitemapindex", "sitemap", files)


@cached()
def sitemap_pages(request):
    lists = [*shelves.by_month(), *shelves.by_letter()]
    paths = ["/", "/topics/", "/answered/", "/answered/all/", *(row["url"] for row in lists)]
    pages = [(path, None) for path in paths]
    for kind in Policy.Kind.values:
        text = Policy.objects.current(kind)
        pages += [(f"/{kind}/", text.valid_from)] if text else []
    pages += [(page_of(person), None) for person in people.with_page()]
    pages.append(("/newsletter/", None))
    if letters := Issue.objects.public().only("slug", "sent_at"):
        pages += [("/newsletter/issues/", letters[0].sent_at)]
        pages += [(letter.get_absolute_url(), letter.sent_at) for letter in letters]
    return _xml("urlset", "url", pages)


@cached()
def sitemap_topics(request):
    return _xml("urlset", "url", _topics())


@cached()
def sitemap_questions(request, block):
    rows = _block(block).order_by("pk").values_list("pk", "slug", CHANGED)
    pages = [(f"/questions/{pk}/{slug}/", changed) for pk, slug, changed in rows.iterator()]
    if not pages:
        raise Http404("no such sitemap")
    return _xml("urlset", "url", pages)


def _block(block: int) -> QuerySet:
    return Question.objects.published().filter(pk__gte=block * BLOCK, pk__lt=(block + 1) * BLOCK)


def _topics() -> list[tuple]:
    """Each topic's page, and when its article or its list of answers last changed."""
    answered = Question.objects.published().filter(topic=OuterRef("pk")).newest_first()
    topics = Topic.objects.only("slug", "updated_at").annotate(
        newest=Subquery(answered.values("published_at")[:1])
    )
    return [
        (topic.get_absolute_url(), max(topic.updated_at, topic.newest or topic.updated_at))
        for topic in topics
    ]


def _newest(pages: list[tuple]):
    return max((changed for _, changed in pages), default=None)


def _xml(root: str, element: str, pages) -> HttpResponse:
    body = "".join(_line(element, path, changed) for path, changed in pages)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {XMLNS}>\n{body}</{root}>\n'
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


def _line(element: str, path: str, changed) -> str:
    date = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<{element}><loc>{escape(absolute(path))}</loc>{date}</{element}>\n"
