"""Answered questions into the tables, many at a time; call it inside a transaction."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from qa import markdown, search
from qa.models import Answer, Event, Image, OldAddress, Question, Reference, Topic
from qa.models.picture import new_key
from qa.models.publishing import public_slug
from qa.transfer import bulk
from qa.transfer.record import Record


def write(rows: list[tuple]) -> list[int]:
    """Rows of (record, topic, author, staged pictures); returns the questions' numbers."""
    records, topics, authors, images = zip(*rows, strict=True)
    texts = [markdown.quick_words(record.answer) for record in records]
    numbers = bulk.numbers(Question, len(rows))
    answers = bulk.numbers(Answer, len(rows))
    bulk.insert(Question, list(map(_question, numbers, records, topics, texts)))
    bulk.insert(Answer, list(map(_answer, answers, numbers, records, authors)))
    bulk.insert(
        Reference,
        [
            {"answer_id": answer, "order": order} | source
            for answer, record in zip(answers, records, strict=True)
            for order, source in enumerate(record.references)
        ],
    )
    public = Question.Status.PUBLISHED.value
    event = {"verb": "import", "role": Event.Role.SITE.value, "to_status": public}
    bulk.insert(Event, [event | {"question_id": number} for number in numbers])
    bulk.insert(
        OldAddress,
        [
            {"path": record.old_path, "question_id": number}
            for number, record in zip(numbers, records, strict=True)
            if record.old_path
        ],
    )
    for number, staged in zip(numbers, images, strict=True):
        _publish(number, staged)
    _count(topics)
    search.add(
        (number, topic.pk, record.title, f"{record.body}\n{text}")
        for number, topic, record, text in zip(numbers, topics, records, texts, strict=True)
    )
    return numbers


def _count(topics: tuple[Topic, ...]) -> None:
    """Add to the topics' numbers; counting a large topic anew for each batch would take long."""
    for topic, more in sorted(Counter(topic.pk for topic in topics).items()):
        rows = Topic.objects.filter(pk=topic)
        rows.update(answered_count=F("answered_count") + more)


def _publish(question: int, staged: list[Image]) -> None:
    for image in staged:
        image.question_id = question
        image.save()
        image.publish_files()


def _question(number: int, record: Record, topic: Topic, text: str) -> dict:
    """In its final state: it was asked, answered and published elsewhere."""
    asked, answered = _time(record.asked_at), _time(record.answered_at)
    return {
        "id": number,
        "topic_id": topic.pk,
        "external_id": record.external_id,
        "status": Question.Status.PUBLISHED.value,
        "key": new_key(),
        "asked_title": record.title,
        "asked_body": record.body,
        "title": record.title,
        "body": record.body,
        "slug": public_slug(record.title),
        "excerpt": markdown.cut(text, 150),
        "name": record.name,
        "location": record.location,
        "created_at": asked,
        "submitted_at": asked,
        "published_at": answered,
        # Pages say when they last changed, not when they were moved.
        "updated_at": answered,
    }


def _answer(number: int, question: int, record: Record, author) -> dict:
    day, answered = record.answered_at.date(), _time(record.answered_at)
    return {
        "id": number,
        "question_id": question,
        "author_id": author and author.pk,
        "body": record.answer,
        "reviewed_at": str(day),
        "review_due_at": str(day + timedelta(days=730)),
        "created_at": answered,
        "published_at": answered,
    }


def _time(at: datetime):
    """As this database's driver takes it."""
    return connection.ops.adapt_datetimefield_value(at)
