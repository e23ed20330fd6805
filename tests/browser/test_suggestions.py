"""Answered questions under a field while somebody types into it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TOPIC = "causes-of-muscle-cramps"


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "What are you looking for?"),
        ("/search/", "What are you looking for?"),
        ("/questions/1/", "Ask it here"),
        (f"/embed/{TOPIC}/", "Ask it here"),
    ],
)
def test_three_letters_bring_links(visitor, path, label):
    page = visitor(width=360)
    page.goto(path)
    expect(page.locator(".suggestions a")).to_have_count(0)

    page.get_by_label(label).press_sequentially("cra")

    first = page.locator(".suggestions a").first
    expect(first).to_be_visible()
    assert page.request.get(first.get_attribute("href")).status == 200
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


def test_form_suggests_for_what_it_came_with(visitor):
    page = visitor()
    page.goto(f"/topics/{TOPIC}/ask/?title=Why+do+my+legs+cramp+at+night")
    link = page.locator(".suggestions a").first
    expect(link).to_be_visible()
    assert link.get_attribute("target") == "_blank"


def test_search_that_was_sent_is_not_covered_by_suggestions(visitor):
    page = visitor()
    page.goto("/search/?q=cramp")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".suggestions a")).to_have_count(0)


def test_arrow_keys_go_through_the_links_and_escape_puts_them_away(visitor):
    page = visitor()
    page.goto("/search/")
    field, links = page.get_by_label("What are you looking for?"), page.locator(".suggestions a")
    field.press_sequentially("cra")
    expect(links.nth(1)).to_be_visible()

    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    expect(links).to_have_count(0)
    expect(field).to_have_value("cra")

    page.keyboard.type("m")
    expect(field).to_have_value("cram")
    expect(links.first).to_be_visible()
    first = links.first.get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")


def test_list_is_not_taken_away_from_who_is_in_it_nor_comes_back(visitor):
    page = visitor()
    page.clock.install()
    page.goto("/search/")
    field, links = page.get_by_label("What are you looking for?"), page.locator(".suggestions a")
    field.press_sequentially("cra")
    page.clock.run_for(1000)
    expect(links.first).to_be_visible()

    page.keyboard.type("m")
    page.keyboard.press("ArrowDown")
    page.clock.run_for(1000)
    expect(links.first).to_be_focused()

    page.keyboard.press("ArrowUp")
    page.keyboard.type("p")
    page.keyboard.press("Escape")
    page.clock.run_for(1000)
    page.wait_for_load_state("networkidle")
    expect(links).to_have_count(0)

    page.keyboard.type("s")
    page.clock.run_for(1000)
    expect(links.first).to_be_visible()
    page.keyboard.press("Shift+ArrowDown")
    expect(field).to_be_focused()
