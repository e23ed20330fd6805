"""What a mail service posts about mail that came back, as Mailgun and Postmark document it."""

import hashlib
import hmac
import json
import subprocess
import sys
from base64 import b64encode
from types import ModuleType

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.urls import include, path

from outbox import webhooks
from outbox.models import Message
from outbox.suppression import Suppression
from tests import factories
from tests.outbox.test_bounces import sent, waiting  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
SECRET = "mill:a-long-word-that-nobody-guesses"
SIGNS_WITH = "key-of-the-webhooks"
HELD = {"The next letter": "cancelled", "The answer to your question": "queued"}


@pytest.fixture
def post(settings, client):
    """Post an event to a site that listens to a service; returns the answer."""

    def send(service, event, secret=SECRET):
        known = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNS_WITH}
        settings.ANYMAIL = known
        urls = ModuleType("urls")
        urls.urlpatterns = [path("webhooks/", include(webhooks.routes(service)))]
        settings.ROOT_URLCONF = urls
        headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
        where = f"/webhooks/{service}/tracking/"
        return client.post(where, json.dumps(event), "application/json", headers=headers)

    return send


def mailgun(message, severity="permanent", event="failed"):
    """https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure"""
    token, at = "c8aef0ba8c5a4b7b9a2d1e9c9c5d6a1f0e3b2c4d5e6f708192", "1529006854"
    signed = hmac.new(SIGNS_WITH.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": at, "token": token, "signature": signed},
        "event-data": {
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": 1521233195.375624,
            "log-level": "error",
            "event": event,
            "severity": severity,
            "reason": "suppress-bounce",
            "delivery-status": {
                "attempt-no": 1,
                "message": "",
                "code": 605,
                "description": "Not delivering to previously bounced address",
                "session-seconds": 0.0,
            },
            "message": {
                "headers": {
                    "to": message.to,
                    "message-id": message.message_id.strip("<>"),
                    "from": "Askwell <post@askwell.example>",
                    "subject": message.subject,
                },
                "attachments": [],
                "size": 111,
            },
            "recipient": message.to,
            "recipient-domain": "example.org",
            "tags": [],
            "user-variables": {},
        },
    }


def postmark(email, kind="HardBounce", details="smtp;550 5.1.1 user unknown", record="Bounce"):
    """https://postmarkapp.com/developer/webhooks/bounce-webhook"""
    return {
        "RecordType": record,
        "MessageStream": "outbound",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "Description": "The server was unable to deliver your message.",
        "Details": details,
        "Email": email,
        "From": "post@askwell.example",
        "BouncedAt": "2026-11-05T16:33:54.9070259Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "A letter",
        "Metadata": {},
    }


def test_a_failure_names_the_mail_and_stops_letters_but_no_answer(sent, post):  # noqa: F811
    assert post("mailgun", mailgun(sent)).status_code == 200

    sent.refresh_from_db()
    assert sent.bounced_at is not None
    assert sent.last_error == "Came back: Not delivering to previously bounced address"
    assert Suppression.objects.get().reason == "bounce"
    assert waiting() == HELD


def test_a_service_with_numbers_of_its_own_means_the_last_mail_to_the_address(post):
    question = factories.pending(email="ada@example.org")
    Message.objects.update(status="sent", sent_at=question.submitted_at)

    assert post("postmark", postmark("Ada@example.org")).status_code == 200

    assert question.mail_came_back
    assert Message.objects.get().last_error == "Came back: smtp;550 5.1.1 user unknown"
    assert Suppression.objects.holds("ada@example.org")


def test_a_complaint_stops_letters_and_no_answer(sent, post):  # noqa: F811
    event = postmark(sent.to, "SpamComplaint", "", "SpamComplaint")
    assert post("postmark", event).status_code == 200

    sent.refresh_from_db()
    assert sent.bounced_at is None
    assert Suppression.objects.get().reason == "complaint"
    assert waiting() == HELD


@pytest.mark.parametrize(
    "event",
    [
        postmark("ada@example.org", "SoftBounce", "smtp;452 4.2.2 mailbox full"),
        postmark("ada@example.org", "Transient"),
        postmark("ada@example.org", "Blocked"),
        postmark("ada@example.org", "AutoResponder"),
        postmark("otto@example.org"),
        postmark(""),
    ],
)
def test_what_passes_by_itself_or_is_about_somebody_else_changes_nothing(sent, post, event):  # noqa: F811
    assert post("postmark", event).status_code == 200
    assert not Suppression.objects.exists()
    assert set(waiting().values()) == {"queued"}


def test_a_delay_changes_nothing(sent, post):  # noqa: F811
    assert post("mailgun", mailgun(sent, severity="temporary")).status_code == 200
    assert not Suppression.objects.exists()


def test_nobody_else_may_tell(sent, post):  # noqa: F811
    forged = mailgun(sent)
    forged["signature"]["token"] = "another"

    assert post("postmark", postmark(sent.to), secret="mill:guessed").status_code == 400
    assert post("mailgun", forged).status_code == 400
    assert not Suppression.objects.exists()


def test_a_site_without_a_service_has_no_such_address(client):
    assert webhooks.routes("") == []
    assert client.post("/webhooks/postmark/tracking/").status_code == 404


@pytest.mark.parametrize(
    ("service", "known", "said"),
    [
        ("pigeon", {}, "MAIL_WEBHOOKS must be a service of django-anymail"),
        ("postmark", {}, "ANYMAIL_WEBHOOK_SECRET must be user:password"),
        ("postmark", {"WEBHOOK_SECRET": "a:b"}, "20 characters or more"),
        ("mailgun", {"WEBHOOK_SECRET": SECRET}, "MAILGUN_WEBHOOK_SIGNING_KEY"),
    ],
)
def test_a_setting_that_is_missing_is_named(settings, service, known, said):
    settings.ANYMAIL = known
    with pytest.raises(ImproperlyConfigured, match=said):
        webhooks.routes(service)


def test_the_environment_alone_sets_it_up(tmp_path):
    say = "from django.urls import reverse; import django; django.setup(); print(reverse('{}'))"
    own = {"PATH": "", "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", say.format("postmark_tracking_webhook")],
        cwd=site.BASE_DIR,
        env=own | {"MAIL_WEBHOOKS": "postmark", "ANYMAIL_WEBHOOK_SECRET": SECRET},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("/webhooks/postmark/tracking/\n", "")
