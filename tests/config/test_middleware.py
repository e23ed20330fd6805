from ipaddress import ip_network

import pytest
from django.http import HttpResponse

from config.middleware import SecurityHeaders, visitor_address
from tests import factories


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # nobody's proxy: the header is a lie
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # what the visitor sent before
        ("10.0.0.2", "198.51.100.1, 10.0.0.3", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "rubbish", "10.0.0.2"),
        ("10.0.0.2", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_visitor_address_is_believed_only_from_a_trusted_proxy(settings, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]

    assert visitor_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}) == expected


def test_every_answer_carries_the_static_policy(client, db):
    response = client.get("/healthz")

    assert response["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_unknown_host_is_refused(client, db):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


def test_only_the_embedded_page_may_be_framed(client, db):
    slug = factories.topic().slug
    page, frame = client.get(f"/topics/{slug}/"), client.get(f"/embed/{slug}/")

    assert page["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert frame["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "X-Frame-Options" not in frame
    assert client.get("/embed.js")["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_https_alone_asks_browsers_to_leave_http(client, db, settings):
    plain = client.get("/healthz")["Content-Security-Policy"]
    settings.HTTPS = True
    secure = client.get("/healthz")["Content-Security-Policy"]

    assert secure == f"{plain}; upgrade-insecure-requests"


def test_fault_carries_the_policy_and_is_kept_by_no_cache(client, db, monkeypatch):
    monkeypatch.setattr("config.health.HttpResponse", None)
    client.raise_request_exception = False
    response = client.get("/healthz")

    assert response.status_code == 500
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert response["Cache-Control"] == "no-store"


def test_a_view_may_have_a_policy_of_its_own(rf):
    own = HttpResponse(headers={"Content-Security-Policy": "sandbox", "Cache-Control": "public"})

    response = SecurityHeaders(lambda request: own)(rf.get("/"))

    assert response["Content-Security-Policy"] == "sandbox"
    assert response["Cache-Control"] == "public"


def test_an_address_for_a_button_says_so_to_whoever_opens_it(client, db):
    opened = client.get("/accounts/sessions/others/end/")
    sent = client.post("/topics/")

    assert (opened.status_code, opened["Allow"]) == (405, "POST")
    assert "Go back to the page that has the button" in opened.text
    assert 'href="/accounts/me/">Go to your account' in opened.text
    assert opened["Cache-Control"] == "no-store"
    assert (sent.status_code, sent.content) == (405, b"")
