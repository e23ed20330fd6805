"""The link to a page: HTML to copy, a button that copies it, and the device's own share sheet."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Headless Chromium has no share sheet; this one remembers what it was given.
SHARE_SHEET = "navigator.share = async data => { window.shared = data; }"


@pytest.fixture
def page(visitor):
    page = visitor(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script(SHARE_SHEET)
    page.goto("/questions/1/?before=anything")
    return page


def test_share_sheet_gets_the_title_and_the_page_s_own_address(page):
    page.get_by_role("button", name="Share").click()
    canonical = page.locator("link[rel=canonical]").get_attribute("href")
    title = page.locator("h1").text_content()
    assert page.evaluate("window.shared") == {"title": title, "url": canonical}


def test_copy_button_copies_a_link_to_this_page(page):
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    canonical = page.locator("link[rel=canonical]").get_attribute("href")
    title = page.locator("h1").text_content()
    assert page.evaluate("navigator.clipboard.readText()") == f'<a href="{canonical}">{title}</a>'


def test_without_scripts_there_is_the_html_alone(visitor):
    page = visitor(scripts=False)
    page.goto("/questions/1/")
    expect(page.get_by_label("Copy this HTML")).to_be_visible()
    expect(page.get_by_role("button", name="Share")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
