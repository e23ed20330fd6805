"""What askers wrote beside their questions: at the top of the queue, replied to, put aside."""

import pytest

from outbox.models import Message
from qa.models import FollowUp
from qa.models.workflow import NotAllowed, StateConflict
from tests import factories
from tests.qa.desk.forms import url

pytestmark = pytest.mark.django_db
QUEUE = "/admin/qa/question/"
WORDS = "I forgot: it began in May."


@pytest.fixture
def written(db):
    question = factories.published()
    question.write(WORDS)
    return question.follow_ups.get()


def answer(desk, written, act: str = "reply", **fields):
    return desk.post(url(written.question, act), {"follow_up": written.pk} | fields)


@pytest.mark.parametrize(
    "query", ["", "?state=spam", "?q=nothing+of+the+kind", "?topic=1&whose=mine"]
)
def test_it_stands_above_the_queue_in_every_filter(desk, written, query):
    page = desk.get(QUEUE + query).text

    assert "1 asker writes about a question" in page
    assert WORDS in page
    assert f"{url(written.question)}#follow-ups" in page


def test_more_than_twenty_are_said_to_be_more(desk, written):
    for number in range(20):
        written.question.write(f"Message {number}")

    page = desk.get(QUEUE).text

    assert "More than 20 askers write about a question" in page
    assert page.count("#follow-ups") == 20


def test_reply_is_mailed_and_settles(desk, written, cora):
    response = answer(desk, written, text="Then it may\r\nbe the heat.")

    mail = Message.objects.get(purpose="follow-up")
    reply = FollowUp.objects.get(from_asker=False)
    assert response.headers["Location"] == url(written.question)
    assert (mail.to, mail.about) == ("ada@example.org", written.question.about)
    assert mail.subject == f"A reply about your question: {written.question.asked_title}"
    assert WORDS in mail.text
    assert "Then it may\nbe the heat." in mail.text
    assert written.question.get_private_url() in mail.text
    assert "cora@example.org" not in mail.text + mail.html
    assert (reply.author, reply.text) == (cora, "Then it may\nbe the heat.")
    assert not FollowUp.objects.waiting().exists()
    assert written.question.events.last().verb == "reply"
    assert "asker writes" not in desk.get(QUEUE).text
    assert "be the heat." in desk.get(url(written.question)).text


def test_put_aside_tells_nobody(desk, written):
    answer(desk, written, "put_aside")

    assert not FollowUp.objects.waiting().exists()
    assert not Message.objects.filter(purpose="follow-up").exists()


@pytest.mark.parametrize(
    ("text", "problem"), [(" ", "Write a reply first."), ("x" * 4001, "at most 4000 characters")]
)
def test_reply_that_is_wrong_is_said_and_kept(desk, written, text, problem):
    response = answer(desk, written, text=text)

    assert response.status_code == 422
    assert problem in response.text
    assert f">{text}</textarea>" in response.text
    assert FollowUp.objects.waiting().count() == 1


def test_second_reply_to_one_message_is_told(desk, second_desk, written):
    answer(second_desk, written, text="It may be the heat.")

    response = answer(desk, written, text="It may be the cold.")

    assert response.status_code == 422
    assert "somebody has replied to this or put it aside already" in response.text
    assert Message.objects.filter(purpose="follow-up").count() == 1


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 20])
def test_forged_number_is_not_found(desk, written, number):
    response = desk.post(url(written.question, "reply"), {"follow_up": number, "text": "x"})

    assert response.status_code == 404


def test_reply_is_for_curators_and_to_what_waits(cora, written, ben):
    with pytest.raises(NotAllowed):
        written.reply(by=ben, text="Hello")
    written.put_aside(by=cora)
    with pytest.raises(StateConflict):
        written.reply(by=cora, text="Hello")
