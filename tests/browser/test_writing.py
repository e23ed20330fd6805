"""What a script does while a question is being written: it saves, shrinks, uploads, reorders."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import pictures

pytestmark = pytest.mark.browser

ASK = "/topics/causes-of-muscle-cramps/ask/?title=Why+do+my+calves+cramp"
WORDS = "It wakes me twice a week."
BYTES = """async (input) => Promise.all([...input.files].map(
  async (file) => [...new Uint8Array(await file.arrayBuffer())]))"""
STORED = "[Object.keys(localStorage), Object.keys(sessionStorage)]"


@pytest.fixture
def page(visitor):
    page = visitor()
    page.goto(ASK)
    return page


def sent(page, path: str) -> list:
    """The POST requests from now on whose address has `path` in it."""
    found = []
    page.on("request", lambda r: found.append(r) if r.method == "POST" and path in r.url else None)
    return found


def write(page, words: str = WORDS) -> None:
    page.locator("textarea[name=body]").press_sequentially(words, delay=5)


def choose(page, *files) -> None:
    page.locator("input[type=file]").set_input_files(files)


def descriptions(page) -> list[str]:
    return page.locator("[data-picture] input").evaluate_all("all => all.map((one) => one.value)")


def large(folder):
    """A phone's picture of 4032 x 3024, stored lying, to be shown standing."""
    path = folder / "IMG_0003.JPG"
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 6
    exif[pictures.MAKER] = "marker-maker"
    pictures.drawing(4032, 3024, "#2e557a").save(path, exif=exif, quality=85)
    return path


def test_draft_is_saved_and_found_again(page):
    saves = sent(page, "/save/")
    write(page)

    expect(page.locator(".saved__text")).to_have_text("Saved")

    assert len(saves) == 1
    expect(page.locator(".saved [role=status]")).to_have_text("Saved")
    assert page.evaluate(STORED) == [[], []]
    cookie = next(c for c in page.context.cookies() if c["name"] == "sessionid")
    age = cookie["expires"] - page.evaluate("Date.now() / 1000")
    assert 13.9 < age / 86400 < 14.1
    again = page.context.new_page()
    again.goto(ASK)
    expect(again).to_have_url(re.compile("/edit/$"))
    expect(again.locator("textarea[name=body]")).to_have_value(WORDS)


def test_save_that_fails_says_so_and_is_tried_again(page):
    page.clock.install()
    page.route("**/save/**", lambda route: route.fulfill(status=504))
    write(page)
    page.clock.run_for(2100)
    expect(page.locator(".saved [role=status]")).to_have_text("Not saved yet. We try again.")
    page.unroute("**/save/**")

    page.clock.run_for(5100)

    expect(page.locator(".saved [role=status]")).to_have_text("Saved")


def test_check_waits_for_the_save_that_is_on_its_way(page):
    held = []
    page.route("**/save/**", lambda route: held.append(route))
    write(page)
    with page.expect_request("**/save/**"):
        pass
    write(page, " What helps?")
    page.locator("input[name=email]").fill("ada@example.org")
    page.locator("input[name=guidelines]").check()
    page.get_by_role("button", name="Check your question").last.click()
    expect(page).to_have_url(re.compile("/ask/"))

    held[0].continue_()

    page.wait_for_url("**/preview/")
    expect(page.locator("main")).to_contain_text(f"{WORDS} What helps?")


def test_pictures_are_made_small(page, tmp_path):
    page.route("**/save/**", lambda route: route.fulfill(status=409))
    phone = pictures.four(tmp_path)[0]
    choose(page, large(tmp_path), phone)
    expect(page.locator(".saved [role=status]")).to_contain_text("No longer saved")

    jpeg, heic = [bytes(content) for content in page.locator("input[type=file]").evaluate(BYTES)]

    image = Image.open(io.BytesIO(jpeg))
    assert (image.format, image.size) == ("JPEG", (1920, 2560))
    assert b"marker-maker" not in jpeg
    assert pictures.is_white(jpeg, 0.8, 0.2)
    assert not pictures.is_white(jpeg, 0.2, 0.2)
    assert heic == phone.read_bytes()


