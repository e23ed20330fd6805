import time
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Message
from qa.models import Event, Question
from tests import factories
from tests.qa.asking.conftest import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(db):
    return factories.pending()


def address(question) -> str:
    return f"/confirm/{question.confirmation_token}/"


def test_opening_the_link_confirms_nothing(client, question):
    for _ in range(3):
        response = client.get(address(question))

    question.refresh_from_db()
    assert "Is ada@example.org yours?" in response.text
    assert question.email_confirmed_at is None
    assert list(question.events.values_list("verb", flat=True)) == ["submit"]


def test_the_button_confirms(client, question):
    response = client.post(address(question))

    question.refresh_from_db()
    assert (response.status_code, response.url) == (303, url(question))
    assert question.email_confirmed_at is not None
    shown = client.get(response.url).text
    assert "Thank you: ada@example.org is confirmed as your address." in shown
    assert "Times are those of UTC." in shown


def test_the_button_pressed_twice_confirms_once(client, question):
    client.post(address(question))
    first = Question.objects.get().email_confirmed_at

    client.post(address(question))

    assert Question.objects.get().email_confirmed_at == first
    assert Event.objects.filter(verb="confirm_email").count() == 1


def test_confirmed_link_says_so(client, question):
    question.confirm_email()

    response = client.get(address(question))

    assert "The answer to your question goes to ada@example.org." in response.text
    assert "<form class=" not in response.text.partition("<main")[2]


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é", "WzEsMl0:1xV9Vr:abc"])
def test_forged_link(client, question, token):
    for response in [client.get(f"/confirm/{token}/"), client.post(f"/confirm/{token}/")]:
        assert response.status_code == 404
        assert "This link does not work any more" in response.text


def test_link_to_an_address_that_was_changed(client, question):
    old = address(question)
    question.rewrite(email="ada@example.net")

    assert client.post(old).status_code == 404
    assert Question.objects.get().email_confirmed_at is None


def test_link_to_an_erased_question(client, question):
    old = address(question)
    question.erase()

    assert client.get(old).status_code == 404


def test_old_link(client, question, monkeypatch):
    token, now = address(question), time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 31 * 86400)

    assert client.get(token).status_code == 404


def test_link_does_not_name_the_address(question):
    payload = question.confirmation_token.partition(":")[0]
    assert b"ada" not in urlsafe_b64decode(payload + "==")


class TestAgain:
    @pytest.fixture
    def earlier(self, question):
        Message.objects.update(created_at=timezone.now() - timedelta(minutes=11))
        return question

    def press(self, client, question) -> str:
        return client.post(url(question, "confirm-again/"), follow=True).text

    def test_mail_is_sent_again(self, client, earlier):
        assert "We send the mail to ada@example.org again." in self.press(client, earlier)
        assert Message.objects.filter(purpose="question received").count() == 2

    def test_not_at_once(self, client, question):
        assert "we do not send it again just now" in self.press(client, question)
        assert Message.objects.count() == 1

    def test_not_for_ever(self, client, question):
        for _ in range(5):
            Message.objects.update(created_at=timezone.now() - timedelta(minutes=11))
            self.press(client, question)

        assert Message.objects.count() == 3

    def test_not_where_nothing_waits(self, client, earlier, cora):
        earlier.decline(by=cora)

        self.press(client, earlier)

        assert Message.objects.filter(purpose="question received").count() == 1

    def test_not_once_it_is_confirmed(self, client, earlier):
        earlier.confirm_email()

        assert "Send me the mail again" not in client.get(url(earlier)).text
        self.press(client, earlier)
        assert Message.objects.count() == 1

    def test_not_to_suspected_spam(self, client):
        question = factories.pending(spam_reason="form sent back at once")

        self.press(client, question)

        assert Message.objects.count() == 0


class TestMember:
    """Whoever is signed in with the very address has confirmed it before."""

    @pytest.fixture
    def sent(self, client, draft, ben):
        """A question sent by Ben, signed in, with `email`; and its mail."""

        def send(email):
            client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")
            question = draft(email=email)
            client.post(url(question, "submit/"))
            question.refresh_from_db()
            return question, Message.objects.get(about=question.about)

        return send

    def test_is_not_asked_again(self, client, sent):
        question, mail = sent("Ben@Example.org")

        assert question.email_confirmed_at == question.submitted_at
        for part in (mail.text, mail.html):
            assert "/confirm/" not in part
            assert "The answer comes to this address, which you have confirmed" in part
        assert "Confirm your e-mail address" not in client.get(url(question)).text

    def test_is_asked_about_another_address(self, sent):
        question, mail = sent("ada@example.org")

        assert question.email_confirmed_at is None
        assert "/confirm/" in mail.text

    def test_is_asked_about_an_address_that_is_not_verified(self, ben, sent):
        ben.emailaddress_set.update(verified=False)

        question, mail = sent("ben@example.org")

        assert question.email_confirmed_at is None
        assert "/confirm/" in mail.text
