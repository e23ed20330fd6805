"""Ask, answer, read: the main job of the site from end to end, with scripts on and off."""

import io
import re
import urllib.request
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import pictures
from tests.site import PASSWORD, Mailbox, Site, link_in, text_of

pytestmark = pytest.mark.browser

TOPIC = "causes-of-muscle-cramps"
BODY = (
    "Since March I have used a statin, and my calves cramp after climbing stairs.\n\n"
    "Could the one have to do with the other? I am 61."
)
ANSWER = (
    "Muscle complaints are reported by some people who take statins, **cramps among them**.\n\n"
    "- Tell whoever prescribed it.\n- Do not stop by yourself."
)
FASTEST = 3100  # milliseconds: a form that comes back within 3 s counts as a robot's


class Asker:
    """Ada at her browser, through the asking pages."""

    def __init__(self, page: Page, title: str, email: str, scripts: bool):
        self.page, self.title, self.email, self.scripts = page, title, email, scripts

    def begin(self) -> None:
        """From the topic page's one-line field to the form, with the line filled in."""
        self.page.goto(f"/topics/{TOPIC}/")
        self.page.locator("main input[name=title]").first.fill(self.title)
        self.page.locator("main input[name=title]").first.press("Enter")
        expect(self.page.locator("input[name=title]")).to_have_value(self.title)

    def choose(self, paths: list[Path]) -> None:
        """Add pictures: into the drop zone with scripts on, else into the free plain inputs."""
        if self.scripts:
            self.page.locator("input[type=file]").first.set_input_files(paths)
            return
        for number, path in enumerate(paths):
            field = self.page.locator("input[type=file]").nth(number)
            if not field.is_visible():
                self.page.locator("details:has(input[type=file]) > summary").click()
            field.set_input_files(path)

    def check(self) -> None:
        self.page.get_by_role("button", name="Check your question").last.click()


def ask(page: Page, title: str, email: str, files: list[Path], scripts: bool, shots: Path) -> str:
    """Ask with an error on the way, correct it, check, send. Returns the private address."""
    ada = Asker(page, title, email, scripts)
    ada.begin()
    page.locator("textarea[name=body]").fill(BODY)
    page.locator("input[name=name]").fill("Ada")
    page.locator("input[name=location]").fill("Leeds")
    page.locator("input[name=email]").fill("ada at example")
    ada.choose(files[:2])
    page.wait_for_timeout(FASTEST)
    ada.check()

    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.get_by_role("alert").first
    expect(summary).to_contain_text("There is a problem")
    expect(summary.get_by_role("link")).to_have_count(2)
    if scripts:
        expect(summary).to_be_focused()
    expect(page.locator("input[name=title]")).to_have_value(title)
    expect(page.locator("textarea[name=body]")).to_have_value(BODY)
    expect(page.locator("[data-picture]")).to_have_count(2)
    page.screenshot(path=shots / f"ask-error-{scripts}.png", full_page=True)

    page.locator("input[name=email]").fill(email)
    page.locator("input[name=guidelines]").check()
    ada.choose(files[2:])
    if scripts:
        expect(page.locator("[data-picture]")).to_have_count(4)
    ada.check()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your question")
    expect(page.locator("main figure img")).to_have_count(4)
    expect(page.locator("main")).to_contain_text("Could the one have to do with the other?")
    page.screenshot(path=shots / f"preview-{scripts}.png", full_page=True)

    page.get_by_role("button", name="Send your question").click()
    page.wait_for_url(re.compile(r"/asked/[\w-]+/$"))
    expect(page.locator("main")).to_contain_text(re.compile(r"Q-\d{6}"))
    page.screenshot(path=shots / f"status-{scripts}.png", full_page=True)
    return page.url


