"""The site's name is who mails are from."""

from email import message_from_bytes, policy

import pytest
from allauth.account.adapter import get_adapter

from newsletter.models import Subscriber
from outbox.delivery import as_email
from outbox.models import Message
from qa.models import SiteProfile
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(settings):
    """A site of this name, whose mails have a bare address."""
    settings.DEFAULT_FROM_EMAIL = "post@ask.example.org"

    def make(name: str) -> SiteProfile:
        return SiteProfile.objects.create(pk=1, name=name)

    return make


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Cramps, explained", "Cramps, explained"),
        ("Bücher für alle", "Bücher für alle"),
        ('The "Ask" \\ desk', "The 'Ask' / desk"),
        ("Ask\r\nBcc: otto@example.org", "Ask Bcc: otto@example.org"),
    ],
)
def test_sender_of_a_mail_is_the_site(named, name, shown):
    named(name)
    factories.pending()

    sent = message_from_bytes(as_email(Message.objects.get()).message().as_bytes())

    raw = sent.as_bytes()
    (sender,) = message_from_bytes(raw, policy=policy.default)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (shown, "post@ask.example.org")
    assert "Bcc" not in sent


def test_name_in_the_setting_wins(named, settings):
    settings.DEFAULT_FROM_EMAIL = "The desk <desk@ask.example.org>"

    assert named("Cramps").sender == '"The desk" <desk@ask.example.org>'


def test_no_name_leaves_the_address(named):
    assert named("").sender == "post@ask.example.org"


def test_letters_and_accounts_have_it_too(named):
    named("Cramps")
    Subscriber.objects.request(email="ada@example.org", page="/newsletter/")

    assert Message.objects.get().from_email == '"Cramps" <post@ask.example.org>'
    assert get_adapter().get_from_email() == '"Cramps" <post@ask.example.org>'
