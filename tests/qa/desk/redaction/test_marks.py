"""How findings are marked and taken out."""

import time

import pytest

from qa.desk.redaction import findings, marked, redact, redact_all

LETTER = "Is quinine safe?\n\nThanks,\nSheila <b>\n(sheila@example.org)"


def test_marks_stand_in_safe_paragraphs():
    assert marked(LETTER) == (
        "<p>Is quinine safe?</p><p>Thanks,<br>"
        '<mark title="Name">Sheila</mark> &lt;b&gt;<br>'
        '(<mark title="E-mail address">sheila@example.org</mark>)</p>'
    )


def test_one_detail_is_replaced_wherever_it_stands_as_a_word():
    assert redact("Ann and Anna; Ann’s leg", "name", "Ann") == "[name] and Anna; [name]’s leg"


@pytest.mark.parametrize(("kind", "words"), [("shoe size", "Ann"), ("name", ""), ("name", " ")])
def test_what_is_no_finding_changes_nothing(kind, words):
    assert redact("Ann and Anna", kind, words) == "Ann and Anna"


def test_all_details_are_replaced():
    assert redact_all(LETTER) == "Is quinine safe?\n\nThanks,\n[name] <b>\n([e-mail address])"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("write to pjohnson@example.net. does it help", "pjohnson@example.net"),
        ("ada (at) example (dot) org. Does it help", "ada (at) example (dot) org"),
        ("ada @ example . org, please", "ada @ example . org"),
        ("I live at 12 Elm Street, Leeds LS1 4AB and", "12 Elm Street, Leeds LS1 4AB"),
        ("12 Elm Street, Leeds ls1 4ab.", "12 Elm Street, Leeds ls1 4ab"),
        ("12 Elm Street Leeds LS1 4AB. Hello", "12 Elm Street Leeds LS1 4AB"),
        ("at 742 Elm Avenue, Springfield, IL 62704 is", "742 Elm Avenue, Springfield, IL 62704"),
    ],
)  # fmt: skip
def test_a_mark_takes_the_whole_and_no_more(text, words):
    assert [finding.words for finding in findings(text)] == [words]


def test_no_mark_ends_inside_a_word():
    """Where a rule would stop in the middle of one, the mark takes all of it."""
    text = "Write to PO Box 123b, please"
    assert [finding.words for finding in findings(text)] == ["PO Box 123b"]


def test_replaced_text_has_no_findings():
    assert findings(redact_all("My name is Sheila Oduya, call +44 7700 900123. I am 93.")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Sheehan's syndrome and Wilson's disease",
        "NDC 0555-0952-02, lot 8942193, PMID 25671960",
        "the count was 70 000 - 140 000 in 2006-2007, on 01/15/2014, at 96%",
        "I am Canadian, I am HIV positive and I am Diabetic",
        "see https://example.org/12345678901 or 10.1002/14651858",
    ],
)
def test_what_tells_nobody_apart_is_not_marked(text):
    assert findings(text) == []


@pytest.mark.parametrize(
    "text", ["a.", "\n", " ", "1-", "nhs 1 ", "Tom, ", "a@", "-", "one ", "éÉ"]
)
def test_longest_text_is_read_in_time(text):
    """A question has at most 10,000 characters; no rule may take the square of that."""
    begun = time.perf_counter()

    findings(text * (10_000 // len(text)))

    assert time.perf_counter() - begun < 2
