"""What only a browser can show of asking: keys, back button, dropped and pasted pictures."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import pictures

pytestmark = pytest.mark.browser

ASK = "/topics/causes-of-muscle-cramps/ask/"
DROP = """async (kind) => {
  const canvas = document.createElement("canvas");
  canvas.width = 300;
  canvas.height = kind.length * 20;
  canvas.getContext("2d").fillRect(0, 0, 150, 50);
  const blob = await new Promise((done) => canvas.toBlob(done));
  const data = new DataTransfer();
  data.items.add(new File([blob], `${kind}.png`, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  if (kind === "drop") {
    document.querySelector(".pictures__drop").dispatchEvent(
      new DragEvent("drop", { ...options, dataTransfer: data }));
  } else {
    document.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
  }
}"""


@pytest.fixture
def page(visitor):
    page = visitor()
    page.goto(f"{ASK}?title=Why+do+my+calves+cramp+at+night")
    page.locator("textarea[name=body]").fill("It wakes me twice a week, mostly in the left leg.")
    page.locator("input[name=email]").fill("ada@example.org")
    page.locator("input[name=guidelines]").check()
    return page


def check(page) -> None:
    page.get_by_role("button", name="Check your question").click()
    page.wait_for_url("**/preview/")


def test_back_button_finds_everything(page, tmp_path):
    page.locator("input[type=file]").set_input_files(pictures.four(tmp_path)[1])
    page.locator("[data-picture] input").fill("A calf")
    check(page)

    page.go_back()

    expect(page.locator("textarea[name=body]")).to_have_value(re.compile("^It wakes me"))
    expect(page.locator("[data-picture]")).to_have_count(1)
    expect(page.locator("[data-picture] input")).to_have_value("A calf")


def test_double_click_sends_one_question(page):
    check(page)

    page.get_by_role("button", name="Send your question").dblclick()
    page.wait_for_url(re.compile(r"/asked/[\w-]+/$"))
    private = page.url
    expect(page.locator("main")).to_contain_text(re.compile(r"Q-\d{6}"))

    page.go_back()
    expect(page).to_have_url(private)


def test_enter_checks_and_turns_no_picture(page, tmp_path):
    page.locator("input[type=file]").set_input_files(pictures.four(tmp_path)[1])
    check(page)
    page.go_back()

    page.locator("main input[name=title]").press("Enter")

    page.wait_for_url("**/preview/")


def test_dropped_and_pasted_pictures(page):
    for kind in ("drop", "paste"):
        page.evaluate(DROP, kind)
    expect(page.locator("[data-picture]")).to_have_count(2)
    check(page)
    expect(page.locator("main figure")).to_have_count(2)

    page.go_back()
    page.evaluate(DROP, "drop again")
    page.evaluate(DROP, "paste once more")

    expect(page.locator("[data-picture]")).to_have_count(4)
    expect(page.locator("[data-held]")).to_have_count(0)


def test_suggestion_opens_beside_the_form(page):
    page.locator("main input[name=title]").fill("Does magnesium help against cramps?")

    with page.expect_popup() as popup:
        page.locator(".suggestions a").first.click()

    expect(popup.value.locator("article h1")).to_be_visible()
    expect(page.locator("textarea[name=body]")).to_have_value(re.compile("^It wakes me"))


def test_order_and_descriptions_before_there_is_a_draft(page, tmp_path):
    files = pictures.four(tmp_path)[1:]
    page.route("**/save/**", lambda route: route.fulfill(status=409))
    page.locator("input[type=file]").set_input_files(files)
    page.locator("input[name=alt_new]").nth(1).fill("The second")
    page.get_by_role("button", name=re.compile(r"Earlier \(picture 2")).click()
    page.get_by_role("button", name=re.compile("Remove picture 3")).click()
    check(page)

    page.go_back()

    shown = page.locator("[data-picture] input").evaluate_all("all => all.map((i) => i.value)")
    assert shown == ["The second", ""]


def test_picture_that_cannot_be_uploaded_goes_with_the_form(page, tmp_path):
    check(page)
    page.go_back()
    page.route("**/images/", lambda route: route.fulfill(status=404))
    page.locator("input[type=file]").set_input_files(pictures.four(tmp_path)[1])
    expect(page.locator("[data-pictures-status]")).to_contain_text("could not be uploaded just now")
    page.unroute("**/images/")

    check(page)

    expect(page.locator("main figure")).to_have_count(1)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts-on", "scripts-off"])
def test_what_is_wrong_has_the_focus(visitor, scripts):
    page = visitor(scripts)
    page.goto(ASK)
    page.get_by_role("button", name="Check your question").click()

    expect(page.locator(".error-summary")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts-on", "scripts-off"])
def test_pages_fit_320_pixels(visitor, scripts):
    page = visitor(scripts, width=320)
    page.goto(ASK)
    page.locator("textarea[name=body]").fill("x" * 12)
    page.get_by_role("button", name="Check your question").click()

    expect(page).to_have_title(re.compile("^Error: "))
    assert page.locator("body").evaluate("body => body.scrollWidth") <= 320
