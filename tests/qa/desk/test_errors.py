"""What a curator is told, and that nothing typed is ever lost."""

import re

import pytest

from outbox.models import Message
from qa.models import Question
from tests import factories
from tests.qa.desk.forms import post, row, rows, url

pytestmark = pytest.mark.django_db
LONG = "An answer that took twenty minutes to write."


@pytest.mark.parametrize(
    ("act", "typed", "sentence"),
    [
        ("publish", {"answer": " \r\n"}, "Write the answer first."),
        ("publish", {"title": "Too short"}, "A title has at least 10 characters."),
        (
            "publish",
            {"title": "x" * 151},
            "Ensure this value has at most 150 characters (it has 151).",
        ),
        ("publish", {"body": "x" * 19}, "The question has at least 20 characters."),
        ("publish", {"body": "x" * 10_001}, "at most 10000 characters"),
        ("answer_privately", {"answer": ""}, "Write the answer first."),
        ("request_changes", {"reason": "  "}, "Say what the asker should change or add."),
        ("merge", {}, "Choose the question that this one repeats."),
        ("merge", {"target": "999999"}, "There is no question 999999."),
        (
            "merge",
            {"target": "the other one"},
            "Give the question&#x27;s number, such as Q-000123.",
        ),
        ("merge", {"target": "9" * 40}, "Give the question&#x27;s number, such as Q-000123."),
        ("change", {"title": "x" * 151}, "at most 150 characters"),
        ("decline", {"reason": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_refused_form_says_why_and_keeps_everything(desk, question, act, typed, sentence):
    before = row(question)
    mails = Message.objects.count()
    fields = {"answer": LONG, "note": "Dear Ada", "title": "A title that was typed"} | typed

    response = post(desk, question, act, **fields)

    assert response.status_code == 422
    assert "<title>Error: " in response.text
    assert response.text.count(sentence) == 2
    for name, value in fields.items():
        assert response.context["form"][name].value() == value
    assert row(question) == before
    assert question.events.count() == 1
    assert Message.objects.count() == mails


def test_merge_into_itself_is_refused(desk, question):
    response = post(desk, question, "merge", target=question.reference_number)

    assert response.status_code == 422
    assert "A question cannot be merged into itself." in response.text


@pytest.mark.parametrize("verb", ["decline", "mark_spam"])
def test_merge_into_a_settled_question_is_refused(desk, question, cora, verb):
    target = factories.pending()
    getattr(target, verb)(by=cora)

    response = post(desk, question, "merge", target=str(target.pk))

    assert response.status_code == 422
    assert "is neither waiting nor published" in response.text


def test_merge_into_a_draft_knows_no_draft(desk, question):
    draft = factories.draft()

    response = post(desk, question, "merge", target=str(draft.pk))

    assert f"There is no question {draft.pk}." in response.text


def test_unfinished_texts_do_not_keep_spam_in_the_queue(desk, question):
    response = post(desk, question, "spam", title="", body="")

    question.refresh_from_db()
    assert (response.status_code, question.status) == (302, "spam")


def test_published_question_cannot_lose_its_answer(desk):
    question = factories.published()

    response = post(desk, question, "change", answer="")

    assert response.status_code == 422
    assert "Write the answer first." in response.text
    assert question.official_answer.body != ""


def test_refused_pictures_and_sources_are_kept_as_typed(desk, pictured):
    image = pictured.images.first()
    source = rows(None, {"title": "A trial", "link": "not an address", "note": "Small."})

    response = post(
        desk,
        pictured,
        "publish",
        answer=LONG,
        **source,
        **{f"picture-{image.pk}-alt": "x" * 301, f"picture-{image.pk}-publish": ""},
    )

    page = response.text
    assert response.status_code == 422
    assert page.count("Give a web address, a DOI such as 10.1002/…, or a PMID.") == 2
    assert 'value="not an address"' in page
    assert f'value="{"x" * 301}"' in page
    assert len(re.findall(r"<input[^>]*-publish[^>]* checked", page)) == 1
    assert pictured.images.filter(publish=True).count() == 2


def test_source_without_a_title_is_refused(desk, question):
    response = post(
        desk, question, "publish", answer=LONG, **rows(None, {"link": "https://example.org/"})
    )

    assert response.status_code == 422
    assert response.text.count("Give the source a title.") == 2


def test_forged_row_numbers_are_no_fault(desk, question):
    forged = {"references-TOTAL_FORMS": "9" * 30, "references-INITIAL_FORMS": "x"}

    response = post(desk, question, "change", answer=LONG, **forged)

    assert response.status_code == 422
    assert Question.objects.get(pk=question.pk).answers.count() == 0


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/"])
def test_source_address_is_a_web_address(desk, question, link):
    response = post(
        desk, question, "change", answer=LONG, **rows(None, {"title": "A", "link": link})
    )

    assert response.status_code == 422


def test_page_of_every_state_can_be_read(desk, cora):
    acts = {
        "published": lambda q: q.publish(by=cora),
        "answered": lambda q: q.answer_privately(by=cora),
        "needs_changes": lambda q: q.request_changes(by=cora, reason="Which side?"),
        "declined": lambda q: q.decline(by=cora),
        "merged": lambda q: q.merge_into(factories.published(by=cora), by=cora),
        "spam": lambda q: q.mark_spam(by=cora),
        "withdrawn": lambda q: q.withdraw(),
    }
    for state, act in acts.items():
        question = factories.pending()
        question.edit(by=cora, title=question.title, body=question.body, answer=LONG)
        act(question)

        response = desk.get(url(question))

        assert (response.status_code, question.status) == (200, state)
        assert LONG in response.text
        assert ('id="undo"' in response.text) == (state != "withdrawn")


def test_page_of_an_erased_question_can_be_read(desk):
    question = factories.pending()
    question.erase()

    assert desk.get(url(question)).status_code == 200
