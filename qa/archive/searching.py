"""Search, and the answered questions that are like what somebody is typing."""

import re
from collections import Counter
from html import escape
from math import ceil
from typing import NamedTuple
from urllib.parse import quote, urlencode

from django.db.models import QuerySet
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config.prepared import Prepared
from qa import search as index
from qa.archive import moulds, spelling
from qa.archive.articles import around, articles_with
from qa.archive.pages import cached, public
from qa.models import DayCount, OldAddress, Question
from qa.models.question import question_address
from qa.page import HOME, Page
from qa.templatetags.fragments import link_list, once, teaser_list

RESULTS, SUGGESTIONS, PAGES = 20, 5, 50
FEW = 10  # results, of which a mistyped word may be the cause
SPARSE = 3  # results of several words, beside which others may fit better
LONGEST, MOST_FILTERS = 300, 12
MOST_EQUAL = 4  # questions with the same title, for each that is suggested
BEGUN = re.compile(r"(?:\s+\w{1,2})+$")
MARKED = re.compile(f"{index.OPEN}([^{index.CLOSE}]*){index.CLOSE}")


class _Question(NamedTuple):
    pk: int
    url: str
    title: str


@public
def search(request):
    """Results for ?q=, in ?topic= where given, ?page= after ?page=."""
    query = _query(request)
    site, topics, texts = around()
    topic = _chosen(topics, request.GET.get("topic", ""))
    asked = _number(request.GET.get("page", ""))
    usual = spelling.usual(query)
    hits, total, number = _found(usual, topic, asked)
    articles = _articles(query, usual, texts, topic) if number == 1 else ()
    nothing = not (total or articles)
    elsewhere = _elsewhere(query, usual) if nothing and topic else None
    doubtful = total < FEW and number == 1 and not elsewhere
    meant = _meant(query, topic, hits, total, texts) if doubtful else None
    if meant and nothing:
        hits, total, number = _found(meant["text"], topic, number)
    more = total > number * RESULTS and number < PAGES
    shown = meant["text"] if meant and nothing else query
    if nothing and query and topic is None and asked == 1 and request.method == "GET":
        DayCount.objects.add_search(DayCount.What.SEARCH_FOUND_NOTHING, query)
    same = {
        "section": "search",
        "topic": topic,
        "filter_topics": topics if len(topics) > MOST_FILTERS else (),
        "total": bool(total),
        "instead": bool(meant and nothing),
    }
    own = {
        "query": query,
        "asked": quote(query, safe=""),
        "filters": _filters(query, topics, topic),
        "count": _count(0 if nothing else total, len(articles)),
        "meant.text": meant["text"] if meant else "",
        "meant.url": meant["url"] if meant else "",
        "elsewhere.count": elsewhere["count"] if elsewhere else "",
        "elsewhere.url": elsewhere["url"] if elsewhere else "",
        "close": _links(_close(usual, topic, hits, total)) if number == 1 and not elsewhere else "",
        "newer_url": _address(shown, topic, number - 1) if number > 1 else "",
        "older_url": _address(shown, topic, number + 1) if more else "",
    }
    page = Page("Search", "Search the answered questions.", "/search/", crumbs=[HOME])
    own |= _lists(articles, _results(hits, meant["text"] if meant and nothing else usual))
    return moulds.page("qa/archive/search.html", page, site, same, own)


def _query(request) -> str:
    """What is searched for."""
    return index.visible(request.GET.get("q", "")).strip()[:LONGEST]


def _chosen(topics: tuple, slug: str):
    """The topic with this slug, or with another by now; None for all."""
    found = next((topic for topic in topics if topic.slug == slug), None)
    old = OldAddress.objects.topic_called(slug) if slug and not found else None
    return found or next((topic for topic in topics if old and topic.pk == old.pk), None)


def _count(total: int, articles: int) -> str:
    """“12 answers and 1 article”."""
    answers = f"{total} answer{pluralize(total)}" if total else "No answer"
    if total >= index.MOST_COUNTED:
        answers = "1,000 answers or more"
    more = f"{' and' if total else ', but'} {articles} article{pluralize(articles)}"
    return answers + (more if articles else "")


def _lists(articles: tuple, results: list[dict]) -> dict:
    """What was found, as HTML."""
    level = 3 if articles else 2
    return {
        "articles": articles and once("components/topic_list.html", topics=articles, level=3),
        "results": results and teaser_list(results, level),
    }


def _links(questions: list[_Question]) -> str:
    return questions and link_list((question.url, question.title) for question in questions)


@cached("q")
def suggest(request):
    """A fragment: answered questions close to ?q=, for a script to put under the field. Unlike
    searches nobody counts it, so caches may answer for it.
    """
    found = _suggested(spelling.usual(_query(request)))
    response = render(request, "qa/archive/_suggestions.html", {"questions": found})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _search(text: str, **options):
    return index.search(text, spellings=spelling.others, **options)


def _articles(query: str, usual: str, texts: tuple, topic) -> tuple:
    """Those that have the words as they are typed, else as they are mostly spelled."""
    found = articles_with(query, texts, topic)
    return found if found or usual == query else articles_with(usual, texts, topic)


def _found(query: str, topic, number: int):
    """Hits of one page, the count of all, and the page's number: the last, where it has none."""
    topic_id = topic and topic.pk
    first = RESULTS * (number - 1)
    hits, total = _search(query, topic_id=topic_id, limit=RESULTS, offset=first)
    if first and first >= total:
        return _found(query, topic, max(1, ceil(total / RESULTS)))
    return hits, total, number


