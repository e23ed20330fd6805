"""Whatever a request says about its host and its way here, links carry BASE_URL."""

import re
from ipaddress import ip_network

import pytest
from django.core.cache import cache

from newsletter.models import Issue
from outbox.models import Message
from tests import factories

BASE_URL = "https://ask.example.org"
# Names that stand in pages as identifiers, not as places to go.
VOCABULARIES = {"http://www.w3.org", "https://schema.org", "http://www.sitemaps.org"}
EVIL = "evil.example"

WITH_LINKS = {"/", "/feed/", "/sitemap.xml", "/sitemap-topics.xml", "/robots.txt"}

BELIEVED_LITTLE = [
    {},
    {"Host": "ASK.example.ORG"},
    {"Host": "ask.example.org."},
    {"Host": "ask.example.org:443"},
    {"Host": "ask.example.org:8000"},
    {"Host": "127.0.0.1"},
    {"Host": "127.0.0.1:8000"},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Host": f"{EVIL}, ask.example.org"},
    {"X-Forwarded-Host": f"ask.example.org, {EVIL}:443"},
    {"X-Forwarded-Proto": "http"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Host": EVIL},
    {"X-Forwarded-Proto": "javascript"},
    {"X-Forwarded-Port": "8443"},
    {"X-Forwarded-Server": EVIL},
    {"X-Forwarded-Prefix": f"//{EVIL}"},
    {"X-Forwarded-Ssl": "off"},
    {"X-Forwarded-For": EVIL},
    {"X-Forwarded-For": f"192.0.2.1, {EVIL}"},
    {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "http"},
    {"Forwarded": f"host={EVIL};proto=http"},
    {"Forwarded": f'for=192.0.2.1;host="{EVIL}";proto=https, for=10.0.0.1'},
    {"X-Host": EVIL, "X-Original-Host": EVIL},
    {"X-HTTP-Host-Override": EVIL},
    {"X-Original-URL": f"//{EVIL}/", "X-Rewrite-URL": f"//{EVIL}/"},
    {"X-Url-Scheme": "http", "Front-End-Https": "off"},
    {"Referer": f"https://{EVIL}/asked/"},
    {"Via": f"1.1 {EVIL}"},
]
REFUSED = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:443"},
    {"Host": f"ask.example.org.{EVIL}"},
    {"Host": f"{EVIL}.ask.example.org"},
    {"Host": f"ask.example.org@{EVIL}"},
    {"Host": f"ask.example.org, {EVIL}"},
    {"Host": f"ask.example.org {EVIL}"},
    {"Host": f"ask.example.org/{EVIL}"},
    {"Host": ""},
    {"Host": "[::1"},
    {"Host": "localhost"},
    {"Host": EVIL, "X-Forwarded-Host": "ask.example.org"},
]


@pytest.fixture(autouse=True)
def site(settings, db):
    """A site at BASE_URL, behind a proxy whose word about the visitor's address counts."""
    settings.BASE_URL, settings.HTTPS = BASE_URL, True
    settings.ALLOWED_HOSTS = ["ask.example.org", "127.0.0.1"]
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    cache.clear()


@pytest.fixture
def send(client):
    """Make a request with some headers; the Host is the site's own unless they say another."""

    def request(method: str, path: str, headers: dict, **values):
        given = {"Host": "ask.example.org", **headers}
        return getattr(client, method)(path, values, headers=given, secure=False)

    return request


@pytest.fixture
def paths(cora, ben) -> list[str]:
    """Everything that has addresses in it: pages, feeds, sitemaps, forms."""
    question = factories.published()
    Issue.objects.create(
        subject="A letter", slug="a-letter", body="Hello.", status="sent", sent_at="2026-01-01T00Z"
    )
    topic = f"/topics/{question.topic.slug}/"
    pages = ["/", topic, f"{topic}answered/", f"{topic}ask/", question.get_absolute_url()]
    machines = ["/feed/", f"{topic}feed/", "/sitemap.xml", "/sitemap-questions-0.xml"]
    machines += ["/sitemap-topics.xml", "/robots.txt", "/embed.js", f"/embed/{topic[8:]}"]
    accounts = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
    redirects = ["/topics", "/accounts/me/", "/admin/", f"/questions/{question.pk}/"]
    return [
        *pages,
        *machines,
        *accounts,
        *redirects,
        "/newsletter/",
        "/newsletter/issues/a-letter/",
    ]


def origins(text: str) -> set[str]:
    """Scheme and host of every absolute address."""
    return set(re.findall(r"\bhttps?://[^/\s\"'<>)]+", text)) - VOCABULARIES


def test_there_are_forty_variations():
    assert len(BELIEVED_LITTLE) + len(REFUSED) == 40


@pytest.mark.parametrize("headers", BELIEVED_LITTLE, ids=str)
def test_links_in_pages_carry_the_base_url(send, paths, headers):
    for path in paths:
        response = send("get", path, headers)

        text = f"{response.headers}\n{response.content.decode()}"
        assert response.status_code in {200, 301, 302}, path
        assert origins(text) <= {BASE_URL}, path
        assert EVIL not in text, path
        assert f"{BASE_URL}/" in text or path not in WITH_LINKS, path
        assert response.headers.get("Location", "/").startswith("/"), path


@pytest.mark.parametrize("headers", BELIEVED_LITTLE, ids=str)
def test_links_in_mails_carry_the_base_url(send, ben, headers):
    question = factories.draft(email="ada@example.org")
    send("post", f"/asked/{question.key}/submit/", headers)
    send("post", "/newsletter/", headers, email="sue@example.org")
    password = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    send("post", "/accounts/signup/", headers, email="dan@example.org", **password)
    send("post", "/accounts/password/reset/", headers, email=ben.email)
    send("post", "/accounts/password/reset/", headers, email="nobody@example.org")
    send("post", "/accounts/login/code/", headers, email=ben.email)

    mails = list(Message.objects.order_by("pk"))
    linked = [mail.subject for mail in mails if f"{BASE_URL}/" in mail.text]
    assert len(mails) == 6
    assert len(linked) >= 4, linked
    for mail in mails:
        everything = f"{mail.text}\n{mail.html}\n{mail.headers}\n{mail.from_email}"
        assert origins(everything) == {BASE_URL}, mail.subject
        assert EVIL not in f"{everything}{mail.subject}{mail.message_id}"


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_unknown_host_is_refused_everywhere(send, paths, headers):
    question = factories.draft()
    Message.objects.all().delete()

    posts = [f"/asked/{question.key}/submit/", "/newsletter/", "/accounts/password/reset/"]
    answers = [send("get", path, headers) for path in [*paths, "/healthz", "/static/x.css"]]
    answers += [send("post", path, headers, email="ada@example.org") for path in posts]

    assert {answer.status_code for answer in answers} == {400}
    assert {EVIL in answer.content.decode() for answer in answers} == {False}
    assert not Message.objects.exists()
