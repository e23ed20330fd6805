"""Two curators at one question: the second is told, and nothing is overwritten."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connections
from django.test import Client

from outbox.models import Message
from qa.models import Question
from tests import factories
from tests.qa.desk.forms import post, row, rows, sent, url

ANSWER = "Cora's answer."


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["change", "publish", "answer_privately", "decline", "spam"])
def test_second_curator_is_told_and_overwrites_nothing(desk, second_desk, question, act):
    loaded = sent(question, answer="Cleo's answer.", title="Cleo's title for it", reason="Why")
    post(desk, question, "change", answer=ANSWER, title="Cora's title for it")
    before, events = row(question), question.events.count()

    response = second_desk.post(url(question, act), loaded)

    page = response.text
    assert response.status_code == 409
    assert "Nothing was written" in page
    assert "Text or answer saved by Cora" in page
    assert "<ins>Cora&#x27;s </ins>" in page
    assert "Cleo&#x27;s answer.</textarea>" in page
    assert 'value="Cleo&#x27;s title for it"' in page
    assert row(question) == before
    assert question.events.count() == events
    assert not Message.objects.filter(purpose="decision").exists()


@pytest.mark.django_db
def test_second_curator_may_decide_once_they_have_seen_it(desk, second_desk, question):
    loaded = sent(question, answer="Cleo's answer.")
    post(desk, question, "change", answer=ANSWER)
    page = second_desk.post(url(question, "publish"), loaded)

    seen = loaded | {"revision": page.context["question"].revision}
    response = second_desk.post(url(question, "publish"), seen)

    question.refresh_from_db()
    assert response.status_code == 302
    assert question.official_answer.body == "Cleo's answer."


@pytest.mark.django_db
def test_second_curator_sees_new_sources_and_hidden_pictures(desk, second_desk, pictured):
    image = pictured.images.first()
    loaded = sent(pictured, answer="Stretch.") | rows(None, {})
    source = rows(None, {"title": "A trial", "link": "10.1002/x"})
    post(desk, pictured, "change", answer="Stretch.", **source, **{f"picture-{image.pk}-alt": "X"})

    page = second_desk.post(url(pictured, "publish"), loaded)

    assert [(change.label, str(change.html)) for change in page.context["sheet"].conflicts()] == [
        ("Sources", "<ins>A trial · 10.1002/x</ins>"),
        ("Pictures", "1. <del>Calf 0\n</del><ins>X\n</ins>2. Calf 1"),
    ]


@pytest.mark.django_db
def test_decision_after_anothers_decision_is_told(desk, second_desk, question):
    loaded = sent(question, answer="Cleo's answer.")
    post(desk, question, "decline", reason="Not for us.")

    response = second_desk.post(url(question, "publish"), loaded)

    assert response.status_code == 409
    assert "Declined by Cora" in response.text
    assert "It is now: declined." in response.text
    assert "Cleo&#x27;s answer.</textarea>" in response.text


@pytest.mark.django_db
def test_asker_who_rewrites_meanwhile_is_not_overwritten(desk, question):
    loaded = sent(question, answer=ANSWER)
    question.rewrite(asked_title="Why do my calves cramp by day?")

    response = desk.post(url(question, "publish"), loaded)

    question.refresh_from_db()
    assert response.status_code == 409
    assert (question.status, question.title) == ("pending", "Why do my calves cramp by day?")


@pytest.mark.django_db
def test_undo_of_what_is_not_the_last_decision_is_told(desk, question, cora):
    post(desk, question, "decline")
    question.refresh_from_db()
    seen = question.last_decision()
    question.undo(by=cora)
    post(desk, question, "spam")

    response = desk.post(url(question, "undo"), {"event": seen.pk})

    question.refresh_from_db()
    assert (response.status_code, question.status) == (409, "spam")


@pytest.fixture
def two_curators(transactional_db, settings):
    """Cora and Cleo; a test that really commits may have emptied the tables of migrations."""
    settings.STAFF_MFA = False
    group, _ = Group.objects.get_or_create(name="Curator")
    group.permissions.add(Permission.objects.get(codename="answer_question"))
    return [factories.curator(), factories.curator("Cleo")]


def at_once(question, people, act: str, forms: dict) -> dict:
    """Everybody sends their form in the same moment; returns the status each one got."""
    gate = threading.Barrier(len(people), timeout=60)

    def send(person) -> int:
        try:
            client = Client()
            client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
            gate.wait()
            return client.post(url(question, act), forms[person]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        return dict(zip(people, pool.map(send, people), strict=True))


def test_two_curators_publishing_at_once_one_wins(two_curators):
    question = factories.pending()
    forms = {person: sent(question, answer=f"By {person}") for person in two_curators}

    statuses = at_once(question, two_curators, "publish", forms)

    winner = min(statuses, key=statuses.get)
    stored = Question.objects.get(pk=question.pk)
    assert sorted(statuses.values()) == [302, 409]
    assert stored.official_answer.body == f"By {winner}"
    assert stored.events.filter(verb="publish").count() == 1
    assert Message.objects.filter(purpose="decision").count() == 1


@pytest.mark.parametrize("pairs", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_pairs_of_edits_at_once_overwrite_nothing(two_curators, pairs):
    question = factories.pending()
    overwritten = 0

    for number in range(pairs):
        forms = {person: sent(question, answer=f"{number} by {person}") for person in two_curators}
        statuses = at_once(question, two_curators, "change", forms)
        winner = min(statuses, key=statuses.get)
        question.refresh_from_db()
        body = question.official_answer.body
        overwritten += sorted(statuses.values()) != [302, 409] or body != f"{number} by {winner}"

    assert overwritten == 0
    assert question.events.filter(verb="edit").count() == pairs
