"""One form makes one draft, and tells how fast it came back."""

import time

import pytest
from django.test import Client

from outbox.models import Message
from qa.asking import tickets
from qa.models import Question
from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, jpeg, ticket, url
from tests.qa.asking.parallel import at_once

pytestmark = pytest.mark.django_db


def test_same_form_posted_twice_makes_one_draft(ask, topic):
    token = ticket(topic)

    first, second = ask(ticket=token, images=jpeg()), ask(ticket=token, images=jpeg())

    question = Question.objects.get()
    assert first.url == second.url == url(question, "preview/")
    assert question.images.count() == 1


def test_fresh_forms_make_drafts_of_their_own(ask):
    assert ask().url != ask().url


def test_form_posted_again_after_sending_leads_to_the_question(ask, client, topic):
    token = ticket(topic)
    ask(ticket=token)
    question = Question.objects.get()
    client.post(url(question, "submit/"))

    assert ask(ticket=token).url == url(question)
    assert Question.objects.count() == 1


def test_form_posted_again_with_other_words_is_another_question(ask, client, topic):
    token = ticket(topic)
    ask(ticket=token)
    question = Question.objects.get()
    client.post(url(question, "submit/"))

    ask(ticket=token, body="Something quite different about my calves.")

    other = Question.objects.latest("pk")
    assert other.asked_body == "Something quite different about my calves."
    question.refresh_from_db()
    assert (question.status, question.asked_body) == ("pending", WORDS["body"])


@pytest.mark.django_db(transaction=True)
def test_form_posted_ten_times_at_once_makes_one_draft(topic):
    data = {"ticket": ticket(topic)} | WORDS

    responses = at_once(10, lambda _: Client().post(ASK, data))

    assert Question.objects.count() == 1
    assert {response.status_code for response in responses} == {303}
    assert len({response.url for response in responses}) == 1


SUSPECT = {
    "forged": ({"ticket": "forged"}, tickets.MISSING),
    "missing": ({"ticket": None}, tickets.MISSING),
    "trap": ({"website": "http://spam.example"}, "hidden field filled in"),
}


@pytest.mark.parametrize(("changes", "reason"), SUSPECT.values(), ids=SUSPECT)
def test_suspected_spam_is_stored_marked_and_gets_no_mail(ask, client, changes, reason):
    question = sent(ask(newsletter="on", **changes), client)

    assert (question.status, question.spam_reason) == ("pending", reason)
    assert question.asked_title == WORDS["title"]
    assert Message.objects.count() == 0


def test_suspected_spam_sees_the_normal_pages(ask, client):
    question = sent(ask(website="x"), client)

    response = client.get(url(question))
    assert response.status_code == 200
    assert "We have your question" in response.text
    assert "ada@example.org" not in response.text  # no mail was sent, so none is claimed


@pytest.mark.parametrize(("seconds", "reason"), [(2.9, tickets.FAST), (3.1, "")])
def test_form_sent_back_within_three_seconds_is_suspect(
    client, topic, monkeypatch, seconds, reason
):
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)
    token = client.get(ASK).context["ticket"]
    monkeypatch.setattr("time.time", lambda: now + seconds)

    client.post(ASK, {"ticket": token} | WORDS)

    assert Question.objects.get().spam_reason == reason


def test_button_pressed_too_early_on_an_empty_form_is_no_robot(client, topic):
    token = client.get(ASK).context["ticket"]

    response = client.post(ASK, {"ticket": token, "title": "Why do my calves cramp?"})

    assert response.status_code == 422
    assert Question.objects.get().spam_reason == ""


def test_token_of_another_topic_is_worth_nothing(ask, client):
    other = factories.topic("epsom-salt")

    ask(ticket=ticket(other))

    question = Question.objects.get()
    assert (question.topic.slug, question.spam_reason) == (
        "causes-of-muscle-cramps",
        tickets.MISSING,
    )


def test_trap_in_a_later_form_marks_the_draft(draft, client):
    question = draft()

    client.post(url(question, "edit/"), WORDS | {"website": "x"})

    question.refresh_from_db()
    assert question.spam_reason == "hidden field filled in"


def sent(response, client) -> Question:
    question = Question.objects.get()
    assert response.url == url(question, "preview/")
    client.post(url(question, "submit/"))
    question.refresh_from_db()
    return question
