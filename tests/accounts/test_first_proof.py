"""A password that a stranger chose does not open the account of the address's owner."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.belongings import questions_of
from accounts.housekeeping import purge_unconfirmed, purge_unverified
from accounts.models import Unconfirmed, User
from outbox.models import Message
from tests import factories
from tests.accounts.cast import is_signed_in, mailed_code, mailed_path, sign_in
from tests.accounts.test_signing_in import NEW, sign_up

pytestmark = pytest.mark.django_db


def test_in_another_browser_the_link_asks_for_the_password(client):
    """Otto did not sign up: somebody else did with his address, and a password of their own."""
    sign_up(client)
    path, other = mailed_path(NEW), Client()

    shown = other.get(path)
    assert "The password that you chose" in shown.text
    assert "Somebody signed up here with it on" in shown.text
    for password, error in [
        ("", "Enter the password that you chose"),
        ("a guess of Otto's", "This is not the password of the sign-up"),
    ]:
        refused = other.post(path, {"password": password})
        assert refused.status_code == 422
        assert error in refused.text
    assert not EmailAddress.objects.get(email=NEW).verified

    other.post(path, {"password": factories.PASSWORD})
    assert EmailAddress.objects.get(email=NEW).verified
    sign_in(other, NEW)
    assert is_signed_in(other)


@pytest.mark.parametrize(
    "password", ["  between two spaces ", "sixty-four" * 6 + "long", "ÄÖ ü\u3000ß" * 4]
)
def test_a_password_is_taken_as_it_was_typed(client, password):
    """Signing up, confirming, and signing in."""
    typed = {"password1": password, "password2": password}
    client.post("/accounts/signup/", {"email": NEW, **typed})
    other = Client()

    assert other.post(mailed_path(NEW), {"password": password.strip() + "?"}).status_code == 422
    other.post(mailed_path(NEW), {"password": password})

    sign_in(other, NEW, password)
    assert is_signed_in(other)


def test_asking_for_a_code_does_not_make_it_the_browser_of_the_sign_up(client):
    sign_up(client)
    path, other = mailed_path(NEW), Client()
    other.post("/accounts/login/code/", {"email": NEW})

    assert other.post(path).status_code == 422
    assert not EmailAddress.objects.get(email=NEW).verified


def test_a_code_ends_a_password_that_came_before_the_first_proof(client):
    sign_up(client)
    owner = Client()
    owner.post("/accounts/login/code/", {"email": NEW})

    answer = owner.post("/accounts/login/code/confirm/", {"code": mailed_code(NEW)}, follow=True)

    assert is_signed_in(owner)
    assert "The password of the sign-up no longer works" in answer.text
    assert not User.objects.get(email=NEW).has_usable_password()
    sign_in(client, NEW)
    assert not is_signed_in(client)


def test_a_code_leaves_the_password_of_a_proven_address_alone(ben, client):
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code("ben@example.org")})

    ben.refresh_from_db()
    assert ben.check_password(factories.PASSWORD)


def test_a_new_address_of_a_member_is_confirmed_signed_in_alone(ben, client):
    """Otherwise its owner's one click would show Ben what they had asked."""
    sign_in(client, "ben@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": NEW})
    path, other = mailed_path(NEW), Client()

    shown, refused = other.get(path), other.post(path)
    assert "would then see what was asked with it" in shown.text
    assert f"/accounts/login/?next={quote(path, safe='')}" in shown.text
    assert refused.status_code == 422
    assert not EmailAddress.objects.get(email=NEW).verified
    assert "Somebody wants to add this e-mail address" in Message.objects.get(to=NEW).text

    client.post(path)
    assert EmailAddress.objects.get(email=NEW).verified


def test_sign_ups_that_nobody_confirms_go_after_three_days(ben, client):
    sign_up(client)
    sign_up(Client(), "new@example.org")
    User.objects.create_user("imported@example.org", is_active=False)
    invited = User.objects.create_user("invited@example.org")
    EmailAddress.objects.create(user=invited, email=invited.email, primary=True)
    then = timezone.now() - timedelta(days=3, minutes=1)
    User.objects.exclude(email="new@example.org").update(date_joined=then)

    purge_unverified()

    assert set(User.objects.values_list("email", flat=True)) == {
        "ben@example.org",
        "imported@example.org",
        "invited@example.org",
        "new@example.org",
    }
    assert "accounts.housekeeping.purge_unverified" in dict(settings.RECURRING)


