"""Asking, confirming, leaving: the verbs of Subscriber."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from newsletter.models import Consent, Subscriber
from newsletter.models.subscriber import MAIL_PAUSE
from outbox.models import Message, Status
from qa.models import Policy
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db
WORDS = (
    "Send me the newsletter by e-mail, about once every two months. "
    "I can leave at any time with the link in every letter."
)


def an_hour_passes():
    Subscriber.objects.update(mailed_at=timezone.now() - MAIL_PAUSE - timedelta(seconds=1))


def test_request_writes_down_what_was_agreed_to():
    Policy.objects.create(kind=Policy.Kind.PRIVACY, version=3, body="We store little.")

    cast.asked(page="/topics/vitamin-d/ask/")

    consent = Consent.objects.get()
    assert consent.email == "ada@example.org"
    assert consent.text == WORDS
    assert consent.text_version == 1
    assert consent.privacy_version == 3
    assert consent.page == "/topics/vitamin-d/ask/"
    assert consent.confirmed_at is None
    assert consent.withdrawn_at is None


def test_request_mails_a_link_and_nothing_else_to_buy_or_read():
    cast.fact_sheet()

    subscriber = cast.asked()

    (mail,) = Message.objects.all()
    assert mail.to == "ada@example.org"
    assert mail.purpose == "newsletter confirmation"
    assert mail.about == f"subscriber:{subscriber.pk}"
    confirm, home = sorted(set(re.findall(r"https?://[^\s\"<]+", mail.text)), key=len)[::-1]
    token = confirm.removeprefix("http://127.0.0.1:8000/newsletter/confirm/").rstrip("/")
    assert Consent.objects.for_token(token) == Consent.objects.get()
    assert home == "http://127.0.0.1:8000"
    assert "Muscle cramps" not in "".join(mail.parts)


def test_request_leaves_the_address_pending():
    assert cast.asked().status == Subscriber.Status.PENDING


def test_request_again_within_the_hour_changes_nothing():
    first = cast.asked()

    second = cast.asked("ADA@example.org")

    assert second.pk == first.pk
    assert Consent.objects.count() == 1
    assert Message.objects.count() == 1


def test_request_again_after_an_hour_mails_again():
    cast.asked()
    an_hour_passes()

    cast.asked()

    assert Consent.objects.count() == 2
    assert len(cast.mails("newsletter confirmation")) == 2


def test_request_of_a_subscriber_mails_that_it_is_so_already():
    cast.subscriber()
    an_hour_passes()

    cast.asked()

    assert [mail.purpose for mail in Message.objects.all()] == ["newsletter already"]
    assert Consent.objects.count() == 1
    assert Subscriber.objects.get().is_confirmed


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.org\nBcc: all@example.org",
        "ada@example.org\r\nSubject: x",
        "a@example.org,b@example.org",
        "Ada <ada@example.org>",
        "no address",
        "",
    ],
)
def test_request_refuses_what_is_not_one_address(email):
    with pytest.raises(ValueError, match=r"address|header"):
        Subscriber.objects.request(email=email, page="/newsletter/")

    assert Subscriber.objects.count() == 0
    assert Message.objects.count() == 0


def test_addresses_are_unique_whatever_their_capitals():
    cast.asked("ada@example.org")

    with pytest.raises(IntegrityError):
        Subscriber.objects.create(email="Ada@Example.org")


def test_keys_cannot_be_guessed():
    assert len(cast.asked().key) == 32  # 24 bytes in base64


def test_confirm_once():
    subscriber = cast.asked()

    assert subscriber.confirm() is True
    assert subscriber.confirm() is False

    assert subscriber.status == Subscriber.Status.CONFIRMED
    assert Consent.objects.get().confirmed_at == subscriber.confirmed_at
    assert len(cast.mails("newsletter welcome")) == 1


def test_confirm_marks_the_request_that_was_followed():
    cast.asked()
    an_hour_passes()
    subscriber = cast.asked()
    first, second = Consent.objects.all()

    subscriber.confirm(first)

    assert [bool(row.confirmed_at) for row in Consent.objects.all()] == [True, False]
    assert second.confirmed_at is None


def test_unsubscribe_withdraws_and_cancels_what_waits():
    subscriber = cast.asked()
    subscriber.confirm()

    assert subscriber.unsubscribe() is True
    assert subscriber.unsubscribe() is False

    assert subscriber.status == Subscriber.Status.UNSUBSCRIBED
    assert Consent.objects.get().withdrawn_at == subscriber.unsubscribed_at
    assert {mail.status for mail in Message.objects.all()} == {Status.CANCELLED}


def test_who_left_may_come_back_at_once():
    subscriber = cast.subscriber()
    subscriber.unsubscribe()

    cast.asked()
    subscriber.confirm()

    assert subscriber.is_confirmed
    assert subscriber.unsubscribed_at is None
    assert [bool(row.withdrawn_at) for row in Consent.objects.all()] == [True, False]


def test_a_link_from_before_leaving_does_not_bring_back():
    subscriber = cast.subscriber()
    old = Consent.objects.get()
    subscriber.unsubscribe()

    assert subscriber.confirm(old) is False
    assert not subscriber.is_confirmed


def test_erase_leaves_nothing():
    subscriber = cast.asked()

    subscriber.erase()

    assert Subscriber.objects.count() == Consent.objects.count() == Message.objects.count() == 0


def test_fact_sheets_are_those_of_the_topic_and_the_general_ones():
    topic, other = factories.topic("vitamin-d"), factories.topic("epsom-salt")
    general, own = cast.fact_sheet("general", title="A"), cast.fact_sheet("own", title="B")
    cast.fact_sheet("other", title="C", topic=other)
    own.topic = topic
    own.save()

    assert cast.asked(topic=topic).fact_sheets() == [general, own]
    assert len(cast.asked("ben@example.org").fact_sheets()) == 3
