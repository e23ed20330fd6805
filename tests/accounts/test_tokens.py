"""Links and codes: good once or idempotent, dead after a change, too old when they are used.

Each is looked at in time and used too late, since it is the POST that must not work any more.
"""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client

from newsletter.models import Subscriber
from qa.models import Question
from tests import factories
from tests.accounts.cast import is_signed_in, mailed_code, mailed_path, sign_in
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db
BEN, NEW = "ben@example.org", "quite another sentence"
PASSWORDS = {"password1": NEW, "password2": NEW}


@pytest.fixture
def later(monkeypatch):
    """Makes signed links look as old as one says."""

    def shift(period: timedelta):
        now = time.time() + period.total_seconds()
        monkeypatch.setattr(signing.time, "time", lambda: now)

    return shift


def reset_form(client) -> str:
    """Ben asked for a reset, and has opened the link; where the form is sent."""
    client.post("/accounts/password/reset/", {"email": BEN})
    return client.get(mailed_path(BEN), follow=True).request["PATH_INFO"]


def may_sign_in(password: str) -> bool:
    client = Client()
    sign_in(client, BEN, password)
    return is_signed_in(client)


def test_a_reset_form_that_lay_too_long_sets_nothing(ben, client, settings):
    path = reset_form(client)
    settings.PASSWORD_RESET_TIMEOUT = -1

    client.post(path, PASSWORDS)

    assert may_sign_in(factories.PASSWORD)


def test_a_reset_form_is_dead_after_another_password(ben, client):
    path = reset_form(client)
    ben.set_password("changed by Ben himself")
    ben.save()

    client.post(path, PASSWORDS)

    assert may_sign_in("changed by Ben himself")


def test_a_reset_form_is_dead_after_another_address(ben, client):
    path = reset_form(client)
    EmailAddress.objects.filter(user=ben).update(email="ben@example.com")
    ben.email = "ben@example.com"
    ben.save()

    client.post(path, PASSWORDS)

    ben.refresh_from_db()
    assert ben.check_password(factories.PASSWORD)


def test_a_reset_form_works_once(ben, client):
    path = reset_form(client)
    client.post(path, PASSWORDS)

    client.post(path, {"password1": "a third long one", "password2": "a third long one"})

    assert may_sign_in(NEW)


def test_only_sending_the_form_ends_the_sign_in_of_another_member(ben, client):
    factories.member("Rita")
    sign_in(client, "rita@example.org")

    path = reset_form(client)
    assert is_signed_in(client)
    client.post(path, PASSWORDS)

    assert not is_signed_in(client)
    assert may_sign_in(NEW)


def test_a_code_is_dead_after_ten_minutes(ben, client, settings):
    client.post("/accounts/login/code/", {"email": BEN})
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1

    answer = client.post("/accounts/login/code/confirm/", {"code": mailed_code(BEN)}, follow=True)

    assert answer.redirect_chain == [("/accounts/login/code/", 302)]
    assert "The code is too old. Ask for another one here." in answer.text
    assert not is_signed_in(client)


def test_a_code_works_once(ben, client):
    client.post("/accounts/login/code/", {"email": BEN})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code(BEN)})
    client.post("/accounts/logout/")

    client.post("/accounts/login/code/confirm/", {"code": mailed_code(BEN)})

    assert not is_signed_in(client)


def test_a_code_is_dead_after_another_address(ben, client):
    client.post("/accounts/login/code/", {"email": BEN})
    EmailAddress.objects.filter(user=ben).update(email="ben@example.com")
    ben.email = "ben@example.com"
    ben.save()

    client.post("/accounts/login/code/confirm/", {"code": mailed_code(BEN)})

    assert not is_signed_in(client)


def test_a_code_is_dead_after_another_password(ben, client):
    client.post("/accounts/login/code/", {"email": BEN})
    ben.set_password(NEW)
    ben.save()

    client.post("/accounts/login/code/confirm/", {"code": mailed_code(BEN)})

    assert not is_signed_in(client)


