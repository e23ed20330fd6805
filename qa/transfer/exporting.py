"""The published archive as lines that an import takes."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.db.models import Prefetch

from qa.models import Image, Question, Reference
from qa.transfer import pictures
from qa.transfer.importing import own_id

CHUNK = 1000


def export_questions(folder: Path | None = None) -> Iterator[str]:
    """One JSON object per published question, oldest number first. No e-mail address is in it.

    Published pictures are written into `folder`, which stands beside the lines' own file; with
    None they are left out.
    """
    sources = Prefetch("answers__references", Reference.objects.order_by("order", "pk"))
    shown = Prefetch("images", Image.objects.exclude(public_key=None), to_attr="shown")
    rows = Question.objects.for_pages().prefetch_related(sources, shown, "old_addresses")
    for question in rows.order_by("pk").iterator(chunk_size=CHUNK):
        yield json.dumps(_line(question, folder), ensure_ascii=False)


def _line(question: Question, folder: Path | None) -> dict:
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
        "old_url": next((old.path for old in question.old_addresses.all()), ""),
    }
    if folder:
        fields |= _pictures(question, folder)
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _pictures(question: Question, folder: Path) -> dict:
    names = [f"{question.pk}-{number}.jpg" for number, _ in enumerate(question.shown, 1)]
    for image, name in zip(question.shown, names, strict=True):
        pictures.write(image, folder, name)
    alts = [image.alt for image in question.shown]
    return {
        "images": [f"{folder.name}/{name}" for name in names],
        "image_alts": alts if any(alts) else [],
    }


def _reference(source: Reference) -> dict:
    card = {"title": source.title, "url": source.link, "note": source.note}
    return {name: value for name, value in card.items() if value}
