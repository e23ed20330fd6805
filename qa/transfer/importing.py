"""Answered questions from elsewhere into the archive, many at a time."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.text import slugify

from qa import search
from qa.models import Image, OldAddress, Question, Topic
from qa.transfer import pictures
from qa.transfer.record import BadLine, Record, parse
from qa.transfer.writing import write

BATCH = 1000
PICTURES = 20  # with which a batch is full as well, so that a few seconds' work is lost at most
# RFC 2606: an address that nobody can have. Authors from elsewhere get one, and cannot sign in.
ELSEWHERE = "imported.invalid"


class Importer:
    """Takes lines in batches, each in one transaction; `counts` says what became of them.

    A question that is here already, by its external_id, is passed over, so that an import that
    was interrupted can simply be started again. Nobody is sent a mail: the questions come with
    their answers, and without addresses. Pictures are read below `folder`. What is costly and can
    wait is left to the worker (Question.prepare_pages).
    """

    def __init__(self, folder: Path, *, check: bool = False, create_topics: bool = False):
        self.folder, self.check, self.create_topics = folder, check, create_topics
        self.counts = Counter()
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}
        self.authors = {}
        self.seen, self.paths = set(), set()

    def run(self, lines: Iterable[bytes], bad_line) -> Counter:
        """Read every line; `bad_line(number, reason)` is called for each that is refused."""
        self.bad_line = bad_line
        batch, pictures = {}, 0
        for number, line in enumerate(lines, 1):
            record = self._read(number, line) if line.strip() else None
            if record:
                batch[number] = record
                pictures += len(record.images)
            if len(batch) == BATCH or pictures >= PICTURES:
                self._take(batch)
                batch, pictures = {}, 0
        self._take(batch)
        if self.counts["taken"] and not self.check:
            search.gather_segments()
        return self.counts

    def _read(self, number: int, line: bytes) -> Record | None:
        try:
            record = parse(line)
            self._find_topic(record.topic)
        except BadLine as error:
            return self._refuse(number, error)
        if record.external_id in self.seen:
            self.counts["known"] += 1
            return None
        self.seen.add(record.external_id)
        return record

    def _refuse(self, number: int, error: BadLine) -> None:
        self.counts["refused"] += 1
        self.bad_line(number, str(error))

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

    def _take(self, batch: dict[int, Record]) -> None:
        """Write what is new of a batch. Pictures are decoded before the transaction begins."""
        fresh = self._unknown(batch)
        self.counts["known"] += len(batch) - len(fresh)
        taken = self._taken_paths(fresh)
        rows = []
        for number, record in fresh.items():
            try:
                self._claim_path(record, taken)
                rows.append((record, self._pictures(record)))
            except BadLine as error:
                self._refuse(number, error)
        self.counts["taken"] += len(rows)
        if rows and not self.check:
            with transaction.atomic():
                write([(one, self._topic(one), self._author(one), has) for one, has in rows])

    def _unknown(self, batch: dict[int, Record]) -> dict[int, Record]:
        names = [record.external_id for record in batch.values()]
        rows = Question.objects.filter(external_id__in=names)
        known = {*rows.values_list("external_id", flat=True)} | _own(names)
        return {line: record for line, record in batch.items() if record.external_id not in known}

    def _taken_paths(self, batch: dict[int, Record]) -> set[str]:
        paths = [record.old_path for record in batch.values() if record.old_path]
        rows = OldAddress.objects.filter(path__in=paths)
        return {*rows.values_list("path", flat=True)} if paths else set()

    def _claim_path(self, record: Record, taken: set[str]) -> None:
        if record.old_path in self.paths | taken:
            raise BadLine(f"another question has the old_url {record.old_path}")
        if record.old_path:
            self.paths.add(record.old_path)

    def _pictures(self, record: Record) -> list[Image]:
        if self.check:
            pictures.check(record, self.folder)
            return []
        return pictures.stage(record, self.folder)

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
