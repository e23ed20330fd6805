"""The sources under an answer."""

import pytest
from django.core.exceptions import ValidationError

from outbox.models import Message
from qa.desk.fields import parse_question_number, parse_source
from qa.models import Reference
from tests.qa.desk.forms import post, rows, url

TRIAL = {
    "title": "Magnesium for skeletal muscle cramps",
    "link": "https://doi.org/10.1002/14651858.CD009402.pub3",
    "source": "Cochrane, 2020",
    "note": "Unlikely to help older adults.",
}


@pytest.mark.parametrize(
    ("typed", "column", "value"),
    [
        ("10.1002/x.y", "doi", "10.1002/x.y"),
        ("doi: 10.1002/x.y", "doi", "10.1002/x.y"),
        ("https://dx.doi.org/10.1002/x.y", "doi", "10.1002/x.y"),
        ("PMID: 32956536", "pmid", "32956536"),
        ("32956536", "pmid", "32956536"),
        ("https://pubmed.ncbi.nlm.nih.gov/32956536/", "pmid", "32956536"),
        ("https://example.org/a?b=c", "url", "https://example.org/a?b=c"),
        ("", "url", ""),
    ],
)
def test_parse_source_tells_the_kinds_apart(typed, column, value):
    assert parse_source(typed) == {"doi": "", "pmid": "", "url": "", column: value}


@pytest.mark.parametrize(
    "typed", ["words", "javascript:alert(1)", "10.1/x", "//example.org", "１２"]
)
def test_parse_source_refuses_the_rest(typed):
    with pytest.raises(ValidationError):
        parse_source(typed)


@pytest.mark.parametrize("typed", ["12", "Q-000012", "q12", "http://a/questions/12/why/"])
def test_parse_question_number(typed):
    assert parse_question_number(typed) == 12


def stored() -> list[tuple]:
    return list(Reference.objects.values_list("title", "url", "doi", "pmid", "source", "note"))


@pytest.mark.django_db
def test_sources_are_stored_in_order_and_mailed(desk, question):
    second = {"title": "A page", "link": "https://example.org/page"}

    post(desk, question, "publish", answer="Stretch.", **rows(None, TRIAL, second, {}))

    mail = Message.objects.get(purpose="decision")
    assert stored() == [
        (TRIAL["title"], "", "10.1002/14651858.CD009402.pub3", "", TRIAL["source"], TRIAL["note"]),
        ("A page", "https://example.org/page", "", "", "", ""),
    ]
    assert "https://doi.org/10.1002/14651858.CD009402.pub3" in mail.text
    assert 'href="https://example.org/page"' in mail.html


@pytest.mark.django_db
def test_sources_are_changed_in_place_and_removed_when_emptied(desk, question):
    post(desk, question, "change", answer="Stretch.", **rows(None, TRIAL, {"title": "A page"}))
    first, second = Reference.objects.all()
    changed = rows(None, {"id": first.pk}, {"id": second.pk, "title": "Another page"})

    post(desk, question, "change", **changed | {"references-INITIAL_FORMS": 2})

    assert list(Reference.objects.values_list("pk", "title")) == [(second.pk, "Another page")]


@pytest.mark.django_db
def test_sources_without_an_answer_yet_are_kept(desk, question):
    post(desk, question, "change", **rows(None, TRIAL))

    assert len(stored()) == 1
    assert question.official_answer.body == ""
    assert post(desk, question, "publish").status_code == 422


@pytest.mark.django_db
def test_source_of_another_answer_cannot_be_taken(desk, question):
    from tests import factories

    other = factories.published()
    theirs = other.official_answer.references.create(title="Theirs")

    post(desk, question, "change", answer="Stretch.", **rows(None, {"id": theirs.pk, "title": "X"}))

    theirs.refresh_from_db()
    assert (theirs.title, theirs.answer) == ("Theirs", other.official_answer)
    assert question.official_answer.references.get().title == "X"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ({"title": "https://doi.org/10.1002/x.y"}, ("doi:10.1002/x.y", "", "10.1002/x.y", "")),
        ({"title": "PMID: 32956536"}, ("PMID 32956536", "", "", "32956536")),
        ({"title": "https://example.org/"}, (*["https://example.org/"] * 2, "", "")),
        ({"link": "10.1002/x.y"}, ("doi:10.1002/x.y", "", "10.1002/x.y", "")),
        ({"link": "32956536"}, ("PMID 32956536", "", "", "32956536")),
        ({"title": "1984"}, ("1984", "", "", "")),
        ({"title": "10.1002/x", "link": "10.1002/y"}, ("10.1002/x", "", "10.1002/y", "")),
    ],
)  # fmt: skip
def test_pasted_identifier_finds_its_place(desk, question, typed, row):
    response = post(desk, question, "change", answer="Stretch.", **rows(None, typed))

    assert response.status_code == 302
    assert [columns[:4] for columns in stored()] == [row]


@pytest.mark.django_db
def test_source_without_an_address_is_taken_with_a_hint(desk, question):
    post(desk, question, "change", answer="Stretch.", **rows(None, {"title": "A book"}, TRIAL))

    page = desk.get(url(question)).text

    assert page.count("This source has none yet") == 1
