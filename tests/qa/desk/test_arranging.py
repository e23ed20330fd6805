"""Moving, assigning, merging and taking apart, and what others see of it."""

import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from outbox.models import Message
from qa.models import Question
from qa.models.workflow import NotAllowed, StateConflict
from tests import factories
from tests.qa.desk.forms import answer_rows, post, row, url

pytestmark = pytest.mark.django_db
QUEUE = "/admin/qa/question/"


def fresh(question) -> Question:
    return Question.objects.get(pk=question.pk)


def mails_to(*names) -> dict[str, str]:
    rows = Message.objects.filter(purpose="decision", to__in=[f"{n}@example.org" for n in names])
    return dict(rows.values_list("to", "status"))


def test_moved_page_keeps_its_address_and_stands_under_the_new_topic(desk, client):
    salt = factories.topic("epsom-salt")
    question = factories.published()
    old = question.topic

    post(desk, question, "move_topic", topic=str(salt.pk))

    question = fresh(question)
    page = client.get(question.get_absolute_url())
    event = question.events.last()
    assert question.topic == salt
    assert page.status_code == 200
    assert f'<link rel="canonical" href="http://testserver{question.get_absolute_url()}"' in (
        page.text.replace("http://127.0.0.1:8000", "http://testserver")
    )
    assert "Epsom salt" in page.text
    assert question.title in client.get(f"/topics/{salt.slug}/answered/").text
    assert question.title not in client.get(f"/topics/{old.slug}/answered/").text
    assert question.title in client.get(f"/search/?q=stretching&topic={salt.slug}").text
    assert (event.verb, event.note) == ("move_topic", "Causes of muscle cramps → Epsom salt")


@pytest.mark.parametrize("make", [factories.pending, factories.published])
def test_move_is_undone_to_the_letter(make, cora):
    question = make()
    before, answers = row(question), answer_rows(question)

    question.move_topic(factories.topic("epsom-salt"), by=cora)
    question.undo(by=cora)

    assert (row(question), answer_rows(question)) == (before, answers)


def test_move_to_its_own_topic_is_told(desk, question):
    assert post(desk, question, "move_topic", topic=str(question.topic_id)).status_code == 409


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 20])
def test_move_to_no_topic_is_not_found(desk, question, number):
    assert post(desk, question, "move_topic", topic=number).status_code == 404


def test_assigned_question_is_marked_and_filtered(desk, second_desk, question, cora, cleo):
    other = factories.pending()

    post(desk, question, "assign", person=str(cleo.pk))

    assert "For Cleo" in desk.get(QUEUE).text
    assert "Yours" in second_desk.get(QUEUE).text
    shown = {
        whose: [
            found.pk
            for found in second_desk.get(f"{QUEUE}?whose={whose}").context["cl"].result_list
        ]
        for whose in ["mine", "free", "others"]
    }
    assert shown == {"mine": [question.pk], "free": [other.pk], "others": []}
    with pytest.raises(NotAllowed):
        fresh(question).assign(factories.member("Ben"), by=cora)


def test_sent_again_comes_back_to_whoever_asked_for_changes(desk, client, question, cora):
    post(desk, question, "request_changes", reason="Which side?")
    form = client.get(f"/asked/{question.key}/edit/").text
    question = fresh(question)

    question.rewrite(asked_body="It is the left side, twice a week.")
    question.submit()

    assert question.asked_title in form
    assert "Which side?" in form
    assert (question.status, question.assigned_to) == ("pending", cora)
    assert "Came back" in desk.get(QUEUE).text


@pytest.fixture
def five(cora):
    """Four questions merged into a published fifth, each by another asker."""
    names = ["bea", "dan", "eva", "gus"]
    target = factories.pending(email="ada@example.org")
    others = [factories.pending(email=f"{name}@example.org") for name in names]
    for other in others[:3]:
        other.merge_into(target, by=cora)
    target = fresh(target)
    target.edit(by=cora, title=target.title, body=target.body, answer="Stretching helps some.")
    target.publish(by=cora)
    others[3].merge_into(target, by=cora)
    return [target, *others]


def test_five_askers_get_five_mails_one_page_and_four_redirects(five, client):
    target, *others = five

    assert mails_to("ada", "bea", "dan", "eva", "gus") == {
        f"{name}@example.org": "queued" for name in ["ada", "bea", "dan", "eva", "gus"]
    }
    assert client.get(target.get_absolute_url()).status_code == 200
    for other in others:
        response = client.get(f"/questions/{other.pk}/")
        assert (response.status_code, response.headers["Location"]) == (
            301,
            target.get_absolute_url(),
        )


def test_demerge_restores_all(five, desk, client):
    target, *others = five
    Message.objects.filter(to="bea@example.org").update(status="sent", sent_at=timezone.now())

    for other in others:
        post(desk, other, "demerge")

    assert {fresh(other).status for other in others} == {"pending"}
    assert {client.get(f"/questions/{other.pk}/").status_code for other in others} == {404}
    assert fresh(target).status == "published"
    assert fresh(target).merged_askers() == []
    assert mails_to("ada", "bea", "dan", "eva", "gus") == {
        "ada@example.org": "queued",
        "bea@example.org": "sent",
        "dan@example.org": "cancelled",
        "eva@example.org": "cancelled",
        "gus@example.org": "cancelled",
    }


def test_undo_of_demerge_merges_again_and_lets_the_mail_go(five, cora):
    other = fresh(five[1])
    before = row(other)

    other.demerge(by=cora)
    other.undo(by=cora)

    assert row(other) == before
    assert mails_to("bea") == {"bea@example.org": "queued"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's writers wait for each other")
def test_two_that_are_merged_into_each_other_at_once_wait_for_each_other():
    cora = factories.curator()
    for _ in range(5):
        pair = [factories.pending(), factories.pending()]
        barrier, told = threading.Barrier(2), []

        def merge(one, other, barrier=barrier, told=told):
            try:
                barrier.wait()
                fresh(one).merge_into(fresh(other), by=cora)
                told.append("merged")
            except StateConflict:
                told.append("told")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=merge, args=args) for args in [pair, pair[::-1]]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == ["merged", "told"]
        assert sorted(fresh(one).status for one in pair) == ["merged", "pending"]


def test_decided_page_offers_to_take_it_apart(five, desk):
    assert "Take apart again" in desk.get(url(five[1])).text
    assert "Take apart again" not in desk.get(url(five[0])).text
