"""The desk in a real browser: by keys, by thumb, and with scripts off."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.site import PASSWORD

pytestmark = pytest.mark.browser
QUEUE = "/admin/qa/question/"


def sign_in(page: Page) -> Page:
    page.goto("/admin/")
    page.locator("input[name=login]").fill("curator@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture
def desk(visitor):
    return lambda **options: sign_in(visitor(**options))


def open_first(page: Page) -> str:
    page.goto(QUEUE)
    link = page.locator("[data-desk-open]").first
    title = link.inner_text()
    link.click()
    page.wait_for_url(re.compile(r"/change/"))
    return title


def test_keys_reach_a_decision_and_take_it_back(desk):
    page = desk()
    page.goto(QUEUE)
    title = page.locator("[data-desk-open]").first.inner_text()

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/change/"))
    page.keyboard.press("s")
    page.wait_for_url(f"**{QUEUE}")

    expect(page.locator(".messagelist")).to_contain_text(f"“{title}” is put away as spam")
    page.locator(".desk-undo").click()
    page.wait_for_url(re.compile(r"/change/"))
    page.keyboard.press("u")
    expect(page.locator(".messagelist")).to_contain_text("Taken back.")
    expect(page.locator(".desk-head .mark--state")).to_have_text("Waiting for an answer")


def test_list_to_published_answer_takes_at_most_eight_keys(desk):
    page, pressed = desk(), 0
    page.goto(QUEUE)

    for key in ["j", "Enter", "e", "", "Escape", "p", "p"]:
        if key == "":
            page.locator("#id_answer").fill("Stretch before you go to bed.")
            continue
        page.keyboard.press(key)
        pressed += 1
        if key == "Enter":
            page.wait_for_url(re.compile(r"/change/"))
        elif key == "p" and not page.url.endswith("/publish/"):
            # The asker's name stands in the text: the first p asks, the second leaves it in.
            page.wait_for_url(re.compile(r"/publish/"))

    expect(page.locator(".messagelist")).to_contain_text("is published")
    print(f"\nFrom the list to a published answer: {pressed} keys besides the text.")
    assert pressed <= 8
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/change/"))
    page.keyboard.press("u")
    expect(page.locator(".messagelist")).to_contain_text("Taken back")
    page.locator("#id_answer").fill("")
    page.keyboard.press("Control+s")
    expect(page.locator(".messagelist")).to_contain_text("Draft saved.")


def test_typed_text_with_a_snippet_is_back_after_leaving(desk):
    page = desk()
    page.goto("/admin/qa/snippet/add/")
    page.locator("#id_name").fill("stretching")
    page.locator("#id_text").fill("**Stretch** the calf for a minute.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/qa/snippet/")
    open_first(page)
    here = page.url

    page.keyboard.press("/")
    page.keyboard.type("str")
    expect(page.get_by_role("listbox", name="Snippets").get_by_role("option")).to_have_text(
        "/stretching **Stretch** the calf for a minute."
    )
    page.keyboard.press("Enter")
    expect(page.locator("#id_answer")).to_have_value("**Stretch** the calf for a minute.")
    expect(page.locator("[data-desk-kept]")).to_contain_text("Saved as your draft, ")
    page.goto(QUEUE)
    page.goto(here)

    expect(page.locator("#id_answer")).to_have_value("**Stretch** the calf for a minute.")
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator(".messagelist")).to_contain_text("Thrown away.")
    expect(page.locator("#id_answer")).to_have_value("")


def test_key_that_asks_for_words_leads_to_their_field(desk):
    page = desk()
    open_first(page)

    page.keyboard.press("c")
    expect(page.locator("#id_reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("m")

    expect(page.locator("#id_target")).to_be_focused()
    page.keyboard.type("999999")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no question 999999.")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.locator("#id_target")).to_be_focused()


def test_key_that_is_held_down_decides_once(desk):
    page = desk()
    open_first(page)
    here = page.url

    held = "new KeyboardEvent('keydown', {key: 's', repeat: true, bubbles: true})"
    page.evaluate(f"document.body.dispatchEvent({held})")

    page.reload()
    assert page.url == here
    expect(page.locator(".desk-head .mark--state")).to_have_text("Waiting for an answer")


def test_keys_sleep_while_somebody_types(desk):
    page = desk()
    open_first(page)

    page.locator("#id_reason").press_sequentially("dsu?")

    expect(page.locator("#id_reason")).to_have_value("dsu?")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("answer privately")


def test_leaving_gives_the_question_back(desk):
    page = desk()
    title = open_first(page)

    page.goto(QUEUE)
    row = page.locator(".queue__row").filter(has_text=title)
    for _ in range(20):  # the message that gives it back may arrive after the list was made
        if not row.locator(".mark--claim").count():
            break
        page.reload()

    expect(row.locator(".mark--claim")).to_have_count(0)


def test_conflict_shows_both_texts(desk):
    first, second = desk(), desk()
    open_first(first)
    second.goto(first.url)
    original = first.locator("#id_body").input_value()
    first.locator("#id_body").fill(original + " And what about stairs?")
    first.get_by_role("button", name="Save draft", exact=True).last.click()
    expect(first.locator(".messagelist")).to_contain_text("Draft saved.")

    second.locator("#id_answer").fill("An answer that must not be lost.")
    second.get_by_role("button", name="Save draft", exact=True).last.click()

    problem = second.get_by_role("alert")
    expect(problem).to_contain_text("Nothing was written")
    expect(problem).to_be_focused()
    expect(problem.locator(".desk-diff ins")).to_contain_text("what about stairs?")
    expect(second.locator("#id_answer")).to_have_value("An answer that must not be lost.")
    first.locator("#id_body").fill(original)
    first.get_by_role("button", name="Save draft", exact=True).last.click()
    expect(first.locator(".messagelist")).to_contain_text("Draft saved.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts-on", "scripts-off"])
def test_phone_decides_without_sideways_scrolling(desk, scripts):
    page = desk(scripts=scripts, width=375)
    for path in ["/admin/", QUEUE, "/admin/qa/answer/"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    open_first(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375

    page.get_by_role("button", name="Request changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what the asker should change or add.")
    page.get_by_role("button", name="Spam", exact=True).click()
    page.locator(".desk-undo").click()
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".messagelist")).to_contain_text("Taken back.")


def test_preview_opens_the_whole_page_without_scripts(desk):
    page = desk(scripts=False)
    title = open_first(page)
    page.locator("#id_answer").fill("**Stretching** helps some people.")

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview the whole page").click()

    expect(opened.value.get_by_role("heading", level=1)).to_have_text(title)
    expect(opened.value.locator("main strong").first).to_have_text("Stretching")
    expect(page.locator("#id_answer")).to_have_value("**Stretching** helps some people.")


@pytest.mark.parametrize(
    "path",
    ["/admin/qa/topic/1/change/", "/admin/outbox/message/", "/admin/newsletter/issue/add/"],
)
def test_stock_pages_break_no_security_policy(desk, path):
    """The fixture fails on whatever the console complains of."""
    page = desk()
    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