def _suggested(query: str) -> list[_Question]:
    """What is called, means or begins with what is typed; where no text has its words, what was
    meant. One or two letters behind other words may say nothing yet.
    """
    beginning = _beginning_with(query)
    meant = "" if beginning else spelling.mended(query)
    if meant:
        beginning, query = _beginning_with(meant), meant
    called = _in_order(index.called(query, MOST_EQUAL * SUGGESTIONS))
    shorter = BEGUN.sub("", query)
    # Half a word means nothing yet, so two that begin with it stand before what means the same.
    first = beginning[:2] if shorter == query else []
    found = _different([*called, *first, *closest(query), *beginning])[:SUGGESTIONS]
    return found if found or shorter == query else _suggested(shorter)


def _meant(query: str, topic, hits, total: int, texts: tuple) -> dict | None:
    """The link to the search that was perhaps meant; None unless it finds more than `total`."""
    text = spelling.mended(query, _marked_often(hits), anew=not total)
    if not text:
        return None
    _, others = _search(text, topic_id=topic and topic.pk, limit=1)
    found = others > total or (not total and articles_with(text, texts, topic))
    return {"text": text, "url": _address(text, topic, 1)} if found else None


def _marked_often(hits) -> set[str]:
    """The words of a query that are just so in several hits."""
    marked = (MARKED.findall(f"{hit.title} {hit.snippet}".lower()) for hit in hits)
    words = Counter(word for words in marked for word in set(words))
    return {word for word, number in words.items() if number >= spelling.OFTEN}


def _elsewhere(query: str, usual: str) -> dict | None:
    """The link to the same search in all topics; None where that finds nothing either."""
    total = index.count(usual, spelling.others)
    return {"count": _count(total, 0), "url": _address(query, None, 1)} if total else None


def _close(query: str, topic, hits, total: int) -> list[_Question]:
    """What means the same, where next to nothing has the words: one text with all of them is often
    about something else.
    """
    if not total:
        return closest(spelling.mended(query) or query)
    if topic or total >= SPARSE or len(index.telling_words(query)) < 2:
        return []
    found = {hit.id for hit in hits}
    return [question for question in closest(query) if question.pk not in found]


def closest(query: str) -> list[_Question]:
    """Up to five answered questions that are like `query`; none where nothing fits."""
    return _in_order(index.similar(query, limit=SUGGESTIONS))


def _beginning_with(query: str) -> list[_Question]:
    return _in_order(index.beginning_with(query, SUGGESTIONS, spelling.others))


def _in_order(numbers: list[int]) -> list[_Question]:
    rows = _published(numbers)
    found = [rows[number] for number in numbers if number in rows]
    return _different(
        [_Question(row.pk, question_address(row.pk, row.slug), row.title) for row in found]
    )


def _different(questions: list[_Question]) -> list[_Question]:
    """The first of each title: links that read the same leave no choice."""
    different = {}
    for question in questions:
        different.setdefault(index.plain(question.title), question)
    return list(different.values())


def _filters(query: str, topics: tuple, current) -> str:
    """A link for each topic; more than a few become a list in the form instead."""
    if not topics or len(topics) > MOST_FILTERS:
        return ""
    filters = [
        {"title": topic.title, "url": _address(query, topic, 1), "current": topic == current}
        for topic in topics
    ]
    context = {"filters": filters, "all_url": _address(query, None, 1), "topic": current}
    return render_to_string("qa/archive/_filters.html", context)


def _address(query: str, topic, number: int) -> str:
    values = {"q": query, "topic": topic and topic.slug, "page": number if number > 1 else None}
    return "?" + urlencode({name: value for name, value in values.items() if value})


def _number(text: str) -> int:
    """The page asked for, 1 to PAGES; the first for anything else."""
    digits = text.isascii() and text.isdigit() and len(text) < 4
    return min(max(int(text), 1), PAGES) if digits else 1


def _results(hits, query: str) -> list[dict]:
    """Hits as teasers, their words marked: who asks the same first, of equally good ones the newer.

    What left the archive meanwhile is left out.
    """
    rows = _published([hit.id for hit in hits])
    hits = [hit for hit in hits if hit.id in rows]
    same = {hit.id: index.sameness(query, hit.title) for hit in hits}
    hits.sort(key=lambda hit: (-same[hit.id], hit.score, -rows[hit.id].published_at.timestamp()))
    return [
        {
            "title": marked(hit.title),
            "url": question_address(hit.id, rows[hit.id].slug),
            "text": marked(hit.snippet),
            "topic": rows[hit.id].topic__title,
            "date": rows[hit.id].published_at,
        }
        for hit in hits
    ]


def _published(numbers: list[int]) -> dict:
    """What links to these questions need, by number, without those that left the archive."""
    return {row.pk: row for row in _listed(*numbers)} if numbers else {}


@Prepared
def _listed(*numbers: int) -> QuerySet:
    rows = Question.objects.published().filter(pk__in=numbers)
    return rows.values_list("pk", "slug", "title", "topic__title", "published_at", named=True)


def marked(text: str) -> SafeString:
    """A snippet as HTML: everything escaped, then the index's own marks turned into <mark>."""
    html = escape(text).replace(index.OPEN, "<mark>").replace(index.CLOSE, "</mark>")
    return SafeString(html)
