"""The pages work under the strict headers: a browser has nothing to complain of."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import get_resolver
from playwright.sync_api import expect

from tests.config.test_observatory import fixed_paths
from tests.site import PASSWORD

pytestmark = pytest.mark.browser

TOPIC = "causes-of-muscle-cramps"
FRAME = "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))"
# What ends the session, and what a browser saves or shows in a page of its own making.
NOT_PAGES = ("logout", "export", "download", ".xml", "/feed/", "jsi18n", "autocomplete")
NOT_PAGES += (".ico", ".png")


def pages(*beginnings: str) -> list[str]:
    found = fixed_paths(get_resolver().url_patterns)
    shown = [path for path in found if not any(word in path for word in NOT_PAGES)]
    return [path for path in shown if path.startswith(beginnings)]


@pytest.fixture
def cora(visitor):
    page = visitor()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("curator@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").first.click()
    page.wait_for_url("**/accounts/me/")
    return page


def test_public_pages_keep_to_the_policy(visitor):
    page = visitor()
    reader = [path for path in pages("/") if not path.startswith(("/admin/", "/accounts/2fa"))]
    reader += [f"/topics/{TOPIC}/", f"/topics/{TOPIC}/ask/", f"/embed/{TOPIC}/", "/questions/1/"]
    for path in reader:
        if page.request.get(path).status != 405:  # what takes POST alone shows no page
            assert page.goto(path).status < 500

    assert len(reader) > 25


def open_all(page, paths: list[str]) -> list[str]:
    """Open every path that this person may see; return them."""
    shown = [path for path in paths if page.request.get(path).status == 200]
    for path in shown:
        page.goto(path)
    return shown


def test_desk_keeps_to_the_policy(cora):
    desk = [*pages("/admin/"), "/admin/qa/question/1/change/", "/admin/qa/topic/1/change/"]
    desk += ["/admin/newsletter/issue/1/change/", "/admin/accounts/user/1/change/"]

    assert len(open_all(cora, desk)) > 20


def test_account_pages_keep_to_the_policy(cora):
    cora.goto("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/")
    cora.get_by_label("Password").fill(PASSWORD)
    cora.get_by_role("main").get_by_role("button").first.click()
    image = cora.locator("main img").first

    assert image.evaluate("image => image.naturalWidth") > 0
    assert len(open_all(cora, pages("/accounts/"))) > 12


def test_letter_is_shown_in_its_frames(cora):
    cora.goto("/admin/newsletter/issue/1/preview/")

    for frame in (cora.frame_locator("iframe").first, cora.frame_locator("iframe").last):
        expect(frame.locator(".letter")).to_be_visible()
        assert frame.locator("body").evaluate("body => getComputedStyle(body).margin") == "0px"


@pytest.fixture
def other_site(site):
    """A page of somebody else's that has the site's script on it."""
    looks = ["", 'data-theme="dark"', 'data-theme="light" data-accent="#7a1f5c"']
    looks += ['data-theme="light" data-accent="#ffff00"']
    html = "".join(f'<div data-askwell="{TOPIC}" {look}></div>' for look in looks)
    html += f'<script src="{site.url}/embed.js" async></script>'

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html>{html}".encode())

        def log_message(self, *args):
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def test_another_site_may_embed_a_topic_and_nothing_else(chromium, site, other_site):
    page = chromium.new_page()
    page.goto(other_site)
    frame = page.frame_locator("iframe").first

    expect(frame.get_by_role("link", name="Causes of muscle cramps").first).to_be_visible()
    assert frame.locator("body").evaluate("body => getComputedStyle(body).fontFamily") != "serif"
    with page.expect_console_message(lambda line: "ancestor" in line.text) as refusal:
        page.evaluate(FRAME, f"{site.url}/topics/{TOPIC}/")
    assert f"{site.url}/" in refusal.value.text
    page.close()


LOOK = """() => [getComputedStyle(document.body).backgroundColor,
    getComputedStyle(document.querySelector(".link-list a")).color]"""


def test_frame_takes_the_theme_and_a_readable_accent_of_the_page_around(chromium, other_site):
    page = chromium.new_page()
    page.goto(other_site)
    frames = [page.frame_locator("iframe").nth(number) for number in range(4)]
    for place in page.locator("iframe").all():
        place.scroll_into_view_if_needed()
    for frame in frames:
        expect(frame.locator(".link-list a").first).to_be_visible()
    _, dark, accent, unreadable = (frame.locator("html").evaluate(LOOK) for frame in frames)
    page.close()

    assert dark == ["rgb(21, 24, 22)", "rgb(134, 207, 179)"]
    assert accent == ["rgb(253, 253, 251)", "rgb(122, 31, 92)"]
    assert unreadable == ["rgb(253, 253, 251)", "rgb(20, 96, 74)"]
