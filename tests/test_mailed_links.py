"""Mail programs, scanners and previews open every link of a mail, often thrice: nothing happens."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.utils import timezone

from following import telling
from following.models import Follow, News
from outbox.models import Message
from tests import factories
from tests.accounts.cast import BACKEND, is_signed_in
from tests.following import cast as following
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://127\.0\.0\.1:8000(/[^\s\"'<>]*)")
# What may be written by looking: a browser's session, and the counts for limits.
ASIDE = {"accounts_session", "askwell_cache"}


@pytest.fixture
def mails(settings):
    """Every mail that has a link which does something."""
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    ben = factories.member("Ben")
    fields = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    Client().post("/accounts/signup/", {"email": "otto@example.org", **fields})
    Client().post("/accounts/signup/", {"email": "ben@example.org", **fields})
    Client().post("/accounts/login/code/", {"email": "ben@example.org"})
    client = Client()
    client.force_login(ben, BACKEND)
    EmailAddress.objects.create(user=ben, email="ben@example.com")
    client.post("/accounts/email/", {"email": "ben@example.com", "action_send": ""})
    # Last of what is Ben's: another address, or a later sign-in, would end the link.
    Client().post("/accounts/password/reset/", {"email": "ben@example.org"})
    question = factories.pending()
    curator = factories.curator()
    question.request_changes(by=curator, reason="Since when?")
    factories.published(by=curator)
    newsletter.fact_sheet()
    newsletter.asked("sven@example.org")
    newsletter.asked("sue@example.org").confirm()
    news_of_what_is_followed(curator)
    return list(Message.objects.all())


def news_of_what_is_followed(curator) -> None:
    """A mail to confirm, and one with every link to stop."""
    ask = {"email": "fred@example.org", "frequency": "instant"}
    topic = factories.topic("vitamin-d")
    question = factories.published(by=curator, topic=topic)
    News.objects.create(kind="answer", question=question, topic=topic)
    for target in (topic, question):
        Follow.objects.request(target=target, **ask)
        following.follow(target)
    correction = question.corrections.create(note="Not at noon.")
    News.objects.create(kind="correction", question=question, correction=correction)
    now = timezone.now()
    Follow.objects.update(told_at=now - timedelta(minutes=2))
    News.objects.update(created_at=now - timedelta(minutes=1))
    telling.tell()


def links(messages) -> set[str]:
    texts = ["\n".join([*mail.parts, str(mail.headers)]) for mail in messages]
    return {found for text in texts for found in LINK.findall(text.replace("&amp;", "&"))}


def everything() -> dict[str, list]:
    """Every row of every table."""
    with connection.cursor() as cursor:
        rows = {}
        for table in set(connection.introspection.table_names(cursor)) - ASIDE:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def differences(before: dict, after: dict) -> set[str]:
    return {table for table in before if before[table] != after[table]}


def test_the_mails_have_a_link_of_every_kind(mails):
    kinds = "confirm-email password/reset/key confirm/ asked/ newsletter/confirm unsubscribe"
    kinds += " following/confirm /stop/"

    found = " ".join(links(mails))

    assert [kind for kind in kinds.split() if kind not in found] == []


def test_whoever_opens_every_link_three_times_changes_nothing(mails):
    before = everything()
    for path in sorted(links(mails)):
        scanner = Client(headers={"User-Agent": "LinkScanner/1.0"})
        for _ in range(3):
            scanner.head(path, follow=True)
            assert scanner.get(path, follow=True).status_code in {200, 404}, path
        assert differences(before, everything()) == set(), path
        assert not is_signed_in(scanner), path


def test_a_member_who_opens_every_link_stays_signed_in_and_changes_nothing(mails):
    client = Client()
    client.force_login(factories.member("Rita"), BACKEND)
    before = everything()
    for path in sorted(links(mails)):
        client.get(path, follow=True)
        assert is_signed_in(client), path

    assert differences(before, everything()) == set()
