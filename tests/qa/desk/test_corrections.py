"""A published answer that changes later: what readers and askers are told, and mail but once."""

import json
import re

import pytest
from django.utils import timezone

from outbox.models import Message
from qa.models import Correction, Question
from tests import factories
from tests.qa.desk.forms import answer_rows, post, row

pytestmark = pytest.mark.django_db
NOTE = "The dose was wrong: 300 mg, not 3 g."


@pytest.fixture
def question(desk, cora):
    return factories.published(by=cora)


def fresh(question) -> Question:
    return Question.objects.get(pk=question.pk)


def subjects(*askers) -> list[str]:
    rows = Message.objects.filter(purpose="decision", status="queued").order_by("pk")
    return [f"{mail.to.split('@')[0]}: {mail.subject.split(':')[0]}" for mail in rows]


def test_correction_stands_under_the_answer_in_the_feed_and_in_the_data(desk, client, question):
    post(desk, question, "correct", answer="Take 300 mg.", correction=NOTE)

    correction = Correction.objects.get()
    page = client.get(question.get_absolute_url()).text
    data = json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1]
    )
    assert fresh(question).official_answer.body == "Take 300 mg."
    assert NOTE in page
    assert f'<time datetime="{correction.created_at:%Y-%m-%dT}' in page
    assert str(correction.created_at.date()) in json.dumps(data)
    assert '"dateModified"' in json.dumps(data)
    feed = client.get("/feed/").text
    assert NOTE in feed
    assert "cora" not in page.lower().split("corrections")[-1].split("</ul>")[0]
    assert subjects() == ["ada: Your question is answered"]


def test_trifle_needs_no_note(desk, client, question):
    post(desk, question, "correct", answer="Stretching the calf helps a few people.")

    assert fresh(question).official_answer.body == "Stretching the calf helps a few people."
    assert not Correction.objects.exists()
    assert "dateModified" not in client.get(question.get_absolute_url()).text


def test_askers_are_told_where_that_is_ticked(desk, question, cora):
    factories.pending(email="bea@example.org").merge_into(question, by=cora)

    post(desk, question, "correct", answer="Take 300 mg.", correction=NOTE, tell="1")

    mail = Message.objects.filter(purpose="decision").latest("pk")
    assert subjects()[-2:] == [
        "ada: A correction to the answer",
        "bea: A correction to the answer",
    ]
    assert NOTE in mail.text
    assert "Take 300 mg." in mail.text


@pytest.mark.parametrize(
    ("correction", "problem"),
    [("", "Say what has changed"), ("x" * 1001, "at most 1000 characters")],
)
def test_what_is_wrong_is_said_and_kept(desk, question, correction, problem):
    response = post(
        desk, question, "correct", answer="Take 300 mg.", correction=correction, tell="1"
    )

    assert response.status_code == 422
    assert problem in response.text
    assert "Take 300 mg." in response.text
    assert f"{correction}</textarea>" in response.text
    assert not Correction.objects.exists()


def test_undo_takes_note_and_mails_back(question, cora):
    before, answers, mails = row(question), answer_rows(question), subjects()

    question.correct(by=cora, note=NOTE, tell=True)
    question.undo(by=cora)

    assert (row(question), answer_rows(question), subjects()) == (before, answers, mails)
    assert not Correction.objects.exists()


# --- Mail but once -------------------------------------------------------------------------


def sent() -> None:
    Message.objects.filter(purpose="decision").update(status="sent", sent_at=timezone.now())


def test_same_answer_is_not_mailed_again_unless_ticked(desk, question):
    sent()
    post(desk, question, "unpublish")
    page = desk.get(f"/admin/qa/question/{question.pk}/change/").text
    post(desk, question, "publish")
    unasked = subjects()
    post(desk, question, "unpublish")
    post(desk, question, "publish", mails_shown="1", mails="1")

    assert "The asker has had this very answer." in page
    assert 'name="mails" value="1">' in page
    assert unasked == []
    assert subjects() == ["ada: Your question is answered"]


def test_another_answer_and_another_asker_are_mailed(desk, question, cora):
    sent()
    post(desk, question, "unpublish")
    factories.pending(email="bea@example.org").merge_into(fresh(question), by=cora)
    post(desk, question, "publish")
    first = subjects()
    sent()
    post(desk, question, "unpublish")
    post(desk, question, "publish", answer="Something else helps.")

    assert first == ["bea: An answer to your question"]
    assert subjects() == ["ada: Your question is answered", "bea: An answer to your question"]


def test_publish_without_a_mail(desk):
    question = factories.pending()

    response = post(desk, question, "publish", answer="Stretching helps.", mails_shown="1")

    assert fresh(question).status == "published"
    assert subjects() == []
    assert "Nobody is mailed." in desk.get(response.headers["Location"]).text


def test_unpublish_stops_the_mail_and_undo_lets_it_go(question, cora):
    question.unpublish(by=cora)
    stopped = subjects()
    question.undo(by=cora)

    assert stopped == []
    assert subjects() == ["ada: Your question is answered"]


def test_unpublish_tells_the_askers_where_that_is_ticked(desk, question, cora):
    factories.pending(email="bea@example.org").merge_into(question, by=cora)
    sent()

    post(desk, question, "unpublish", reason="A dose is wrong.", tell_unpublished="1")

    mail = Message.objects.filter(purpose="decision").latest("pk")
    assert subjects() == [
        "ada: We are looking at an answer again",
        "bea: We are looking at an answer again",
    ]
    assert "A dose is wrong." in mail.text
