"""What the sign-in pages tell, and send, about addresses that are not the visitor's."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from outbox.models import Message
from tests.accounts.test_signing_in import NEW, bodies_match, same, sign_up

pytestmark = pytest.mark.django_db


def ask_for_everything(email, rounds=6):
    for _ in range(rounds):
        cache.clear()  # as if from many addresses
        Client().post("/accounts/password/reset/", {"email": email})
        Client().post("/accounts/login/code/", {"email": email})


def mails(email=NEW) -> int:
    return Message.objects.filter(to=email).count()


def test_an_unknown_address_gets_one_mail_an_hour():
    ask_for_everything(NEW)
    assert mails() == 1

    Message.objects.update(created_at=timezone.now() - timedelta(hours=1, seconds=1))
    ask_for_everything(NEW)
    assert mails() == 2


def test_a_sign_up_gets_its_link_after_all_and_three_mails_at_most():
    ask_for_everything(NEW)
    sign_up(Client())
    assert mails() == 2
    assert Message.objects.latest("pk").subject == "Please confirm your e-mail address"

    ask_for_everything(NEW)
    assert mails() == 3


def test_the_page_does_not_tell_that_no_mail_was_sent():
    first, second = Client(), Client()

    answers = [c.post("/accounts/password/reset/", {"email": NEW}) for c in (first, second)]

    assert mails() == 1
    assert same(answers)
    assert bodies_match(first, second, "/accounts/password/reset/done/")


def test_a_member_gets_every_code(ben):
    ask_for_everything("ben@example.org", rounds=3)
    assert mails("ben@example.org") == 6


@pytest.mark.parametrize("email", ["ben@example.org", NEW])
def test_signing_up_hashes_a_password_whether_or_not_there_is_an_account(ben, monkeypatch, email):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a: hashed.append(a) or encode(*a))

    sign_up(Client(), email)

    assert len(hashed) == 1
