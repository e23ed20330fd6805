import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, mail_admins
from django.db import transaction

from outbox.backend import OutboxBackend
from outbox.models import Message

BACKEND = "outbox.backend.OutboxBackend"


@pytest.fixture(autouse=True)
def through_the_outbox(settings, db):
    settings.EMAIL_BACKEND = BACKEND


def confirmation(**fields):
    """A mail as django-allauth makes it."""
    email = EmailMultiAlternatives(
        "Please confirm", "Your code: 123", "Askwell <in@askwell.example>", ["ada@example.org"]
    )
    email.attach_alternative("<p>Your code: 123</p>", "text/html")
    for name, value in fields.items():
        setattr(email, name, value)
    return email


def test_a_mail_with_an_html_alternative_becomes_a_row():
    assert confirmation(extra_headers={"X-Kind": "code"}).send() == 1

    message = Message.objects.get()
    assert (message.to, message.subject) == ("ada@example.org", "Please confirm")
    assert (message.text, message.html) == ("Your code: 123", "<p>Your code: 123</p>")
    assert message.from_email == "Askwell <in@askwell.example>"
    assert message.headers["X-Kind"] == "code"
    assert message.purpose == "account"


def test_each_recipient_gets_a_mail_that_names_no_other():
    email = confirmation(to=["Ada <ada@example.org>"], cc=["ben@example.org"], reply_to=["c@d.org"])

    assert email.send() == 1

    assert sorted(Message.objects.values_list("to", "reply_to")) == [
        ("ada@example.org", "c@d.org"),
        ("ben@example.org", "c@d.org"),
    ]


def test_an_error_mail_to_the_owner_becomes_a_row(settings):
    settings.ADMINS = [("Owner", "owner@example.org")]
    mail_admins("It broke", "Traceback \x00", html_message="<pre>Traceback</pre>")
    assert Message.objects.get().to == "owner@example.org"


def test_a_body_of_html_gets_a_text(write):
    email = EmailMessage("Hello", "<p>Good <b>day</b></p>", None, ["ada@example.org"])
    email.content_subtype = "html"
    email.send()

    message = Message.objects.get()
    assert (message.text, message.html) == ("Good day", "<p>Good <b>day</b></p>")


def test_reserved_headers_are_the_outbox_own():
    extra = {
        "Message-ID": "<1@x>",
        "From": "b@askwell.example",
        "To": "x@y.org",
        "Bcc": "otto@x.org",
    }
    confirmation(extra_headers=extra).send()

    message = Message.objects.get()
    assert message.from_email == "b@askwell.example"
    assert set(message.headers) == {"Date", "Auto-Submitted"}


@pytest.mark.parametrize(
    "fields",
    [{"subject": "a\nBcc: otto@example.org"}, {"to": ["ada@example.org\nBcc: otto@example.org"]},
     {"from_email": "a@b.org\nBcc: otto@example.org"}, {"extra_headers": {"X-A": "a\r\nBcc: o"}}],
)  # fmt: skip
def test_header_injection_is_refused(fields):
    with pytest.raises(BadHeaderError):
        confirmation(**fields).send()
    assert not Message.objects.exists()


def test_an_attachment_is_refused_rather_than_lost():
    email = confirmation()
    email.attach("notes.txt", "Salt")
    with pytest.raises(ValueError, match="attachments"):
        email.send()


def test_fail_silently_skips_only_the_broken_mail():
    backend = OutboxBackend(fail_silently=True)
    assert backend.send_messages([confirmation(subject="a\nb"), confirmation()]) == 1
    assert Message.objects.count() == 1


def test_one_broken_recipient_leaves_none_of_the_mail():
    with pytest.raises(ValueError, match="address"):
        confirmation(to=["ada@example.org", "nobody"]).send()
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_rolls_back_leaves_no_mail():
    with transaction.atomic():
        confirmation().send()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
