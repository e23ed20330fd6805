"""The page of one answered question."""

from datetime import UTC, datetime
from html import escape

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Case, OuterRef, QuerySet, When
from django.http import HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe

from config.prepared import Prepared
from qa import markdown, search
from qa.archive import moulds, structured
from qa.archive.keyset import LARGEST_ID
from qa.archive.moved import of_question
from qa.archive.pages import cached
from qa.archive.rows import Rows
from qa.models import Answer, Correction, Image, Question, Reference, SiteProfile
from qa.models.question import question_address
from qa.page import HOME, TOPICS, Crumb, Page
from qa.templatetags.fragments import day, link_list, reference_list, review

RELATED = 5
# Nothing else of these rows is even loaded: no asker's words, no address, no password.
ANSWER = ("question", "author", "kind", "body", "rendered", "rendered_of")
ANSWER += ("reviewed_at", "review_due_at")
QUESTION = ("topic", "title", "slug", "body", "excerpt", "closest", "same_here", "name", "location")
QUESTION += ("submitted_at", "published_at")
TOPIC = ("slug", "title", "invitation", "is_open", "paused_note", "accepts_reader_answers")
TOPIC += ("daily_limit",)
AUTHOR = ("display_name", "credentials")
SHOWN = [
    *ANSWER,
    *(f"question__{name}" for name in QUESTION),
    *(f"question__topic__{name}" for name in TOPIC),
    *(f"author__{name}" for name in AUTHOR),
]
SHOWN_OF_TOPIC = ("slug", "invitation_text", "paused_note", "accepts_reader_answers")
SHOWN_OF_AUTHOR = ("pk", "display_name", "public_name", "credentials")
ENOUGH_OTHERS = 3  # readers who have the same, to say how many
SOURCE_FIELDS = ("title", "source", "url", "doi", "pmid", "note")


@cached()
def question_detail(request, pk, slug=""):
    """A published question; by another slug, or merged into one, 301 to where it stands."""
    answer = load_answer(pk)
    if answer is None:
        return of_question(request, pk)
    question = answer.question
    if request.path != question.get_absolute_url():  # another slug, or 007 for 7
        return HttpResponsePermanentRedirect(question.get_absolute_url())
    site = SiteProfile.load()
    page = _page(answer, site)
    links = related(question)
    own = _about(question) | _answered(answer) | {"related": links and link_list(links)}
    return moulds.page("qa/archive/question_detail.html", page, site, _same(answer), own)


def _same(answer: Answer) -> dict:
    """What the page shares with others of its topic and author."""
    topic = answer.question.topic
    return {
        "section": "answered",
        "topic": moulds.frozen(topic, SHOWN_OF_TOPIC),
        "takes_questions": topic.takes_questions(),
        "answer.author": moulds.frozen(answer.author, SHOWN_OF_AUTHOR),
    }


def _about(question: Question) -> dict:
    """The question's own texts in the template."""
    others = question.same_here or 0
    return {
        "question.pk": str(question.pk),
        "question.title": question.title,
        "question.code": escape(question.title),
        "question.name": question.name,
        "question.location": question.location,
        "question.asked": question.submitted_at and day(question.submitted_at),
        "question.published": day(question.published_at),
        "question.body": question.body_html,
        "question.others": intcomma(others) if others >= ENOUGH_OTHERS else "",
    }


def _answered(answer: Answer) -> dict:
    """The answer's own texts in the template, and those of what came with it and after it."""
    figures, note = "components/figures.html", "qa/archive/_corrections.html"
    return {
        "question.figures": _rendered(figures, images=answer.images),
        "answer.html": answer.html,
        "answer.reviewed": answer.reviewed_at and day(answer.reviewed_at),
        "answer.review_due": answer.review_due_at and review(answer.review_due_at),
        "answer.sources": answer.sources and reference_list(answer.sources),
        "answer.corrections": _rendered(note, corrections=answer.corrections),
        "answer.readers": mark_safe("".join(map(_reader_html, answer.readers))),  # noqa: S308
    }


def _rendered(template: str, **rows: list) -> str:
    """A template about some rows; nothing where there are none."""
    return render_to_string(template, rows) if any(rows.values()) else ""


def _reader_html(reader: dict) -> str:
    context = reader | {"body_html": reader["body"], "location": reader["place"]}
    return render_to_string("components/answer.html", context | {"reader": True, "level": 3})


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
        .filter(question=pk, question__status=Question.Status.PUBLISHED)
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
        .order_by()  # a question has one, and to sort it takes SQLite as long as to find it
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


def related(question: Question) -> list[tuple[str, str]]:
    """Address and title of the answered questions closest to this one, closest first."""
    numbers = question.closest
    if numbers is None:
        numbers = search.similar(question.title, limit=RELATED, exclude=question.pk)
    rows = {row[0]: row for row in _titles(*numbers)} if numbers else {}
    # Of equal titles the closest: links that read the same leave no choice.
    different = {search.plain(question.title): None}
    for number in numbers:
        if number in rows:
            different.setdefault(search.plain(rows[number][2]), rows[number])
    found = [row for row in different.values() if row][:RELATED]
    return [(question_address(pk, slug), title) for pk, slug, title in found]


@Prepared
def _titles(*numbers: int) -> QuerySet:
    rows = Question.objects.published().filter(pk__in=numbers)
    return rows.values_list("pk", "slug", "title")


def _page(answer: Answer, site: SiteProfile) -> Page:
    question = answer.question
    topic = question.topic
    return Page(
        title=question.title,
        description=question.teaser,
        path=question.get_absolute_url(),
        crumbs=[HOME, TOPICS, Crumb(topic.title, topic.get_absolute_url())],
        kind="article",
        quotable=True,
        data=structured.question(answer, site),
    )
