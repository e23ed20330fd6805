"""Where one is signed in: seen, ended, and over by the next request."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AdminAction, Session
from accounts.sessions import words
from tests import factories
from tests.accounts.cast import BACKEND, is_signed_in, sign_in

pytestmark = pytest.mark.django_db
AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox on Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 Edg/126.0": "Edge on Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari on an iPhone",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36": (
        "Chrome on Android"
    ),
    "": "A browser",
    "curl/8.5 <b>" + "x" * 9000: "A browser",
}
FIREFOX, EDGE, PHONE, *_ = AGENTS
PAGE = "/accounts/sessions/"


@pytest.fixture
def browsers(ben):
    """Ben's Firefox, Edge and phone, in that order."""
    clients = [Client(headers={"User-Agent": agent}) for agent in (FIREFOX, EDGE, PHONE)]
    for client in clients:
        sign_in(client, "ben@example.org")
    return clients


def mark_of(page: str, device: str) -> str:
    """The end of the address by which the page ends that device's session."""
    entry = next(part for part in page.split("<li>") if f"<strong>{device}</strong>" in part)
    return re.search(r"/accounts/sessions/(\w+)/end/", entry)[1]


@pytest.mark.parametrize("agent", AGENTS)
def test_a_device_is_told_in_a_few_words(agent):
    assert words(agent) == AGENTS[agent]


def test_the_page_lists_my_devices_and_nobody_elses(browsers, cora):
    other = Client(headers={"User-Agent": "Opera OPR/9"})
    other.force_login(cora, BACKEND)
    other.get(PAGE)

    page = browsers[0].get(PAGE).text

    for device in ["Firefox on Linux", "Edge on Windows", "Safari on an iPhone"]:
        assert page.count(f"<strong>{device}</strong>") == 1
    assert "<strong>Firefox on Linux</strong>, this one" in page
    assert page.count("this one") == 1
    assert "Opera" not in page


def test_no_key_of_a_session_and_no_address_stands_on_it(browsers):
    page = browsers[0].get(PAGE).text

    assert not [key for key in Session.objects.values_list("pk", flat=True) if key in page]
    assert "127.0.0.1" not in page.replace("http://127.0.0.1:8000", "")


def test_what_is_stored_is_words_without_an_address(browsers):
    rows = [str(row) for row in Session.objects.values_list("device", "user__email", "seen_at")]
    decoded = [str(row.get_decoded()) for row in Session.objects.all()]

    assert len(rows) == 3
    assert not [row for row in rows + decoded if "127.0.0.1" in row or "Mozilla" in row]


def test_ending_one_leaves_the_others(browsers):
    here, edge, phone = browsers
    mark = mark_of(here.get(PAGE).text, "Edge on Windows")

    assert here.post(f"{PAGE}{mark}/end/").url == PAGE

    assert [is_signed_in(client) for client in (here, edge, phone)] == [True, False, True]
    assert here.post(f"{PAGE}{mark}/end/").url == PAGE


def test_ending_this_one_signs_out(browsers):
    here, edge, _ = browsers
    here.post(f"{PAGE}{mark_of(here.get(PAGE).text, 'Firefox on Linux')}/end/")

    assert [is_signed_in(here), is_signed_in(edge)] == [False, True]


def test_ending_all_others(browsers, cora):
    cora_elsewhere = Client()
    cora_elsewhere.force_login(cora, BACKEND)
    browsers[0].post(f"{PAGE}others/end/")

    assert [is_signed_in(client) for client in browsers] == [True, False, False]
    assert is_signed_in(cora_elsewhere)


def test_nobody_ends_the_session_of_another(browsers, cora):
    mark = mark_of(browsers[0].get(PAGE).text, "Firefox on Linux")
    cora_elsewhere = Client()
    cora_elsewhere.force_login(cora, BACKEND)

    cora_elsewhere.post(f"{PAGE}{mark}/end/")

    assert is_signed_in(browsers[0])


def test_a_get_ends_nothing(browsers):
    mark = mark_of(browsers[0].get(PAGE).text, "Edge on Windows")

    assert browsers[0].get(f"{PAGE}{mark}/end/").status_code == 405
    assert browsers[0].get(f"{PAGE}others/end/").status_code == 405
    assert all(is_signed_in(client) for client in browsers)


def test_a_cookie_from_before_signing_out_opens_nothing(browsers, settings):
    old = browsers[0].cookies[settings.SESSION_COOKIE_NAME].value
    browsers[0].post("/accounts/logout/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = old

    assert not is_signed_in(thief)


def test_whoever_is_deactivated_is_out_at_once_and_stays_out(browsers, ben, settings):
    settings.STAFF_MFA = False
    olga, desk = factories.member("Olga", is_staff=True, is_superuser=True), Client()
    desk.force_login(olga, BACKEND)

    desk.post(reverse("admin:accounts_user_change", args=[ben.pk]), {"display_name": "Ben"})

    ben.refresh_from_db()
    assert not ben.is_active
    assert not any(is_signed_in(client) for client in browsers)
    ben.is_active = True
    ben.save()
    assert not any(is_signed_in(client) for client in browsers)


def test_a_row_that_says_inactive_is_enough(browsers, ben):
    ben.is_active = False
    ben.save()

    assert not any(is_signed_in(client) for client in browsers)


def test_a_new_password_ends_the_other_sessions(browsers):
    here, *others = browsers
    here.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    new = "quite another sentence"
    here.post(
        "/accounts/password/change/",
        {"oldpassword": factories.PASSWORD, "password1": new, "password2": new},
    )

    assert [is_signed_in(client) for client in (here, *others)] == [True, False, False]


def test_pages_that_anybody_reads_make_no_session_and_note_nothing(browsers):
    before = list(Session.objects.values_list("pk", "session_data").order_by("pk"))
    for path in ["/", "/topics/", "/search/?q=cramp"]:
        browsers[0].get(path)

    assert list(Session.objects.values_list("pk", "session_data").order_by("pk")) == before


def test_a_session_ends_after_30_days_however_often_it_is_used(client, ben, monkeypatch):
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    monkeypatch.setattr("time.time", lambda: now.timestamp())
    sign_in(client, "ben@example.org")
    for _ in range(5):
        now += timedelta(days=5, hours=23)
        assert is_signed_in(client)
    (session,) = ben.sessions.all()
    assert session.expire_date == datetime(2026, 3, 31, 12, tzinfo=UTC)

    now += timedelta(days=1)

    assert not is_signed_in(client)


def test_signing_out_clears_what_the_browser_has_of_this_site(client, ben):
    assert "Clear-Site-Data" not in sign_in(client, "ben@example.org")
    assert "Clear-Site-Data" not in client.get(PAGE)

    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/accounts/login/")


def test_the_owner_ends_the_sessions_of_anybody(browsers, ben, client):
    olga = factories.member("Olga", is_staff=True, is_superuser=True)
    client.force_login(olga, BACKEND)
    factories.second_factor(client, olga)

    client.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [ben.pk]})

    assert [is_signed_in(browser) for browser in browsers] == [False, False, False]
    assert is_signed_in(client)
    done = AdminAction.objects.get()
    assert done.path == f"/admin/accounts/user/ sign_out: {ben.pk}"
    assert sign_in(browsers[0], "ben@example.org").url == "/accounts/me/"
