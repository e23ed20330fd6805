import pytest

from qa.models import Answer
from tests import factories

pytestmark = pytest.mark.django_db
BODY = "Walking backwards downhill helped *me*, after a week or two."


@pytest.fixture
def question(cora):
    return factories.published(topic=factories.topic(accepts_reader_answers=True))


@pytest.fixture
def as_ben(client, ben):
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def address(question) -> str:
    return f"/questions/{question.pk}/answer/"


def test_member_writes_one_that_waits(as_ben, ben, question):
    response = as_ben.post(address(question), {"body": BODY}, follow=True)

    answer = Answer.objects.reader().get()
    assert response.redirect_chain == [(address(question), 303)]
    assert "Thank you: your answer waits for the curator" in response.text
    assert (answer.author, answer.status, answer.body) == (ben, "pending", BODY)
    event = question.events.last()
    assert (event.verb, event.role, event.actor, event.answer) == (
        "reader_answer",
        "member",
        ben,
        answer,
    )


def test_waiting_answer_is_not_public(as_ben, question):
    as_ben.post(address(question), {"body": BODY})

    assert "Walking backwards" not in as_ben.get(question.get_absolute_url()).text


def test_one_waits_at_a_time(as_ben, question):
    for _ in range(2):
        assert as_ben.post(address(question), {"body": BODY}).status_code == 303

    assert Answer.objects.reader().count() == 1


def test_another_may_follow_once_it_is_decided(as_ben, cora, question):
    as_ben.post(address(question), {"body": BODY})
    Answer.objects.reader().get().publish(by=cora)

    as_ben.post(address(question), {"body": "Another thing that helped me later on."})

    assert Answer.objects.reader().count() == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Enter your answer."),
        ("Too short", "“Your answer” is too short: it has 9 characters and needs at least 20."),
        (
            "x" * 10_001,
            "“Your answer” is too long: it has 10,001 characters and may have at most 10,000.",
        ),
    ],
)
def test_wrong_answer_is_shown_back(as_ben, question, body, sentence):
    response = as_ben.post(address(question), {"body": body})

    assert response.status_code == 422
    assert response.context["form"].errors == {"body": [sentence]}
    assert f">\n{body}</textarea>" in response.text
    assert "<title>Error: " in response.text
    assert Answer.objects.reader().count() == 0


def test_visitor_is_asked_to_sign_in(client, question):
    response = client.get(address(question))

    assert response.url == f"/accounts/login/?next={address(question)}"
    client.post(address(question), {"body": BODY})
    assert Answer.objects.reader().count() == 0


def test_topic_that_takes_none(as_ben, cora):
    question = factories.published(topic=factories.topic())

    assert as_ben.get(address(question)).status_code == 404
    assert as_ben.post(address(question), {"body": BODY}).status_code == 404


def test_question_that_is_not_public_is_not_found(client, as_ben):
    question = factories.pending(topic=factories.topic(accepts_reader_answers=True))

    unknown = client.get("/questions/999999/answer/")
    assert client.get(address(question)).status_code == unknown.status_code == 404