def test_pictures_are_uploaded_at_once(page, tmp_path):
    saves, uploads = sent(page, "/save/"), sent(page, "/images/")
    choose(page, *pictures.four(tmp_path)[:2])

    expect(page.locator("[data-picture]")).to_have_count(2)
    expect(page.locator("[data-held]")).to_have_count(0)
    assert (len(saves), len(uploads)) == (1, 2)
    assert page.url.endswith(ASK)


def test_upload_shows_its_progress_and_is_tried_again(page, tmp_path):
    page.route("**/images/", lambda route: route.fulfill(status=504))
    page.clock.install()
    choose(page, pictures.png(tmp_path))
    expect(page.locator("[data-held] progress")).to_be_visible()
    page.clock.run_for(1100)
    page.clock.run_for(4100)
    expect(page.locator("[data-pictures-status]")).to_contain_text("could not be uploaded just now")
    page.unroute("**/images/")

    page.get_by_role("button", name="Try again").click()

    expect(page.locator("[data-picture]")).to_have_count(1)
    expect(page.locator("[data-held]")).to_have_count(0)


@pytest.mark.parametrize("sign", ["online", "saved"])
def test_upload_goes_on_when_the_line_is_back(page, tmp_path, sign):
    page.route("**/images/", lambda route: route.fulfill(status=504))
    page.clock.install()
    choose(page, pictures.png(tmp_path))
    expect(page.locator("[data-held] progress")).to_be_visible()
    page.clock.run_for(1100)
    page.clock.run_for(4100)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/images/")

    if sign == "online":
        page.evaluate("dispatchEvent(new Event('online'))")
    else:
        write(page)
        page.clock.run_for(2100)

    expect(page.locator("[data-picture]")).to_have_count(1)
    expect(page.locator("[data-held]")).to_have_count(0)


def test_refusals_stay_listed_until_pictures_are_chosen_again(page, tmp_path):
    text, archive = tmp_path / "letter.pdf", tmp_path / "all.zip"
    text.write_bytes(b"%PDF-1.7 no picture")
    archive.write_bytes(b"PK no picture either")
    refusals = page.get_by_role("list", name="Pictures that were not taken").locator("li")
    choose(page, pictures.png(tmp_path), text, archive, pictures.webp(tmp_path))

    expect(page.locator("[data-picture]")).to_have_count(2)
    expect(page.locator("[data-held]")).to_have_count(0)
    expect(refusals).to_have_count(2)
    expect(refusals.first).to_contain_text("“letter.pdf” was not taken.")
    expect(refusals.last).to_contain_text("“all.zip” was not taken.")

    page.get_by_role("button", name="I have read it").click()
    expect(refusals).to_have_count(0)
    choose(page, text)
    expect(refusals).to_have_count(1)
    choose(page, pictures.four(tmp_path)[1])
    expect(page.locator("[data-picture]")).to_have_count(3)
    expect(refusals).to_have_count(0)


def test_pictures_are_dragged_and_turned_in_place(page, tmp_path):
    choose(page, pictures.png(tmp_path), pictures.webp(tmp_path))
    expect(page.locator("[data-picture]")).to_have_count(2)
    for number, words in enumerate(["First", "Second"]):
        page.locator("[data-picture] input").nth(number).fill(words)

    drag(page, page.locator("[data-picture] [data-handle]").first, 400)
    expect(page.get_by_label("What does picture 1 show?")).to_have_value("Second")
    page.get_by_role("button", name="Turn picture 2").click()

    expect(page.locator("[data-picture] button[name=seen]").last).to_have_attribute("value", "90")
    expect(page.locator("[data-picture] button[name=seen]").last).to_be_focused()
    assert descriptions(page) == ["Second", "First"]
    page.goto(ASK)
    assert descriptions(page) == ["Second", "First"]


def test_held_pictures_are_dragged_too(page, tmp_path):
    page.route("**/save/**", lambda route: route.fulfill(status=409))
    choose(page, pictures.png(tmp_path), pictures.webp(tmp_path))
    expect(page.locator("[data-held]")).to_have_count(2)

    drag(page, page.locator("[data-held] [data-handle]").first, 400)

    names = page.locator("input[type=file]").evaluate(
        "input => [...input.files].map((f) => f.name)"
    )
    assert names == ["leg.webp", "screenshot.png"]


def drag(page, handle, down: int) -> None:
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 4, box["y"] + down, steps=10)
    page.mouse.up()
