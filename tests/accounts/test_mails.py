"""django-allauth's mails, each rendered: text and HTML, in this site's words."""

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils import timezone

pytestmark = pytest.mark.django_db
ACCOUNT = [
    "account_already_exists",
    "email_changed",
    "email_confirm",
    "email_confirmation",
    "email_confirmation_signup",
    "email_deleted",
    "invitation",
    "login_code",
    "password_changed",
    "password_reset",
    "password_reset_key",
    "password_set",
    "unknown_account",
]
MFA = [
    "recovery_codes_generated",
    "totp_activated",
    "totp_deactivated",
    "webauthn_added",
    "webauthn_removed",
]
ELSEWHERE = ["account_connected", "account_disconnected"]
NAMES = [f"account/email/{name}" for name in ACCOUNT] + [f"mfa/email/{name}" for name in MFA]
NAMES += [f"socialaccount/email/{name}" for name in ELSEWHERE]


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_has_a_subject_text_and_html(name, ben):
    context = {
        "user": ben,
        "email": "ben@example.org",
        "code": "BCDF-GHJK",
        "activate_url": f"{settings.BASE_URL}/accounts/confirm-email/x/",
        "password_reset_url": f"{settings.BASE_URL}/accounts/password/reset/key/x/",
        "from_email": "a@example.org",
        "to_email": "b@example.org",
        "deleted_email": "a@example.org",
        "timestamp": timezone.now(),
        "ip": "192.0.2.1",
    }

    mail = get_adapter().render_mail(name, "ben@example.org", context)

    html = mail.alternatives[0][0]
    assert mail.subject
    assert "\n" not in mail.subject
    assert mail.body.endswith("-- \nAskwell\nhttp://127.0.0.1:8000")
    assert f"{mail.subject}</h1>" in html
    assert "example.com" not in mail.body + html
    assert "{" not in mail.body


def test_a_code_stands_alone_in_both_parts(ben):
    mail = get_adapter().render_mail(
        "account/email/login_code", "x@example.org", {"code": "BCDF-GHJK"}
    )

    assert "\n\nBCDF-GHJK\n\n" in mail.body
    assert ">BCDF-GHJK</h1>" in mail.alternatives[0][0]


def test_the_subject_of_a_code_can_be_kept_as_it_does_not_tell_the_code(ben):
    mail = get_adapter().render_mail(
        "account/email/login_code", "x@example.org", {"code": "BCDF-GHJK"}
    )

    assert "BCDF" not in mail.subject
