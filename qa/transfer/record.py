"""One line of an archive, checked."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from qa.imaging import MAX_FILES
from qa.models.old_address import spelled

# Characters. The same as a form and the desk allow, except that a title may be short.
LIMITS = {
    "topic": 80,
    "title": 150,
    "body": 10_000,
    "answer": 40_000,
    "name": 80,
    "location": 80,
    "author": 254,
    "external_id": 200,
}
REQUIRED = ("topic", "title", "body", "answer")
REFERENCE_LIMITS = {"title": 300, "url": 500, "note": 2000}
MOST_OLD_URL, LONGEST_PATH, LONGEST_ALT = 500, 500, 300
# What JSON can spell and no database stores: NUL, and halves of surrogate pairs.
NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_is_url = URLValidator(["http", "https"])


class BadLine(ValueError):
    """What is wrong with a line, for the person who made the file."""


@dataclass(frozen=True)
class Record:
    """An answered question as it comes in; times are aware."""

    topic: str
    title: str
    body: str
    answer: str
    name: str
    location: str
    author: str
    external_id: str
    asked_at: datetime
    answered_at: datetime
    references: list[dict] = field(default_factory=list)
    # The path on its old site, as OldAddress has it; '' for none.
    old_path: str = ""
    # Relative to the file, with descriptions; (path, alt) each.
    images: list[tuple[str, str]] = field(default_factory=list)


def parse(line: str | bytes) -> Record:
    """Raises BadLine."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine("it is not JSON") from error
    if not isinstance(data, dict):
        raise BadLine("it is not a JSON object")
    texts = {name: _text(data, name, limit) for name, limit in LIMITS.items()}
    for name in REQUIRED:
        if not texts[name]:
            raise BadLine(f"{name} is missing")
    answered = _time(data, "answered_at") or timezone.now()
    asked = _time(data, "asked_at") or answered
    if answered > timezone.now():
        raise BadLine("answered_at is in the future")
    if asked > answered:
        raise BadLine("answered_at is before asked_at")
    texts["external_id"] = texts["external_id"] or _fingerprint(texts)
    return Record(
        **texts,
        asked_at=asked,
        answered_at=answered,
        references=_references(data.get("references") or []),
        old_path=_old_path(data),
        images=_images(data),
    )


def _text(data: dict, name: str, limit: int) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"{name} is not text")
    if len(value) > limit:
        raise BadLine(f"{name} has more than {limit:,} characters")
    if NO_CHARACTER.search(value):
        raise BadLine(f"{name} has characters that are none")
    return value.strip()


def _time(data: dict, name: str) -> datetime | None:
    """A time; where it names no zone, in UTC."""
    value = _text(data, name, 40)
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadLine(f"{name} is not a time such as 2026-03-04T10:00:00Z") from error


def _old_path(data: dict) -> str:
    url = _text(data, "old_url", MOST_OLD_URL)
    try:
        path = spelled(url) if url else ""
    except ValueError as error:
        raise BadLine("old_url is not a web address or a path that begins with /") from error
    if url and not path:
        raise BadLine("old_url is a front page, which cannot lead anywhere else")
    if len(path) > MOST_OLD_URL:
        raise BadLine(f"old_url has more than {MOST_OLD_URL} characters")
    return path


def _images(data: dict) -> list[tuple[str, str]]:
    paths, alts = data.get("images") or [], data.get("image_alts") or []
    for name, value in (("images", paths), ("image_alts", alts)):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadLine(f"{name} is not a list of texts")
    if len(paths) > MAX_FILES:
        raise BadLine(f"images has more than {MAX_FILES} paths")
    named = {f"images {n}": path for n, path in enumerate(paths, 1)}
    described = {f"image_alts {n}": alt for n, alt in enumerate(alts, 1)}
    paths = [_text(named, name, LONGEST_PATH) for name in named]
    alts = [_text(described, name, LONGEST_ALT) for name in described]
    return list(zip_longest(paths, alts[: len(paths)], fillvalue=""))


def _references(items) -> list[dict]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadLine("references is not a list of objects")
    return [_reference(item) for item in items]


def _reference(item: dict) -> dict:
    source = {name: _text(item, name, limit) for name, limit in REFERENCE_LIMITS.items()}
    if not source["title"]:
        raise BadLine("a reference has no title")
    try:
        if source["url"]:
            _is_url(source["url"])
    except ValidationError as error:
        raise BadLine(f"{source['url'][:80]} is not a web address") from error
    return source


def _fingerprint(texts: dict) -> str:
    """A number made of the words, so that a line without one is not taken twice either."""
    words = json.dumps([texts["topic"], texts["title"], texts["body"]])
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()
