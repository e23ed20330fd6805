"""The page of one answered question."""

from datetime import UTC, datetime

from django.db.models import Case, OuterRef, QuerySet, When
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_datetime

from qa import markdown, search
from qa.archive import structured
from qa.archive.keyset import LARGEST_ID
from qa.archive.moved import of_question
from qa.archive.pages import HOME, TOPICS, Crumb, Page, cached
from qa.archive.rows import Rows
from qa.models import Answer, Correction, Image, Question, Reference, SiteProfile
from qa.prepared import Prepared

RELATED = 5
# Nothing else of these rows is even loaded: no asker's words, no address, no password.
ANSWER = ("question", "author", "kind", "body", "rendered", "rendered_of")
ANSWER += ("reviewed_at", "review_due_at")
QUESTION = ("topic", "title", "slug", "body", "excerpt", "closest", "same_here", "name", "location")
QUESTION += ("submitted_at", "published_at")
TOPIC = ("slug", "title", "invitation", "is_open", "paused_note", "accepts_reader_answers")
AUTHOR = ("display_name", "credentials")
SHOWN = [
    *ANSWER,
    *(f"question__{name}" for name in QUESTION),
    *(f"question__topic__{name}" for name in TOPIC),
    *(f"author__{name}" for name in AUTHOR),
]
SOURCE_FIELDS = ("title", "source", "url", "doi", "pmid", "note")


@cached()
def question_detail(request, pk, slug=""):
    """A published question; by another slug, or merged into one, 301 to where it stands."""
    answer = load_answer(pk)
    if answer is None:
        return of_question(request, pk)
    question = answer.question
    if slug != question.slug or not request.path.endswith("/"):
        return HttpResponsePermanentRedirect(question.get_absolute_url())
    site = SiteProfile.load()
    context = {
        "page": _page(answer, site),
        "section": "answered",
        "site": site,
        "topic": question.topic,
        "question": question,
        "answer": answer,
        "related": related(question),
        "takes_questions": question.topic.is_open,
    }
    return render(request, "qa/archive/question_detail.html", context)


def load_answer(pk: int) -> Answer | None:
    """The official answer of a published question, with all that the page shows: one query.

    It has `sources`, `images`, `readers` (published reader answers) and `corrections` as plain
    lists.
    """
    answer = next(iter(_official(pk)), None) if pk <= LARGEST_ID else None
    if answer:
        answer.sources = [Reference(**row) for row in answer.source_rows]
        answer.images = [Image(**row).public_links for row in answer.image_rows]
        answer.readers = [_reader(row) for row in answer.reader_rows]
        answer.corrections = [_correction(row) for row in answer.correction_rows]
    return answer


@Prepared
def _official(pk: int) -> QuerySet:
    """The row of `load_answer`."""
    return (
        Answer.objects.official()
        .filter(question__in=Question.objects.published().filter(pk=pk))
        .select_related("question__topic", "author")
        .only(*SHOWN)
        .annotate(
            source_rows=Rows(
                Reference.objects.filter(answer=OuterRef("pk")).order_by("order", "pk"),
                *SOURCE_FIELDS,
            ),
            image_rows=Rows(
                Image.objects.filter(question=OuterRef("question"), public_key__isnull=False),
                *("alt", "width", "height", "public_key"),
            ),
            reader_rows=Rows(
                Answer.objects.published_reader().filter(question=OuterRef("question")),
                *("pk", "body", "published_at"),
                # Nobody's, once the account is gone.
                name=Case(When(author__isnull=False, then="author_name")),
                place=Case(When(author__isnull=False, then="author_place")),
            ),
            correction_rows=Rows(
                Correction.objects.filter(question=OuterRef("question")).order_by("pk"),
                *("note", "created_at"),
            ),
        )
        .order_by("pk")[:1]
    )


def _reader(row: dict) -> dict:
    """A reader's answer as components/answer.html takes it."""
    return {
        "anchor": f"answer-{row['pk']}",
        "body": markdown.render_reader(row["body"]),
        "text": markdown.plain(row["body"]),
        "name": row["name"] or "A member",
        "place": row["place"] or "",
        "date": _time(row["published_at"]),
    }


def _correction(row: dict) -> dict:
    """What was changed later, and when."""
    return {"note": row["note"], "date": _time(row["created_at"])}


def _time(text: str) -> datetime:
    """A time as the database writes it into JSON."""
    at = parse_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def related(question: Question) -> list[Question]:
    """The answered questions closest to this one, closest first."""
    numbers = question.closest
    if numbers is None:
        numbers = search.similar(question.title, limit=RELATED, exclude=question.pk)
    rows = {row.pk: row for row in _titles(*numbers)} if numbers else {}
    return [rows[number] for number in numbers if number in rows][:RELATED]


@Prepared
def _titles(*numbers: int) -> QuerySet:
    return Question.objects.published().filter(pk__in=numbers).only("title", "slug")


def _page(answer: Answer, site: SiteProfile) -> Page:
    question = answer.question
    topic = question.topic
    return Page(
        title=question.title,
        description=question.teaser,
        path=question.get_absolute_url(),
        crumbs=[HOME, TOPICS, Crumb(topic.title, topic.get_absolute_url())],
        kind="article",
        data=structured.question(answer, site),
    )