def sign_in(page: Page) -> None:
    page.goto("/admin/")
    page.locator("input[name=login]").fill("curator@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def publish(page: Page, title: str, edited: str, shots: Path, scripts: bool) -> None:
    """Cora finds the question in the queue, edits it, and publishes her answer."""
    page.goto("/admin/qa/question/")
    page.screenshot(path=shots / f"queue-{scripts}.png", full_page=True)
    page.get_by_role("link", name=title).first.click()
    expect(page.locator("input[name=title]")).to_have_value(title)
    page.locator("input[name=title]").fill(edited)
    page.locator("textarea[name=answer]").fill(ANSWER)
    if scripts:
        preview = page.locator("[data-desk-preview]")
        expect(preview.locator("strong")).to_have_text("cramps among them")
    page.screenshot(path=shots / f"desk-{scripts}.png", full_page=True)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text(re.compile("published", re.I))


def fetch(url: str) -> tuple[bytes, dict]:
    with urllib.request.urlopen(url) as response:
        return response.read(), dict(response.headers)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts-on", "scripts-off"])
def test_ask_answer_read(scripts, visitor, site: Site, mailbox: Mailbox, tmp_path):
    word = "statin" if scripts else "simvastatin"
    title = f"Could a {word} be behind my cramps on the stairs?"
    edited = f"Can a {word} cause cramps when climbing stairs?"
    email = f"ada-{word}@example.org"
    page = visitor(scripts)

    private = ask(page, title, email, pictures.four(tmp_path), scripts, tmp_path)

    received = mailbox.wait_for(email, "We have your question")
    page.goto(link_in(received, "/confirm/"))
    page.get_by_role("button", name="Yes, confirm it").click()
    page.wait_for_url(private)

    desk = visitor(scripts)
    sign_in(desk)
    publish(desk, title, edited, tmp_path, scripts)

    answered = mailbox.wait_for(email, "Your question is answered")
    assert "Muscle complaints are reported by some people" in text_of(answered)
    public = link_in(answered, "/questions/")
    reader = visitor(scripts, width=390)
    reader.goto(public)
    expect(reader.get_by_role("heading", level=1)).to_have_text(edited)
    expect(reader.locator("main")).to_contain_text("Ada, Leeds")
    expect(reader.locator("main")).to_contain_text("cramps among them")
    expect(reader.locator("main figure img")).to_have_count(4)
    reader.screenshot(path=tmp_path / f"question-{scripts}.png", full_page=True)
    reader.goto(f"/topics/{TOPIC}/")
    expect(reader.get_by_role("link", name=edited)).to_be_visible()
    reader.goto(f"/search/?q={word}+stairs")
    expect(reader.get_by_role("link", name=edited)).to_be_visible()
    assert reader.context.cookies() == []

    path = public.removeprefix(site.url)
    index = fetch(f"{site.url}/sitemap.xml")[0].decode()
    sitemap = re.search(r"<loc>([^<]+questions[^<]+)</loc>", index)[1]
    for address in (f"{site.url}/feed/", f"{site.url}/topics/{TOPIC}/feed/", sitemap):
        assert path in fetch(address)[0].decode(), address

    assert_pictures_are_clean_and_upright(public, site)
    assert_nothing_private_is_public(public, email, private, site)
    page.goto(private)
    expect(
        page.get_by_role("link", name=re.compile("public|page|read", re.I)).first
    ).to_be_visible()


def assert_pictures_are_clean_and_upright(public: str, site: Site) -> None:
    html = fetch(public)[0].decode()
    sources = re.findall(r'<img[^>]+src="(/media/[^"]+\.jpg)"', html)
    assert len(sources) == 4
    contents = [fetch(site.url + source)[0] for source in sources]
    for content in contents:
        image = Image.open(io.BytesIO(content))
        assert not image.getexif()
        assert {"exif", "xmp", "icc_profile", "comment"} & image.info.keys() == set()
        assert b"marker-maker" not in content
    sizes = [Image.open(io.BytesIO(content)).size for content in contents]
    assert [width > height for width, height in sizes] == [True, False, False, False]
    # The phone's picture lay on its side: its white quarter is now on the upper right.
    assert pictures.is_white(contents[0], 0.2, 0.2)
    assert pictures.is_white(contents[1], 0.8, 0.2)
    assert not pictures.is_white(contents[1], 0.2, 0.2)


def assert_nothing_private_is_public(public: str, email: str, private: str, site: Site) -> None:
    key = private.rstrip("/").rsplit("/", 1)[1]
    for address in (public, f"{site.url}/feed/", f"{site.url}/", f"{site.url}/answered/"):
        content, headers = fetch(address)
        text = content.decode() + str(headers)
        assert email not in text
        assert key not in text
        assert "Set-Cookie" not in headers
        assert "cookie" not in headers.get("Vary", "").lower()
