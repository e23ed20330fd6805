"""Answered questions from elsewhere into the archive, many at a time."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from qa import markdown, search
from qa.models import Answer, Event, Question, Reference, Topic
from qa.models.publishing import public_slug
from qa.transfer.record import BadLine, Record, parse

BATCH = 500
# RFC 2606: an address that nobody can have. Authors from elsewhere get one, and cannot sign in.
ELSEWHERE = "imported.invalid"


class Importer:
    """Takes lines in batches, each in one transaction; `counts` says what became of them.

    A question that is here already, by its external_id, is passed over, so that an import that
    was interrupted can simply be started again. Nobody is sent a mail: the questions come with
    their answers, and without addresses.
    """

    def __init__(self, *, check: bool = False, create_topics: bool = False):
        self.check, self.create_topics = check, create_topics
        self.counts = Counter()
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}
        self.authors = {}
        self.seen = set()

    def run(self, lines: Iterable[bytes], bad_line) -> Counter:
        """Read every line; `bad_line(number, reason)` is called for each that is refused."""
        batch = []
        for number, line in enumerate(lines, 1):
            record = self._read(number, line, bad_line) if line.strip() else None
            if record:
                batch.append(record)
            if len(batch) == BATCH:
                self._take(batch)
                batch = []
        self._take(batch)
        return self.counts

    def _read(self, number: int, line: bytes, bad_line) -> Record | None:
        try:
            record = parse(line)
            self._find_topic(record.topic)
        except BadLine as error:
            self.counts["refused"] += 1
            bad_line(number, str(error))
            return None
        self.counts.update(record.ignored)
        if record.external_id in self.seen:
            self.counts["known"] += 1
            return None
        self.seen.add(record.external_id)
        return record

    def _find_topic(self, name: str) -> None:
        slug = slugify(name)[:80]
        if name in self.topics or not slug:
            if name not in self.topics:
                raise BadLine("topic has no letters")
            return
        if not self.create_topics:
            raise BadLine(f"there is no topic “{name}”")
        if slug not in self.topics:
            title = name.replace("-", " ").strip()
            topic = Topic(slug=slug, title=title[:1].upper() + title[1:])
            self.topics[slug] = topic
        self.topics[name] = self.topics[slug]

    @transaction.atomic
    def _take(self, batch: list[Record]) -> None:
        fresh = self._unknown(batch)
        self.counts["known"] += len(batch) - len(fresh)
        self.counts["taken"] += len(fresh)
        if fresh and not self.check:
            _write([(record, self._topic(record), self._author(record)) for record in fresh])

    def _unknown(self, batch: list[Record]) -> list[Record]:
        numbers = [record.external_id for record in batch]
        known = set(
            Question.objects.filter(external_id__in=numbers).values_list("external_id", flat=True)
        )
        known |= _own(numbers)
        return [record for record in batch if record.external_id not in known]

    def _topic(self, record: Record) -> Topic:
        topic = self.topics[record.topic]
        if topic.pk is None:
            topic.save()
            self.counts["topics"] += 1
        return topic

    def _author(self, record: Record):
        if not record.author:
            return None
        if record.author not in self.authors:
            self.authors[record.author] = _find_author(record.author)
        return self.authors[record.author]


def _own(numbers: list[str]) -> set[str]:
    """Those that this very site's export gave to questions that are still here."""
    shape = re.compile(re.escape(own_id("")) + r"([0-9]{1,15})")
    found = ((number, shape.fullmatch(number)) for number in numbers)
    pks = {number: int(match[1]) for number, match in found if match}
    here = set(Question.objects.filter(pk__in=pks.values()).values_list("pk", flat=True))
    return {number for number, pk in pks.items() if pk in here}


def own_id(pk) -> str:
    """What an export calls a question that was asked here."""
    return f"{settings.BASE_URL}/questions/{pk}"


def _find_author(name: str):
    """Somebody of this site's staff by address or name, or an author who cannot sign in."""
    users = get_user_model().objects
    staff = users.filter(is_staff=True)
    known = staff.filter(email__iexact=name).first() or staff.filter(display_name=name).first()
    if known:
        return known
    email = f"{slugify(name)[:100] or 'author'}@{ELSEWHERE}"
    author = users.filter(email__iexact=email).first()
    shown = "" if "@" in name else name[:80]
    return author or users.create_user(email, display_name=shown, is_active=False)


def _write(rows: list[tuple]) -> None:
    questions = [_question(record, topic) for record, topic, _ in rows]
    answers = [
        _answer(question, record, author)
        for question, (record, _, author) in zip(questions, rows, strict=True)
    ]
    for question, answer in zip(questions, answers, strict=True):
        answer.render()
        question.excerpt = markdown.cut(answer.text, 150)
    Question.objects.bulk_create(questions)
    for answer in answers:
        answer.question_id = answer.question.pk
    Answer.objects.bulk_create(answers)
    Reference.objects.bulk_create(
        Reference(answer=answer, order=number, **source)
        for answer, (record, _, _) in zip(answers, rows, strict=True)
        for number, source in enumerate(record.references)
    )
    Event.objects.bulk_create(
        Event(question=question, verb="import", role=Event.Role.SITE, to_status=question.status)
        for question in questions
    )
    _keep_dates(questions)
    Topic.objects.recount({question.topic_id for question in questions})
    search.add(
        (question.pk, question.topic_id, question.title, f"{question.body}\n{answer.text}")
        for question, answer in zip(questions, answers, strict=True)
    )


def _question(record: Record, topic: Topic) -> Question:
    """In its final state: it was asked, answered and published elsewhere."""
    return Question(
        topic=topic,
        external_id=record.external_id,
        status=Question.Status.PUBLISHED,
        asked_title=record.title,
        asked_body=record.body,
        title=record.title,
        body=record.body,
        slug=public_slug(record.title),
        name=record.name,
        location=record.location,
        created_at=record.asked_at,
        submitted_at=record.asked_at,
        published_at=record.answered_at,
    )


def _answer(question: Question, record: Record, author) -> Answer:
    day = record.answered_at.date()
    return Answer(
        question=question,
        author=author,
        body=record.answer,
        reviewed_at=day,
        review_due_at=day + timedelta(days=730),
        created_at=record.answered_at,
        published_at=record.answered_at,
    )


def _keep_dates(questions: list[Question]) -> None:
    """Pages say when they last changed, not when they were moved."""
    moved = Question.objects.filter(pk__in=[question.pk for question in questions])
    moved.update(updated_at=F("published_at"))