def test_an_address_of_another_account_says_what_can_be_done(ben, client):
    """To whoever reads the mail; where it is added, known and unknown ones get the same answer."""
    factories.member("Rita")
    sign_in(client, "rita@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    known, unknown = (
        client.post("/accounts/email/", {"email": email, "action_add": ""}, follow=True)
        for email in ("ben@example.org", "bob@example.org")
    )
    path, owner = mailed_path("ben@example.org"), Client()
    sign_in(owner, "ben@example.org")

    pages = [browser.get(path).text for browser in (Client(), client, owner)]

    assert known.redirect_chain == unknown.redirect_chain
    for page in pages[:2]:
        assert "belongs to another account already, and cannot be in two." in page
        assert "and remove it or erase that account; then add it again." in page
        assert '<a href="/privacy/">privacy page</a>' in page
    assert '<a href="/accounts/login/">sign in</a> with this address' in pages[0]
    assert '<a href="/accounts/logout/?next=/accounts/login/">sign out</a> and sign in' in pages[1]
    assert "is in your account already." in pages[2]
    assert not any("Yes, confirm" in page for page in pages)


@pytest.fixture
def adding(client, ben, monkeypatch):
    """Ben has added an address, which housekeeping has seen; a call lets hours pass."""
    sign_in(client, ben.email)
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": NEW})
    now = timezone.now()

    def forward(hours: int) -> list[str]:
        """Ben's addresses after so many hours more."""
        nonlocal now
        now += timedelta(hours=hours)
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        purge_unconfirmed()
        return list(ben.emailaddress_set.order_by("pk").values_list("email", flat=True))

    assert forward(0) == [ben.email, NEW]
    return forward


def test_an_added_address_that_nobody_confirms_goes_after_three_days(adding, ben):
    invited = User.objects.create_user("invited@example.org")
    EmailAddress.objects.create(user=invited, email=invited.email, primary=True)
    moving = User.objects.create_user("moving@example.org")
    EmailAddress.objects.create(user=moving, email=moving.email, primary=True)
    EmailAddress.objects.create(user=moving, email="old@example.org", verified=True)

    assert adding(72) == [ben.email, NEW]
    assert Message.objects.filter(to=NEW).exists()
    assert adding(1) == [ben.email]
    assert not Message.objects.filter(to=NEW).exists()
    assert (invited.emailaddress_set.count(), moving.emailaddress_set.count()) == (1, 2)
    assert "accounts.housekeeping.purge_unconfirmed" in dict(settings.RECURRING)


def test_another_link_begins_the_three_days_anew(adding, client, ben):
    adding(71)
    cache.clear()  # which counts how often by another clock
    client.post("/accounts/email/", {"action_send": "", "email": NEW})

    assert adding(72) == [ben.email, NEW]
    assert adding(1) == [ben.email]


def test_an_address_that_is_confirmed_stays(adding, client, ben):
    client.post(mailed_path(NEW))

    assert adding(1000) == [ben.email, NEW]
    assert not Unconfirmed.objects.exists()


def test_what_was_mailed_to_an_address_stays_where_somebody_else_has_it(adding, ben):
    factories.member("Nadia", email=NEW)
    adding(1)

    assert adding(73) == [ben.email]
    assert Message.objects.filter(to=NEW).exists()


@pytest.fixture
def mallory(client):
    """Her account waits with the address of somebody else, who has asked a question with it."""
    factories.pending(email=NEW)
    mallory = factories.member("Mallory")
    sign_in(client, mallory.email)
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": NEW})
    assert mallory.emailaddress_set.filter(email=NEW, verified=False).exists()
    Message.objects.all().delete()
    cache.clear()
    return mallory


def has_address_and_questions(user) -> bool:
    return user.has_verified(NEW) and len(questions_of(user)) == 1


def test_signing_up_by_code_opens_no_account_that_waits_with_the_address(mallory):
    owner = Client()
    owner.post("/accounts/signup/", {"email": NEW})
    owner.post("/accounts/login/code/confirm/", {"code": mailed_code(NEW)})

    own = User.objects.get(email=NEW)
    assert has_address_and_questions(own)
    assert not has_address_and_questions(mallory)
    assert str(own.pk) == owner.session["_auth_user_id"]


def test_signing_up_with_a_password_opens_no_account_that_waits_with_the_address(mallory):
    owner = Client()
    sign_up(owner)
    owner.post(mailed_path(NEW))

    assert has_address_and_questions(User.objects.get(email=NEW))
    assert not has_address_and_questions(mallory)


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_codes_and_resets_open_no_account_that_waits_with_the_address(mallory, path):
    Client().post(path, {"email": NEW})

    assert "There is no account with it." in Message.objects.get(to=NEW).text
    assert not has_address_and_questions(mallory)
