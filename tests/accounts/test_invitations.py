"""Whom the owner enters is invited by mail, and proves the address by the link."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from outbox.models import Message
from tests import factories
from tests.accounts.cast import BACKEND, is_signed_in, mail_to, mailed_path, sign_in
from tests.accounts.test_second_factor import with_factor
from tests.accounts.test_signing_in import NEW, sign_up

pytestmark = pytest.mark.django_db
EDA = "eda@example.org"
NEW_PASSWORD = "quite another sentence"
PASSWORDS = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


@pytest.fixture
def owner(settings):
    settings.STAFF_MFA = False
    client = Client()
    client.force_login(User.objects.create_superuser("owner@example.org", "x"), BACKEND)
    return client


@pytest.fixture
def invited(owner) -> User:
    owner.post("/admin/accounts/user/add/", {"email": "Eda@example.org", "display_name": "Eda"})
    return User.objects.get(email=EDA)


def verified(email: str) -> bool:
    return EmailAddress.objects.get(email=email).verified


def follow(path: str, client: Client | None = None):
    """Open the mailed link, and send the form behind it."""
    client = client or Client()
    form = client.get(path, follow=True)
    return form, client.post(form.request["PATH_INFO"], PASSWORDS, follow=True)


def test_adding_somebody_mails_an_invitation(owner, invited):
    mail = mail_to(EDA)

    assert (mail.subject, mail.purpose) == ("An account for you", "account")
    assert "made by the owner of the site" in mail.text
    assert mailed_path(EDA).startswith("/accounts/password/reset/key/")
    assert Message.objects.filter(to=EDA).count() == 1
    page = owner.get(f"/admin/accounts/user/{invited.pk}/change/").text
    assert f"An invitation is on its way to {EDA}." in page


def test_changing_somebody_mails_nothing(owner, invited):
    form = {"display_name": "Edda", "is_active": "on"}
    owner.post(f"/admin/accounts/user/{invited.pk}/change/", form)

    assert User.objects.get(pk=invited.pk).display_name == "Edda"
    assert Message.objects.filter(to=EDA).count() == 1


def test_opening_the_link_changes_nothing(invited):
    for _ in range(3):
        Client().get(mailed_path(EDA), follow=True)

    assert not verified(EDA)
    assert not User.objects.get(email=EDA).has_usable_password()


def test_the_link_sets_a_password_once(invited):
    path = mailed_path(EDA)
    form, done = follow(path)

    assert "<h1>Choose a password</h1>" in form.text
    assert "Your password is set" in done.text
    assert "This link does not work" in Client().get(path, follow=True).text


def test_whoever_followed_it_signs_in_without_another_mail_to_confirm(invited, client):
    follow(mailed_path(EDA))
    assert verified(EDA)

    sign_in(client, EDA, NEW_PASSWORD)

    assert is_signed_in(client)
    assert not Message.objects.filter(to=EDA, text__contains="/confirm-email/").exists()


def test_nobody_is_told_that_somebody_signed_up_with_an_address_of_staff(invited, client):
    """Asked to confirm it all the same, as one whose password came another way."""
    User.objects.filter(pk=invited.pk).update(is_staff=True)
    invited.set_password(NEW_PASSWORD)
    invited.save(update_fields=["password"])
    sign_in(Client(), EDA, NEW_PASSWORD)

    shown = client.get(mailed_path(EDA))

    assert "Yes, confirm" in shown.text
    assert "Somebody signed up here" not in shown.text


def test_a_reset_link_proves_the_address_and_ends_the_password_of_the_sign_up(client):
    sign_up(client)
    client.post("/accounts/password/reset/", {"email": NEW})

    form, _ = follow(mailed_path(NEW))

    assert "<h1>Set a new password</h1>" in form.text
    assert verified(NEW)
    assert sign_in(Client(), NEW, factories.PASSWORD).status_code == 422
    other = Client()
    sign_in(other, NEW, NEW_PASSWORD)
    assert is_signed_in(other)


def test_a_reset_link_proves_no_second_address(ben, client):
    EmailAddress.objects.create(user=ben, email=NEW)
    client.post("/accounts/password/reset/", {"email": "ben@example.org"})

    follow(mailed_path("ben@example.org"))

    assert not verified(NEW)


def test_a_reset_link_does_not_pass_the_second_factor(cora, client):
    with_factor(cora)
    client.post("/accounts/password/reset/", {"email": "cora@example.org"})
    follow(mailed_path("cora@example.org"), client)
    assert not is_signed_in(client)

    answer = sign_in(client, "cora@example.org", NEW_PASSWORD)

    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)


def test_a_link_from_before_signing_in_by_code_is_dead(invited, client):
    """Whoever signs in has the account; an older link in the mailbox opens it to nobody else."""
    path = mailed_path(EDA)
    client.post("/accounts/login/code/", {"email": EDA})
    code = re.search(r"^\w{4}-\w{4}$", mail_to(EDA).text, re.M)[0]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert is_signed_in(client)

    assert "This link does not work" in Client().get(path, follow=True).text
