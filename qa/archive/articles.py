"""The topics and their articles, as a search needs them."""

import re
from typing import NamedTuple

from config.edition import PerEdition
from qa import search as index
from qa.archive.cards import TopicCard
from qa.models import SiteProfile, Topic
from qa.models.topic import topic_address

MOST = 3  # articles that a search shows
BEGINNING = 5  # letters of a word that may go on in an article


class SearchTopic(NamedTuple):
    pk: int
    slug: str
    title: str


class Article(NamedTuple):
    """A topic's texts; those to be searched are folded and in lower case."""

    topic: SearchTopic
    summary: str
    title: str
    text: str


class Around(NamedTuple):
    """What every search needs beside the questions."""

    site: SiteProfile
    topics: tuple[SearchTopic, ...]
    articles: tuple[Article, ...]


@PerEdition
def around() -> Around:
    """Kept as reading and folding it would take a sixth of a search."""
    articles = tuple(map(_article, Topic.objects.all()))
    return Around(SiteProfile.load(), tuple(article.topic for article in articles), articles)


def articles_with(query: str, articles: tuple[Article, ...], topic=None) -> tuple[TopicCard, ...]:
    """Up to three that have every word and phrase of `query`, those with the first one in the title
    first.

    Topics are few and their articles short, so they need no index.
    """
    terms = [[_folded(word) for word in term] for term in index.terms(query)]
    words = [_singular(word) for term in terms for word in term]
    if not set(words) - index.STOP:
        return ()
    found = [article for article in _of(topic, articles) if all(w in article.text for w in words)]
    if not found:
        return ()  # before patterns are compiled, which takes longer than all else
    patterns = [_pattern(term) for term in terms]
    found = [article for article in found if all(one.search(article.text) for one in patterns)]
    found.sort(key=lambda article: not patterns[0].search(article.title))
    return tuple(
        TopicCard(topic.title, topic_address(topic.slug), summary, None)
        for topic, summary, *_ in found[:MOST]
    )


def _of(topic: SearchTopic | None, articles: tuple[Article, ...]) -> tuple[Article, ...]:
    return tuple(one for one in articles if one.topic == topic) if topic else articles


def _article(topic: Topic) -> Article:
    text = _folded(topic.title, topic.summary, topic.body)
    short = SearchTopic(topic.pk, topic.slug, topic.title)
    return Article(short, topic.summary, _folded(topic.title), text)


def _folded(*texts: str) -> str:
    return index.fold(" ".join(texts)).lower()


def _singular(word: str) -> str:
    """Without the s of a plural, after which `_pattern` lets it go on."""
    return word.removesuffix("s") if len(word) > BEGINNING and not word.endswith("ss") else word


def _pattern(term: list[str]) -> re.Pattern:
    """The word itself or its plural, a longer one as a beginning, too; words of a phrase as they
    are, one behind the other.
    """
    if len(term) > 1:
        return re.compile(r"\b" + r"\W+".join(term) + r"\b")
    [word] = map(_singular, term)
    ending = "" if len(word) >= BEGINNING else r"(?:s|es)?\b"
    return re.compile(rf"\b{re.escape(word)}{ending}")
