"""A real Chromium against the real site, which sends to a real SMTP server."""

import shutil

import pytest

from tests.site import Mailbox, running

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own errands to its maker's hosts; nothing here is asked of any other host.
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def chromium():
    """The browser. Its absence is a skip that says what to install; the check run forbids it."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("Chromium is missing: the browser tests need it (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def mailbox():
    mailbox = Mailbox()
    mailbox.controller.start()
    yield mailbox
    mailbox.controller.stop()


@pytest.fixture(scope="session")
def site(mailbox, tmp_path_factory):
    with running(tmp_path_factory.mktemp("site"), EMAIL_URL=mailbox.url) as site:
        yield site


@pytest.fixture(scope="session")
def desk_site(mailbox, tmp_path_factory):
    """A site whose queue may be emptied; mail about a decision waits there for an hour."""
    folder = tmp_path_factory.mktemp("desk-site")
    with running(folder, EMAIL_URL=mailbox.url, UNDO_SECONDS="3600") as site:
        yield site


@pytest.fixture
def visitor(chromium, site, tmp_path):
    """Opens a browser window of its own for somebody; remembers what the console complained of."""
    contexts, complaints = [], []
    own = (site.url, f"http://localhost:{site.port}/", "data:", "blob:")

    def open_window(scripts: bool = True, width: int = 1280, **options):
        context = chromium.new_context(
            base_url=site.url,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith(own)
                else complaints.append(f"asked a third party: {r.url}")
            ),
        )
        return page

    yield open_window
    for context in contexts:
        context.close()
    # 504 is none of the site's own: by it a test plays a server that is away.
    expected = ("status of 422", "status of 404", "status of 409", "status of 504")
    assert [text for text in complaints if not any(words in text for words in expected)] == []
