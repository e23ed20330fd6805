"""Mailed links are fetched by scanners, and mails are made of what strangers typed."""

import re
from hashlib import sha256

import pytest
from django.apps import apps
from django.conf import settings

from newsletter.models import Subscriber
from outbox.delivery import deliver_due
from outbox.models import Message
from qa.models import SiteProfile
from tests import factories
from tests.newsletter import cast
from tests.outbox.conftest import make_due, smtp, smtp_port  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db
# How often pages are read, and what cookies remember, are no state of anything mailed.
UNWATCHED = {"sessions.Session", "qa.DayCount", "qa.Trace"}


def state() -> dict:
    """A fingerprint of every table."""
    watched = [model for model in apps.get_models() if model._meta.label not in UNWATCHED]
    return {
        model._meta.label: sha256(repr(list(model.objects.order_by("pk").values())).encode())
        .hexdigest()
        for model in watched
    }  # fmt: skip


def mailed_links() -> set[str]:
    words = [f"{' '.join(mail.parts)} {mail.headers}" for mail in Message.objects.all()]
    found = re.findall(rf"{re.escape(settings.BASE_URL)}(/[^\s\"<>)'&]*)", " ".join(words))
    return {link for link in found if not link.startswith("/admin/")}


@pytest.fixture
def every_mail(cora):
    """Mails of the newsletter and about a question, whose links are all alive."""
    cast.fact_sheet()
    factories.topic("vitamin-d")
    cast.asked("waiting@example.org")
    cast.asked("ada@example.org").confirm()
    cast.issue().send(by=cora)
    factories.pending(email="asker@example.org").request_changes(by=cora, reason="Shorter?")
    factories.published(by=cora, email="bea@example.org")


def test_twenty_fetches_of_each_mailed_link_change_nothing(every_mail, client):
    ada = Subscriber.objects.with_email("ada@example.org")
    links = mailed_links() | {f"/newsletter/preferences/{ada.key}/{act}/" for act in ("erase",)}
    kinds = {"/".join(link.split("/")[:3]) for link in links}
    assert kinds >= {
        "/newsletter/confirm", "/newsletter/unsubscribe", "/newsletter/preferences",
        "/newsletter/factsheets", "/newsletter/issues",
    }  # fmt: skip
    assert any(link.startswith("/asked/") for link in links)
    before = state()

    for link in sorted(links):
        for fetch in range(20):
            answer = client.get(link) if fetch % 4 else client.head(link)
            assert answer.status_code < 400, link

    assert state() == before


EVIL = "Salt\r\nBcc: otto@example.org\r\n\r\nBuy"
FIELDS = ["subject", "preheader", "body", "title", "name", "location", "site", "reason"]
HEADERS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_adds_a_header_or_a_recipient(field, smtp, cora):  # noqa: F811
    if field == "site":
        site = SiteProfile.load()
        site.name = EVIL
        site.save()
    words = {name: EVIL for name in ("subject", "preheader", "body") if name == field}
    cast.subscriber("ada@example.org")
    cast.issue(**words).send(by=cora)
    asked = {name: EVIL for name in ("title", "name", "location") if name == field}
    question = factories.pending(email="bea@example.org", **asked)
    question.request_changes(by=cora, reason=EVIL if field == "reason" else "Shorter?")
    make_due()

    assert deliver_due().sent == 3

    assert sorted(smtp.addresses) == ["ada@example.org", "bea@example.org", "bea@example.org"]
    for address, mail in smtp.accepted:
        assert set(mail.keys()) <= HEADERS
        assert mail["To"] == address
        assert len(mail.get_all("Subject")) == 1
