"""The sitemap: an index, and files of at most 50,000 addresses (sitemaps.org)."""

from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.http import Http404, HttpResponse
from django.utils.html import escape

from qa.archive import shelves
from qa.archive.pages import absolute, cached
from qa.models import Policy, Question, Topic

# Questions go into files by number: 1 to 49,999, and so on, so that old files stay the same.
BLOCK = 50_000
CHANGED = Greatest(F("published_at"), F("updated_at"))
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@cached()
def sitemap(request):
    """The index: pages, topics, and a file for each block of questions."""
    blocks = (
        Question.objects.published()
        .order_by()
        .values(block=F("pk") / BLOCK)
        .annotate(changed=Max(CHANGED))
        .order_by("block")
    )
    files = [("/sitemap-pages.xml", None), ("/sitemap-topics.xml", _newest(_topics()))]
    files += [(f"/sitemap-questions-{row['block']}.xml", row["changed"]) for row in blocks]
    return _xml("sitemapindex", "sitemap", files)


@cached()
def sitemap_pages(request):
    lists = [*shelves.by_month(), *shelves.by_letter()]
    paths = ["/", "/topics/", "/answered/", "/answered/all/", *(row["url"] for row in lists)]
    pages = [(path, None) for path in paths]
    for kind in Policy.Kind.values:
        text = Policy.objects.current(kind)
        pages += [(f"/{kind}/", text.valid_from)] if text else []
    return _xml("urlset", "url", pages)


@cached()
def sitemap_topics(request):
    return _xml("urlset", "url", _topics())


@cached()
def sitemap_questions(request, block):
    rows = (
        Question.objects.published()
        .filter(pk__gte=block * BLOCK, pk__lt=(block + 1) * BLOCK)
        .order_by("pk")
        .values_list("pk", "slug", CHANGED)
    )
    pages = [(f"/questions/{pk}/{slug}/", changed) for pk, slug, changed in rows.iterator()]
    if not pages:
        raise Http404("no such sitemap")
    return _xml("urlset", "url", pages)


def _topics() -> list[tuple]:
    """Each topic's page, and when its article or its list of answers last changed."""
    answered = Topic.objects.filter(questions__in=Question.objects.published())
    newest = dict(answered.order_by().values_list("pk").annotate(at=Max("questions__published_at")))
    return [
        (topic.get_absolute_url(), max(topic.updated_at, newest.get(topic.pk, topic.updated_at)))
        for topic in Topic.objects.all()
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
