"""The published archive as lines that an import takes."""

import json
from collections.abc import Iterator

from django.db.models import Prefetch

from qa.models import Question, Reference
from qa.transfer.importing import own_id

CHUNK = 1000


def export_questions() -> Iterator[str]:
    """One JSON object per published question, oldest number first. No e-mail address is in it."""
    sources = Prefetch("answers__references", Reference.objects.order_by("order", "pk"))
    rows = Question.objects.for_pages().prefetch_related(sources).order_by("pk")
    for question in rows.iterator(chunk_size=CHUNK):
        yield json.dumps(_line(question), ensure_ascii=False)


def _line(question: Question) -> dict:
    answer = question.official_answer
    fields = {
        "external_id": question.external_id or own_id(question.pk),
        "topic": question.topic.slug,
        "title": question.title,
        "body": question.body,
        "answer": answer.body,
        "name": question.name,
        "location": question.location,
        "author": answer.author.display_name if answer.author else "",
        "asked_at": question.submitted_at.isoformat(),
        "answered_at": question.published_at.isoformat(),
        "references": [_reference(source) for source in answer.references.all()],
    }
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _reference(source: Reference) -> dict:
    card = {"title": source.title, "url": source.link, "note": source.note}
    return {name: value for name, value in card.items() if value}
