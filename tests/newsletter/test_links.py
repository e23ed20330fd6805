"""Mailed links are fetched by scanners, and mails are made of what strangers typed."""

import re
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail as django_mails
from django.urls import resolve
from django.utils import timezone

from accounts.models import User
from config import mail_gallery
from newsletter.models import Consent, Subscriber
from outbox import notices
from outbox.delivery import deliver_due
from outbox.models import Message
from qa.desk import digest
from qa.models import SiteProfile
from tests import factories
from tests.newsletter import cast
from tests.outbox.conftest import make_due, smtp, smtp_port  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db
# tests/following asks for the links of its own mails.
EVERY = [name for name in mail_gallery.names() if not name.startswith("following")]
# How often pages are read, and what cookies remember, are no state of anything mailed.
UNWATCHED = {"accounts.Session", "qa.DayCount", "qa.Trace"}


def state() -> dict:
    """A fingerprint of every table."""
    watched = [model for model in apps.get_models() if model._meta.label not in UNWATCHED]
    return {
        model._meta.label: sha256(repr(list(model.objects.order_by("pk").values())).encode())
        .hexdigest()
        for model in watched
    }  # fmt: skip


def links_in(words: str) -> set[str]:
    return set(re.findall(rf"{re.escape(settings.BASE_URL)}(/[^\s\"<>)'&\\]*)", words))


def mailed_links() -> set[str]:
    mails = [f"{' '.join(mail.parts)} {mail.headers}" for mail in Message.objects.all()]
    mails += [f"{mail.body} {mail.alternatives}" for mail in django_mails.outbox]
    return links_in(" ".join(mails))


def kinds(links) -> set[str]:
    return {resolve(urlsplit(link).path).view_name for link in links}


@pytest.fixture
def every_mail(cora, client):
    """Mails with links of every kind, all alive."""
    cast.fact_sheet()
    factories.topic("vitamin-d")
    cast.asked("waiting@example.org")
    cast.asked("ada@example.org").confirm()
    cast.issue().send(by=cora)
    factories.pending(email="asker@example.org").request_changes(by=cora, reason="Shorter?")
    factories.published(by=cora, email="bea@example.org")
    sign_up = {"email": "eve@example.org", "password1": factories.PASSWORD}
    client.post("/accounts/signup/", sign_up | {"password2": factories.PASSWORD})
    client.logout()
    client.post("/accounts/password/reset/", {"email": cora.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    User.objects.create_superuser("owner@example.org", factories.PASSWORD)
    factories.pending(email="dan@example.org")
    now = timezone.now()
    digest._write(cora, digest._news(now - timedelta(hours=1), now), digest._queue(now))
    Message.objects.filter(bulk=True).update(status="failed", handed_over_at=now)
    notices.tell_owner()


def test_twenty_fetches_of_each_mailed_link_change_nothing(every_mail, client):
    ada = Subscriber.objects.with_email("ada@example.org")
    links = mailed_links() | {f"/newsletter/preferences/{ada.key}/erase/"}
    samples = links_in(" ".join("\n".join(mail_gallery.compose(name)) for name in EVERY))
    links |= {link for link in samples if not resolve(urlsplit(link).path).kwargs}
    assert kinds(samples) - kinds(links) == set()
    one_of_each_kind = {resolve(urlsplit(link).path).view_name: link for link in sorted(links)}
    waiting = f"/newsletter/confirm/{Consent.objects.waiting().get().token}/"
    before = state()

    for link in {*one_of_each_kind.values(), waiting}:
        for fetch in range(20):
            answer = client.get(link) if fetch % 4 else client.head(link)
            assert answer.status_code < 400, link

    assert state() == before


EVIL = "Salt\r\nBcc: otto@example.org\r\n\r\nBuy"
HEADERS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
}  # fmt: skip


def evil(field: str) -> str:
    """A text that can be told from those of the other fields."""
    return f"{field} {EVIL} {field}"


@pytest.fixture
def evil_everywhere(ben):
    """Every field that strangers or staff type, straight into the database."""
    site = SiteProfile.load()
    for name in ("name", "tagline", "curator_name", "disclaimer"):
        setattr(site, name, evil(name))
    site.save()
    cora = factories.curator()
    cora.groups.add(factories.role("Editor"))
    for person in (ben, cora):
        person.display_name, person.credentials = evil("display"), evil("credentials")
        person.save()
    topic = factories.topic(title=evil("topic"))
    asked = {name: evil(name) for name in ("title", "body", "name", "location")}
    asked |= {"topic": topic, "email": "bea@example.org"}
    factories.pending(**asked).request_changes(by=cora, reason=evil("reason"))
    factories.pending(**asked).decline(by=cora, reason=evil("declined"))
    public = factories.published(by=cora, answer=evil("answer"), **asked)
    public.correct(by=cora, note=evil("correction"), tell=True)
    public.write(evil("follow-up"))
    public.follow_ups.get().reply(by=cora, text=evil("reply"))
    back = factories.published(by=cora, **asked)
    back.unpublish(by=cora, note=evil("note"), tell=True)
    back.publish(by=cora, note=evil("word"), mails=True)
    answer = public.answers.create(kind="reader", author=ben, body=evil("reader"))
    answer.decline(by=cora, note=evil("refusal"))
    cast.fact_sheet(title=evil("sheet"), summary=evil("summary"))
    cast.asked("ada@example.org", topic=topic).confirm()
    words = {name: evil(name) for name in ("subject", "preheader", "body")}
    cast.issue(topic=topic, **words).send(by=cora)
    cast.issue("another").send(by=cora)


FIELDS = [
    *("name", "topic", "title", "body", "reason", "declined", "answer", "correction"),
    *("follow-up", "reply", "note", "word", "reader", "refusal", "display", "credentials"),
    *("disclaimer", "sheet", "subject", "preheader"),
]


def test_no_field_adds_a_header_or_a_recipient(evil_everywhere, smtp):  # noqa: F811
    make_due()

    assert deliver_due().sent == Message.objects.exclude(status="cancelled").count()

    assert set(smtp.addresses) == {"ada@example.org", "bea@example.org", "ben@example.org"}
    words = ""
    for address, mail in smtp.accepted:
        assert set(mail.keys()) <= HEADERS
        assert mail["To"] == address
        assert [len(mail.get_all(name)) for name in ("Subject", "From", "To")] == [1, 1, 1]
        words += str(mail["Subject"]) + mail.get_body(["plain"]).get_content()
        words += mail.get_body(["html"]).get_content()
    assert [field for field in FIELDS if f"{field} Salt" not in words] == []


ASKING = {"title": "Why do my calves cramp?", "body": "It wakes me twice a week. What helps?"}
FORMS = {
    "/newsletter/": {},
    "/topics/causes-of-muscle-cramps/ask/": ASKING | {"guidelines": "on"},
    "/accounts/signup/": {"password1": factories.PASSWORD, "password2": factories.PASSWORD},
    "/accounts/password/reset/": {},
    "/accounts/login/code/": {},
}


@pytest.mark.parametrize("path", FORMS)
def test_no_address_brings_another_along(path, client, cora):
    factories.topic()
    factories.guidelines()
    for joint in ("\r\nBcc: ", "\n", "%0a", ",", ";", " ", "\x00", "\u2028", ">,<"):
        client.post(path, FORMS[path] | {"email": f"cora@example.org{joint}otto@example.org"})

    addressed = [row.to for row in Message.objects.all()]
    addressed += [address for mail in django_mails.outbox for address in mail.recipients()]
    assert [address for address in addressed if "otto" in address] == []
