"""STAFF_MFA: the desk, and the second factor before it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import get_resolver

from accounts.models import AdminAction
from outbox.models import Message
from qa.models import Event
from tests import factories
from tests.accounts.cast import BACKEND, is_signed_in, mail_to, sign_in
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN = "/admin/login/"


@pytest.fixture
def strict(settings):
    settings.STAFF_MFA = True
    return settings


@pytest.fixture
def cora_signed_in(client, cora):
    client.force_login(cora, BACKEND)
    return client


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"


def with_factor(user):
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def admin_paths() -> list[str]:
    """One address for every route of the admin."""
    routes = []

    def walk(patterns, prefix):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                walk(entry.url_patterns, route)
            else:
                routes.append(route)

    for entry in get_resolver().url_patterns:
        if str(entry.pattern) == "admin/":
            walk(entry.url_patterns, "/admin/")
    paths = [re.sub(r"<[^>]*>", "1", route) for route in routes]
    return sorted({re.sub(r"\(\?P.*|[\^$]|\\", "", path) for path in paths})


def test_staff_without_a_second_factor_reach_nothing_of_the_admin(cora_signed_in, strict):
    newsletter.issue()
    paths = [path for path in admin_paths() if path != LOGIN]
    assert len(paths) > 40

    answers = {path: cora_signed_in.get(path) for path in paths}

    reached = {path for path, answer in answers.items() if answer.status_code == 200}
    assert reached == set()
    assert {a.status_code for a in answers.values()} <= {302, 405}


def test_nor_does_anything_they_send_there(cora_signed_in, strict):
    """By POST to every page of the admin: all lead to the sign-in, but the one that signs out."""
    newsletter.issue()
    before = Event.objects.count(), AdminAction.objects.count(), Message.objects.count()
    paths = [path for path in admin_paths() if path not in {LOGIN, "/admin/logout/"}]

    answers = {path: cora_signed_in.post(path) for path in paths}

    reached = {
        path: answer.status_code
        for path, answer in answers.items()
        if answer.status_code != 405 and not answer.get("Location", "").startswith(f"{LOGIN}?next=")
    }
    assert reached == {}
    assert is_signed_in(cora_signed_in)
    assert (Event.objects.count(), AdminAction.objects.count(), Message.objects.count()) == before


def test_staff_without_a_second_factor_decide_nothing(cora_signed_in, strict):
    newsletter.subscriber()
    issue = newsletter.issue()

    cora_signed_in.post(f"/admin/newsletter/issue/{issue.pk}/send/")

    issue.refresh_from_db()
    assert not issue.is_sent


def test_they_are_led_to_the_set_up(cora_signed_in, strict):
    answer = cora_signed_in.get("/admin/", follow=True)

    assert [url for url, _ in answer.redirect_chain] == [
        "/admin/login/?next=/admin/",
        "/accounts/2fa/",
    ]
    assert "The desk needs a second factor." in answer.text
    assert "Set up an app" in answer.text


def test_with_the_setting_off_the_desk_is_open(desk):
    assert desk.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)  # the signal comes after the commit
def test_setting_up_an_app_opens_the_desk_and_ends_other_sessions(client, strict):
    cora, other, ben = factories.member("Cora", is_staff=True), Client(), Client()
    factories.member("Ben")
    sign_in(other, "cora@example.org")
    sign_in(ben, "ben@example.org")
    sign_in(client, "cora@example.org")
    client.post(
        "/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/",
        {"password": factories.PASSWORD, "next": "/accounts/2fa/totp/activate/"},
    )
    form = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r"<textarea[^>]*>([A-Z2-7]+)</textarea>", form.text)[1]
    assert "data:image/svg+xml" in form.text

    code = code_of(secret)
    done = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)

    assert done.redirect_chain == [("/accounts/2fa/recovery-codes/", 302)]  # not asked once more
    again = Client()
    sign_in(again, "cora@example.org")
    assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 422
    assert not is_signed_in(again)
    types = Authenticator.objects.filter(user=cora).values_list("type", flat=True)
    assert sorted(types) == ["recovery_codes", "totp"]
    assert client.get("/admin/").status_code == 200
    assert not is_signed_in(other)
    assert is_signed_in(ben)


def test_a_session_from_before_the_factor_has_to_show_it(cora_signed_in, cora, strict):
    assert is_signed_in(cora_signed_in)
    with_factor(cora)

    start = cora_signed_in.get("/admin/qa/question/", follow=True)
    assert start.redirect_chain[-1][0] == "/accounts/2fa/reauthenticate/?next=/admin/qa/question/"
    assert "The desk needs your second factor." in start.text
    cora_signed_in.post("/accounts/2fa/reauthenticate/", {"code": "000000"})
    assert cora_signed_in.get("/admin/").status_code == 302

    answer = cora_signed_in.post(
        "/accounts/2fa/reauthenticate/",
        {"code": code_of(SECRET), "next": "/admin/qa/question/"},
    )
    assert answer.url == "/admin/qa/question/"
    assert cora_signed_in.get("/admin/qa/question/").status_code == 200


def test_the_password_alone_does_not_remove_the_factor(cora_signed_in, cora, strict):
    with_factor(cora)

    answer = cora_signed_in.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    assert answer.url == "/accounts/2fa/reauthenticate/"
    cora_signed_in.post("/accounts/2fa/totp/deactivate/")

    assert Authenticator.objects.filter(user=cora, type="totp").exists()


def test_a_wrong_code_sets_up_nothing(client, cora, strict):
    sign_in(client, "cora@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.get("/accounts/2fa/totp/activate/")

    client.post("/accounts/2fa/totp/activate/", {"code": "000000"})

    assert not Authenticator.objects.exists()


def test_setting_up_asks_who_it_is_first(cora_signed_in, strict):
    answer = cora_signed_in.get("/accounts/2fa/totp/activate/")

    assert answer.url.startswith("/accounts/reauthenticate/")


def test_the_password_alone_no_longer_signs_in(client, cora, strict):
    with_factor(cora)

    answer = sign_in(client, "cora@example.org", next="/admin/")

    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)
    assert client.get("/admin/").status_code == 302


def test_password_and_code_lead_to_where_one_wanted_to_go(client, cora, strict):
    with_factor(cora)
    start = client.get("/admin/qa/question/", follow=True)
    assert start.redirect_chain[-1][0] == "/accounts/login/?next=/admin/qa/question/"
    sign_in(client, "cora@example.org", next="/admin/qa/question/")

    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    assert answer.url == "/admin/qa/question/"
    assert client.get("/admin/qa/question/").status_code == 200


def test_a_recovery_code_works_once(client, cora, strict):
    code = RecoveryCodes(with_factor(cora).authenticator_set.get(type="recovery_codes"))
    first = code.get_unused_codes()[0]

    def enter():
        other = Client()
        sign_in(other, "cora@example.org")
        other.post("/accounts/2fa/authenticate/", {"code": first})
        return is_signed_in(other)

    assert [enter(), enter()] == [True, False]


def test_a_mailed_code_does_not_replace_the_second_factor(client, cora, strict):
    with_factor(cora)
    client.post("/accounts/login/code/", {"email": "cora@example.org"})
    code = re.search(r"^\w{4}-\w{4}$", mail_to("cora@example.org").text, re.M)[0]

    answer = client.post("/accounts/login/code/confirm/", {"code": code})

    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)


def test_the_admins_own_sign_in_lets_nobody_in(client, cora, ben, strict):
    """Django's form would take a password alone, past the second factor."""
    with_factor(cora)
    fields = {"username": "cora@example.org", "password": factories.PASSWORD}

    answer = client.post(LOGIN, fields)
    assert answer.url == "/accounts/login/?next=/admin/"
    assert not is_signed_in(client)

    client.force_login(ben, BACKEND)
    assert client.post(LOGIN, fields).status_code == 403
    assert client.get("/accounts/me/").wsgi_request.user == ben


def test_the_admins_sign_in_leads_staff_on_and_nowhere_else(desk):
    assert desk.get(f"{LOGIN}?next=/admin/qa/question/").url == "/admin/qa/question/"
    assert desk.get(f"{LOGIN}?next=https://example.com/").url == "/admin/"
    assert desk.get(LOGIN).url == "/admin/"


def test_members_are_not_let_to_the_desk(client, ben, settings):
    settings.STAFF_MFA = False
    client.force_login(ben, BACKEND)

    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_out_at_the_desk(desk):
    assert desk.get("/admin/logout/").url == "/"
    assert is_signed_in(desk)

    assert desk.post("/admin/logout/").url == "/"
    assert not is_signed_in(desk)


def test_passwords_are_changed_on_the_sites_own_page(desk):
    assert desk.get("/admin/password_change/").url == "/accounts/password/change/"