def test_a_code_to_an_address_that_was_removed_is_dead(ben, client):
    """Nor does it put the address back."""
    old = EmailAddress.objects.create(user=ben, email="old@example.org", verified=True)
    client.post("/accounts/login/code/", {"email": old.email})
    code = mailed_code(old.email)
    old.delete()

    client.post("/accounts/login/code/confirm/", {"code": code})

    assert not is_signed_in(client)
    assert not EmailAddress.objects.filter(email="old@example.org").exists()


def test_a_code_is_dead_once_the_account_is_closed(ben, client):
    client.post("/accounts/login/code/", {"email": BEN})
    ben.is_active = False
    ben.save()

    client.post("/accounts/login/code/confirm/", {"code": mailed_code(BEN)})

    assert not is_signed_in(client)


def confirmation(client) -> str:
    fields = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    client.post("/accounts/signup/", {"email": "otto@example.org", **fields})
    return mailed_path("otto@example.org")


def is_verified() -> bool:
    return EmailAddress.objects.get(email="otto@example.org").verified


def test_an_address_is_not_confirmed_by_a_link_that_is_too_old(client, later):
    path = confirmation(client)
    assert client.get(path).status_code == 200
    later(timedelta(days=3, seconds=1))

    client.post(path)

    assert not is_verified()


def test_an_address_is_confirmed_just_in_time_and_twice_is_as_good_as_once(client, later):
    path = confirmation(client)
    later(timedelta(days=3, seconds=-5))

    password = {"password": factories.PASSWORD}
    Client().post(path, password)
    Client().post(path, password)

    assert is_verified()


def test_the_link_of_an_address_that_was_removed_is_dead(client):
    path = confirmation(client)
    EmailAddress.objects.filter(email="otto@example.org").delete()

    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert "<h1>This link does not work</h1>" in answer.text
        assert "Sign in</a>: if your address still has to be confirmed, a new link" in answer.text


def test_a_used_link_and_one_that_nobody_got_are_gone_alike(client):
    path = confirmation(client)
    client.post(path)
    client.post("/accounts/logout/")
    invented = "/accounts/confirm-email/MQ:1x:invented/"

    answers = [Client().get(link) for link in (path, invented)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert answers[0].text == answers[1].text


def test_who_is_signed_in_gets_a_new_link_on_the_page_of_addresses(ben, client):
    sign_in(client, BEN)

    answer = client.get("/accounts/confirm-email/MQ:1x:invented/")

    assert answer.status_code == 410
    assert '<a href="/accounts/email/">get a new link</a>' in answer.text


def test_a_dead_link_for_a_password_is_gone_whoever_it_names(ben, client):
    path = reset_form(client)
    known = mailed_path(BEN)
    client.post(path, PASSWORDS)
    unknown = "/accounts/password/reset/key/zzzz-d3adb3-0123456789abcdef/"

    answers = [Client().get(link) for link in (known, unknown)]
    form = client.get(path)

    assert [answer.status_code for answer in (*answers, form)] == [410, 410, 410]
    assert answers[0].text == answers[1].text
    assert '<a href="/accounts/password/reset/">Get a new one</a>' in form.text


def test_a_question_is_not_confirmed_by_a_link_that_is_too_old(client, later):
    question = factories.pending()
    path = f"/confirm/{question.confirmation_token}/"
    assert client.get(path).status_code == 200
    later(timedelta(days=366))

    assert client.post(path).status_code == 404
    assert Question.objects.get(pk=question.pk).email_confirmed_at is None


def test_a_subscription_is_not_confirmed_by_a_link_that_is_too_old(client, later):
    subscriber = newsletter.asked()
    path = f"/newsletter/confirm/{subscriber.consents.get().token}/"
    assert client.get(path).status_code == 200
    later(timedelta(days=31))

    assert client.post(path).status_code == 404
    assert Subscriber.objects.get().status == "pending"


def test_a_link_that_adds_an_address_is_dead_after_a_change_of_password(client, ben):
    sign_in(client, ben.email)
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "second@example.org"})
    path = mailed_path("second@example.org")
    assert client.get(path).status_code == 200

    client.post("/accounts/password/change/", {"oldpassword": factories.PASSWORD, **PASSWORDS})

    assert (client.get(path).status_code, client.post(path).status_code) == (410, 410)
    assert not ben.has_verified("second@example.org")
