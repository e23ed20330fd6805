"""The pages of the desk by the rules of axe-core: WCAG 2.2 A and AA, and its best practices."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import askers
from tests.browser.test_desk import QUEUE, sign_in

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SETTLED = "Promise.all(document.getAnimations().map((animation) => animation.finished))"
OPEN_ALL = "document.querySelectorAll('details').forEach((details) => { details.open = true })"

# The desk's own pages are always tried; what differs little from them is behind "slow".
PAGES = [
    "/admin/",
    QUEUE,
    "/admin/qa/answer/",
    "/admin/qa/answer/{reader}/change/",
    "/admin/qa/snippet/",
    "/admin/qa/digest/",
    "/admin/qa/topic/",
    *(f"{QUEUE}{{{state}}}/change/" for state in ("waiting", "published", "merged")),
]
FURTHER = [
    f"{QUEUE}?q=nothing-of-the-kind",
    "/admin/qa/snippet/add/",
    "/admin/qa/snippet/{snippet}/change/",
    "/admin/qa/topic/add/",
    "/admin/qa/topic/{topic}/change/",
    "/admin/qa/siteprofile/",
    "/admin/qa/policy/",
    "/admin/qa/event/",
    *(f"{QUEUE}{{{state}}}/change/" for state in ("answered", "changes", "declined", "spam")),
]


@pytest.fixture(scope="module")
def site(desk_site):
    return desk_site


@pytest.fixture(scope="module")
def keys(site):
    return askers.call(site, "every")


@pytest.fixture
def desk(visitor):
    """axe-core puts in styles of its own, which the site's policy forbids."""
    return sign_in(visitor(bypass_csp=True))


def problems(page: Page) -> list[str]:
    """What is wrong on the page as it is, wide and narrow, by day and by night."""
    page.evaluate(OPEN_ALL)
    found = []
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            found += [f"{width} px, {scheme}: {words}" for words in violations(page, scheme)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width} px: it scrolls sideways")
    return found


def violations(page: Page, scheme: str) -> list[str]:
    """By night only the colours differ."""
    only = {"type": "tag", "values": TAGS}
    if scheme == "dark":
        only = {"type": "rule", "values": ["color-contrast"]}
    options = {"resultTypes": ["violations"], "runOnly": only}
    response = Axe().run(page, options=options).response
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_page_breaks_no_rule(desk, keys, path):
    desk.goto(path.format(**keys))

    assert problems(desk) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", FURTHER)
def test_further_page_breaks_no_rule(desk, keys, path):
    desk.goto(path.format(**keys))

    assert problems(desk) == []


def test_page_with_errors_breaks_no_rule(desk, keys):
    desk.goto(f"{QUEUE}{keys['waiting']}/change/")
    desk.get_by_role("button", name="Request changes").click()
    expect(desk.get_by_role("alert")).to_be_focused()

    assert problems(desk) == []


def test_conflict_breaks_no_rule(desk, keys):
    desk.goto(f"{QUEUE}{keys['waiting']}/change/")
    desk.locator("#id_body").fill("Another text, made from what the question was once.")
    desk.locator("input[name=revision]").evaluate("(field) => { field.value = '0' }")
    desk.get_by_role("button", name="Save draft", exact=True).last.click()
    expect(desk.get_by_role("alert")).to_contain_text("has changed since you")

    assert problems(desk) == []


def test_what_opens_over_the_answer_page_breaks_no_rule(desk, keys):
    desk.goto(f"{QUEUE}{keys['waiting']}/change/")
    desk.locator("#id_answer").fill("**Stretching** helps some.\n/")
    expect(desk.get_by_role("listbox", name="Snippets")).to_be_visible()
    expect(desk.locator("[data-desk-preview] strong").first).to_be_visible()
    assert problems(desk) == []

    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.locator("dialog")).to_be_visible()
    assert problems(desk) == []
    desk.keyboard.press("Escape")

    desk.locator("[data-zoom]").first.click()
    expect(desk.locator("dialog img")).to_be_visible()
    assert problems(desk) == []
