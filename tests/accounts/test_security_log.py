"""What the console says about signing in and accounts: enough to notice, and nobody's name."""

import logging
import re

import pytest
from django.test import Client

from accounts import security_log
from config.logs import Discreet
from tests import factories
from tests.accounts.cast import BACKEND, mailed_code, sign_in
from tests.accounts.test_second_factor import SECRET, code_of, with_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """The lines of askwell.security so far, as the console would have them."""
    caplog.set_level(logging.INFO, "askwell.security")
    form = Discreet(fmt="{message}", style="{")
    return lambda: [form.format(row) for row in caplog.records if row.name == "askwell.security"]


def test_sign_ins_and_failures_are_told_without_a_name(client, ben, lines):
    sign_in(client, "ben@example.org", "not his password")
    sign_in(client, "nobody@example.org", "not his password")
    sign_in(client, "ben@example.org")
    client.post("/accounts/logout/")

    failed, unknown, signed_in, signed_out = lines()
    assert re.fullmatch(r"event=sign_in_failed method=password visitor=[0-9a-f]{12}", failed)
    assert unknown == failed
    assert signed_in == f"event=signed_in user={ben.pk} method=password"
    assert signed_out == f"event=signed_out user={ben.pk}"


def test_both_factors_and_wrong_codes_are_told(client, ben, lines):
    with_factor(ben)
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    client.post("/accounts/login/code/confirm/", {"code": "WRNG-CODE"})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code("ben@example.org")})
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    assert lines() == [
        f"event=code_refused user={ben.pk}",
        f"event=factor_failed user={ben.pk} type=totp",
        f"event=signed_in user={ben.pk} method=code+mfa",
    ]


def test_changes_to_an_account_are_told(client, ben, lines, django_capture_on_commit_callbacks):
    sign_in(client, "ben@example.org")
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.post("/accounts/email/", {"email": "ben@example.net", "action_add": ""})
    new = {"password1": "another long sentence", "password2": "another long sentence"}
    client.post("/accounts/password/change/", {"oldpassword": factories.PASSWORD, **new})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/me/erase/", {"questions": "erase", "word": "erase"})

    assert lines()[1:] == [
        f"event=email_added user={ben.pk}",
        f"event=password_changed user={ben.pk}",
        f"event=account_erased user={ben.pk}",
    ]


def test_what_is_refused_is_told_and_its_path_stays_one_word(client, ben, lines):
    client.force_login(ben, BACKEND)
    client.get("/admin/login/?next=/admin/")
    Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    security_log.note("refused", path="/a b\nevent=signed_in user=1")

    assert lines()[1:] == [
        f"event=refused user={ben.pk} path=/admin/login/",
        "event=refused path=/accounts/login/",
        "event=refused path=/a%20b%0Aevent%3Dsigned_in%20user%3D1",
    ]
