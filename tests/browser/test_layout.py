"""Names, titles and colours that a designer does not think of."""

import pytest

from tests.browser.test_desk import sign_in

pytestmark = pytest.mark.browser
MARKS = "Z" + "\u0301\u0489\u0323" * 20
WRITE = "(element, text) => { element.textContent = text }"

# The text of a link that also holds a drawing.
RENAME = """(link, name) => {
  [...link.childNodes].find((node) => node.nodeType === 3 && node.data.trim()).data = name;
}"""


def style(locator, name: str) -> str:
    return locator.evaluate(f"element => getComputedStyle(element).{name}")


def test_marks_upon_marks_stay_near_their_line(visitor):
    page = visitor()
    page.goto("/")
    for name in ("h1", ".teaser__title"):
        title = page.locator(name).first
        title.evaluate(WRITE, MARKS)
        assert style(title, "overflow") == "clip", name
        assert style(title, "overflowClipMargin") == "8px", name


def test_current_place_has_a_line_below_and_none_above_in_forced_colours(visitor):
    page = visitor(forced_colors="active")
    page.goto("/topics/")
    link = page.locator(".site-nav [aria-current]")
    assert style(link, "borderTopWidth") == "0px"
    assert style(link, "borderBottomWidth") == "3px"


@pytest.mark.parametrize("name", ["The Cramp & Mineral Library of Cambridgeshire", "Muskel" * 8])
def test_desk_fits_a_phone_whatever_the_site_is_called(visitor, name):
    page = sign_in(visitor(width=320))
    page.locator("#site-name a").evaluate(RENAME, name)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
