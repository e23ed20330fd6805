"""The private page tells the truth in every state."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Message
from qa.models import Question, SiteProfile
from tests import factories
from tests.qa.asking.conftest import four, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    """What the private page of a question says: banner, steps, and the whole text."""

    def read(question):
        response = client.get(url(question))
        assert response.status_code == 200, response
        text = response.text
        return {
            "title": re.search(r'id="status-title">([^<]+)<', text)[1],
            "steps": re.findall(r'timeline__title">([^<]+)<', text),
            "now": re.findall(r'aria-current="step">\s*<p class="timeline__title">([^<]+)<', text),
            "text": text,
        }

    return read


def buttons(page) -> set:
    return {name for name in ("edit", "withdraw", "erase") if f'/{name}/">' in page["text"]}


def test_draft_leads_to_the_form(client, draft):
    question = draft()

    assert client.get(url(question)).url == url(question, "edit/")


def test_unconfirmed(page):
    question = factories.pending()

    seen = page(question)

    assert seen["title"] == "We have your question"
    assert question.reference_number in seen["text"]
    assert seen["steps"] == [
        "You sent your question",
        "Confirm your e-mail address",
        "A curator reads it",
        "You hear from us by e-mail",
    ]
    assert seen["now"] == ["Confirm your e-mail address"]
    assert "A mail is on its way to ada@example.org" in seen["text"]
    assert buttons(seen) == {"edit", "withdraw", "erase"}


def test_mail_that_was_sent(page):
    question = factories.pending()
    Message.objects.update(status="sent", sent_at=timezone.now())

    assert "We have sent a mail to ada@example.org" in page(question)["text"]


def test_mail_that_failed(page):
    question = factories.pending()
    Message.objects.update(status="failed")

    assert "Our mail to ada@example.org could not be delivered" in page(question)["text"]


def test_confirmed(page):
    question = factories.pending()
    question.confirm_email()

    seen = page(question)

    assert seen["steps"] == [
        "You sent your question",
        "You confirmed your e-mail address",
        "A curator reads it",
        "You hear from us by e-mail",
    ]
    assert seen["now"] == ["A curator reads it"]


def test_confirmation_of_an_earlier_address_is_told_as_that(page):
    question = factories.pending()
    question.confirm_email()
    question.rewrite(email="ada@example.net")

    seen = page(question)

    assert seen["steps"][:4] == [
        "You sent your question",
        "You confirmed your earlier e-mail address",
        "You changed your question",
        "Confirm your e-mail address",
    ]
    question.confirm_email()
    assert page(question)["steps"][1:4] == [
        "You confirmed your earlier e-mail address",
        "You changed your question",
        "You confirmed your e-mail address",
    ]


def test_changes_that_were_refused_are_not_forgotten(page, client):
    question = factories.pending()
    before = page(question)["text"]
    client.post(url(question, "edit/"), {"title": "Short", "body": "Too short", "email": "ada"})

    seen = page(question)["text"]

    told = "You have changes that are not saved yet."
    link = url(question, "edit/?check=1")
    assert told not in before
    assert told in seen
    assert f'href="{link}"' in seen
    assert 'value="Short"' in client.get(link).text


def test_expected_day_is_the_owners(page):
    SiteProfile.objects.create(pk=1, expected_reply_days=3)
    question = factories.pending()
    Question.objects.update(submitted_at=timezone.now())

    day = timezone.localdate() + timedelta(days=3)
    assert f"You can expect an answer by {day:%A} {day.day} {day:%B}." in page(question)["text"]


def test_late_answer_is_not_denied(page):
    question = factories.pending()
    Question.objects.update(submitted_at=timezone.now() - timedelta(days=20))

    assert "and are late" in page(question)["text"]


def test_curator_has_begun(page, cora):
    question = factories.pending()
    question.claim(by=cora)

    seen = page(question)

    assert seen["now"] == ["A curator is answering it"]
    assert "Confirm your e-mail address" in seen["steps"]
    assert buttons(seen) == {"withdraw", "erase"}


def test_published(page):
    question = factories.published()

    seen = page(question)

    assert seen["title"] == "Your question is answered"
    assert f'href="{question.get_absolute_url()}">Read the answer</a>' in seen["text"]
    assert seen["steps"][-1] == "Answered and published"
    assert buttons(seen) == {"erase"}


def test_answered_privately(page, cora):
    question = factories.pending()
    question.edit(by=cora, title=question.title, body=question.body, answer="Try *stretching*.")
    question.answer_privately(by=cora)

    seen = page(question)

    assert seen["title"] == "Your question is answered"
    assert "Try <em>stretching</em>." in seen["text"]
    assert "Cora" in seen["text"]


def test_unpublished_waits_again(page, cora):
    question = factories.published()
    question.unpublish(by=cora)

    seen = page(question)

    assert seen["title"] == "We have your question"
    assert "Taken out of the archive again, to be looked at once more" in seen["steps"]


def test_declined(page, cora):
    question = factories.pending()
    question.decline(by=cora, reason="This is for your doctor.")

    seen = page(question)

    assert seen["title"] == "We cannot answer this question"
    assert "This is for your doctor." in seen["text"]
    assert buttons(seen) == {"erase"}


def test_decision_that_was_undone_never_happened(page, cora):
    question = factories.pending()
    question.decline(by=cora, reason="A slip.")
    question.undo(by=cora)

    seen = page(question)

    assert seen["title"] == "We have your question"
    assert seen["steps"][0] == "You sent your question"
    assert "Closed without an answer" not in seen["steps"]
    assert "A slip." not in seen["text"]


class TestMerged:
    def merge(self, cora, target):
        question = factories.pending()
        question.merge_into(target, by=cora)
        return question

    def test_into_a_published_one(self, page, cora):
        target = factories.published()

        seen = page(self.merge(cora, target))

        assert seen["title"] == "Your question is answered"
        assert f'href="{target.get_absolute_url()}">Read the answer</a>' in seen["text"]

    def test_into_one_that_waits(self, page, cora):
        target = factories.pending(email="ben@example.org")

        seen = page(self.merge(cora, target))

        assert seen["title"] == "We have your question"
        assert seen["now"] == ["You get the answer by e-mail"]
        assert target.key not in seen["text"]
        assert "ben@example.org" not in seen["text"]

    def test_into_one_that_was_answered_privately(self, page, cora):
        target = factories.pending()
        question = self.merge(cora, target)
        target.edit(by=cora, title=target.title, body=target.body, answer="Try stretching.")
        target.answer_privately(by=cora)

        assert "Try stretching." in page(question)["text"]

    def test_into_one_that_was_declined(self, page, cora):
        target = factories.pending()
        question = self.merge(cora, target)
        target.decline(by=cora, reason="Words for somebody else.")

        seen = page(question)

        assert seen["title"] == "We have your question"
        assert seen["steps"][1:3] == [
            "Put together with a question that asks the same",
            "Taken apart again: the other question was closed without an answer",
        ]
        assert "Words for somebody else." not in seen["text"]

    def test_into_one_that_was_erased(self, page, cora):
        target = factories.published()
        question = self.merge(cora, target)
        Message.objects.update(status="sent", sent_at=timezone.now())
        target.erase()

        assert page(question)["title"] == "There is no answer to this question"

    def test_along_a_chain(self, page, cora):
        target, last = factories.pending(), factories.published()
        question = self.merge(cora, target)
        target.merge_into(last, by=cora)

        assert last.get_absolute_url() in page(question)["text"]


def test_spam_is_promised_nothing(page, cora):
    question = factories.pending()
    question.mark_spam(by=cora)

    seen = page(question)

    assert seen["title"] == "We received your question"
    assert "spam" not in seen["text"].lower()
    assert "expect" not in seen["text"]
    assert seen["steps"] == ["You sent your question"]


def test_withdrawn(page):
    question = factories.pending()
    question.withdraw()

    seen = page(question)

    assert seen["title"] == "You took your question back"
    assert seen["steps"] == ["You sent your question", "You took your question back"]


def test_ended_draft(page, client, draft):
    question = draft()
    client.post(url(question, "end/"))

    seen = page(question)

    assert seen["title"] == "You ended this draft"
    assert seen["steps"] == ["You ended this draft"]
    assert f'action="{url(question, "reopen/")}"' in seen["text"]
    words = re.sub(r"<[^>]+>", "", seen["text"])
    for untrue in (question.reference_number, "with every mail", "took your question", "asked"):
        assert untrue not in words


def test_question_as_it_was_sent(page, cora, client, draft):
    question = draft(images=four()[:2])
    client.post(url(question, "submit/"))
    question.refresh_from_db()
    question.edit(by=cora, title="A title of the curator", body="Other words.", answer="")

    seen = page(question)

    assert question.asked_title in seen["text"]
    assert "A title of the curator" not in seen["text"]
    assert seen["text"].count("<figure") == 2
    largest = seen["text"].split('class="picture__link" href="')[1].partition('"')[0]
    assert largest.endswith(".jpg")
    assert client.get(largest).status_code == 200


def test_answer_being_written_is_not_shown(page, cora):
    question = factories.pending()
    question.edit(by=cora, title=question.title, body=question.body, answer="Half a thou")

    assert "Half a thou" not in page(question)["text"]
