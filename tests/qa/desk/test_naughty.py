"""Odd strings through every field: never a fault, and nothing runs."""

import json
import os
from itertools import cycle
from pathlib import Path

import pytest
from django.conf import settings

from tests import factories
from tests.qa.desk.forms import post, rows, url

pytestmark = pytest.mark.django_db


def strings() -> list[str]:
    folder = os.environ.get("ASKWELL_DATA") or settings.BASE_DIR.parent / "shared" / "data"
    file = Path(folder) / "naughty_strings" / "naughty_strings.json"
    if not file.exists():
        pytest.skip(f"needs the naughty strings, which are not at {file} (set ASKWELL_DATA)")
    found = json.loads(file.read_text())
    return [entry["string"] if isinstance(entry, dict) else entry for entry in found]


def through_every_field(desk, texts) -> None:
    question = factories.pending()
    for text in texts:
        fields = {"title": text, "body": text, "answer": text, "note": text, "reason": text}
        source = rows(None, {"title": text, "link": text, "source": text, "note": text})

        saved = post(desk, question, "change", **fields, target=text, **source)
        searched = desk.get("/admin/qa/question/", {"q": text, "state": text, "topic": text})

        assert saved.status_code in {302, 422}
        assert searched.status_code in {200, 302}


def through_every_decision(desk, texts) -> None:
    acts = cycle(["publish", "answer_privately", "request_changes", "decline"])
    for text, act in zip(texts, acts, strict=False):
        question = factories.pending()
        own = {"title": f"A title {text}"[:150], "body": f"A body that is long enough {text}"}

        done = post(desk, question, act, **own, answer=text, note=text, reason=text)

        assert done.status_code in {302, 422}
        assert desk.get(url(question)).status_code == 200


def test_odd_strings_are_no_fault_in_the_preview(desk):
    question = factories.pending()

    statuses = {post(desk, question, "preview", answer=text).status_code for text in strings()}

    assert statuses == {200}


@pytest.mark.parametrize("text", ["\x00", "a\x00b" * 9, b"\xed\xa0\x80", "\x1b[31m", "\ufffe"])
def test_control_characters_are_no_fault_and_are_not_stored(desk, text):
    through_every_field(desk, [text])
    question = factories.pending()

    post(desk, question, "change", answer="a\x00b\x1bc\tj\n\ufffed")

    assert question.official_answer.body == "abc\tj\nd"


def test_some_odd_strings_are_no_fault_in_fields_and_decisions(desk, cora):
    through_every_field(desk, strings()[::9])
    through_every_decision(desk, strings()[::23])


@pytest.mark.slow
def test_all_odd_strings_are_no_fault_in_fields_and_decisions(desk, cora):
    through_every_field(desk, strings())
    through_every_decision(desk, strings())
