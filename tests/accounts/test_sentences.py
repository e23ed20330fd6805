"""What forms of accounts say beside a field that was left empty or cannot be right."""

import pytest

from outbox.models import Message
from qa.models import SiteProfile
from tests import factories
from tests.accounts.cast import sign_in
from tests.accounts.test_second_factor import with_factor

pytestmark = pytest.mark.django_db
NOWHERE = "No mail of ours reaches “localhost”."


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "login/code/"])
def test_an_address_on_this_machine_is_refused_like_everywhere(client, path):
    passwords = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}

    answer = client.post(f"/accounts/{path}", {"email": "ada@localhost", **passwords})

    assert answer.status_code == 422
    assert NOWHERE in answer.text
    assert not Message.objects.exists()


def test_nor_can_it_be_added(client, ben):
    sign_in(client, "ben@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})

    for email, words in [("ben@localhost", NOWHERE), ("ben@", "in the usual form, like name@")]:
        answer = client.post("/accounts/email/", {"email": email, "action_add": ""})
        assert answer.status_code == 422
        assert words in answer.text
    assert ben.emailaddress_set.count() == 1


def test_an_empty_code_is_asked_for_in_words(client, ben):
    sign_in(client, "ben@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    first = client.post("/accounts/2fa/totp/activate/", {"code": ""})
    with_factor(ben)
    again = client.post("/accounts/2fa/reauthenticate/", {"code": ""})
    client.post("/accounts/logout/")
    sign_in(client, "ben@example.org")
    at_sign_in = client.post("/accounts/2fa/authenticate/", {"code": ""})

    assert {answer.status_code for answer in (first, again, at_sign_in)} == {422}
    assert "Enter the six digits that your app shows now." in first.text
    for answer in (again, at_sign_in):
        assert "Enter the code that your app shows, or one of your recovery codes." in answer.text


@pytest.fixture
def signed_in(client, ben):
    """Ben, who has just shown that it is him."""
    sign_in(client, "ben@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    return client


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        (
            "email/",
            {"email": "ben@example.org", "action_add": ""},
            "This address is in your account already.",
        ),
        (
            "password/change/",
            {"oldpassword": "wrong", "password1": "quite another", "password2": "quite another"},
            "This is not your present password.",
        ),
        ("reauthenticate/", {"password": "wrong"}, "The password is not right."),
        ("2fa/totp/activate/", {"code": "000000"}, "The code or the key is not right. Try again."),
        ("2fa/webauthn/add/", {}, "Press “Add it”, then touch or choose your key."),
        (
            "2fa/recovery-codes/generate/",
            {},
            "Set up an app or a key first; the codes come with it.",
        ),
    ],
)
def test_what_is_refused_is_said_in_the_words_of_the_site(signed_in, path, fields, words):
    signed_in.get(f"/accounts/{path}")

    answer = signed_in.post(f"/accounts/{path}", fields)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_factor_and_an_unconfirmed_address_keep_each_other_out(signed_in, ben):
    added = ben.emailaddress_set.create(email="ben@example.net")
    refused = signed_in.get("/accounts/2fa/webauthn/add/", follow=True)
    added.delete()
    with_factor(ben)
    address = signed_in.post("/accounts/email/", {"email": "ben@example.net", "action_add": ""})

    assert "First confirm your e-mail addresses, or remove those that are not" in refused.text
    assert "An account with a second factor takes no further address." in address.text
    assert ben.emailaddress_set.count() == 1


def test_too_many_requests_get_a_page_of_the_site(signed_in):
    answers = [signed_in.post("/accounts/email/", {}) for _ in range(11)]

    assert [answer.status_code for answer in answers[-2:]] == [302, 429]
    assert "Wait a minute, then go back and try again." in answers[-1].text
    assert "<footer" in answers[-1].text


@pytest.mark.parametrize(
    ("password", "passes"),
    [
        ("askwell2026", False),
        ("AskwellQuestion", False),
        ("CrampClinic12", False),
        ("askwell and a long walk", True),
    ],
)
def test_a_password_is_more_than_the_name_of_the_site(client, password, passes):
    SiteProfile.objects.update_or_create(pk=1, defaults={"name": "Cramp Clinic"})
    fields = {"email": "new@example.org", "password1": password, "password2": password}

    answer = client.post("/accounts/signup/", fields)

    assert answer.status_code == (302 if passes else 422)
    assert ("Leave out the name of this site" in answer.text) is not passes
