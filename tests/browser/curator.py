"""A curator at work in Chromium, by keys or by thumb, and what it costs them in time.

The time is that of the keystroke-level model (Card, Moran & Newell, "The Keystroke-Level Model for
User Performance Time with Interactive Systems", CACM 23:7, 1980) and what the machine took.
Reading the question, and writing texts, are left out; typing that only serves the desk (a
question's number, a snippet's name) counts.
"""

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# Seconds. Operators K (an average typist who is no secretary), P, B, H and M of the model.
KEY, POINT, PRESS, HOME, MIND = 0.28, 1.1, 0.1, 0.4, 1.35
# The model knows no swipes: one moves by a screen at most and counts as an act of pointing.
SWIPE = POINT

QUEUE = "/admin/qa/question/"


@dataclass
class Effort:
    """What one decision took, from the list until the next page is there."""

    keys: int = 0
    taps: int = 0
    swipes: int = 0
    homings: int = 0
    thoughts: int = 0
    machine: float = 0.0

    @property
    def seconds(self) -> float:
        by_hand = self.keys * KEY + self.taps * (POINT + PRESS) + self.swipes * SWIPE
        return by_hand + self.homings * HOME + self.thoughts * MIND + self.machine


class Curator:
    """What both have in common. Each step begins with a thought (the model's operator M)."""

    def __init__(self, page: Page):
        self.page = page
        self.effort = Effort()

    def begin(self) -> None:
        """At the list; what was counted so far is forgotten."""
        if not self.page.url.endswith(QUEUE):
            self.page.goto(QUEUE)
        self.effort = Effort()

    def publish(self) -> None:
        """Once more where the page shows what it believes to be personal details."""
        self.decide(self.PUBLISH)
        if self.page.locator("[name=detail_seen]").count():
            self.decide(self.PUBLISH)

    def think(self) -> None:
        self.effort.thoughts += 1

    @contextmanager
    def waiting_for_page(self):
        """The time until the page that an act leads to is loaded."""
        with self.page.expect_navigation():
            began = time.monotonic()
            yield
        self.effort.machine += time.monotonic() - began


class KeyCurator(Curator):
    """Never touches the mouse."""

    way, PUBLISH = "keys", "p"

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.effort.keys += 1

    def press_and_go(self, key: str) -> None:
        with self.waiting_for_page():
            self.press(key)

    def open_oldest(self) -> None:
        self.think()
        self.press("j")
        self.press_and_go("Enter")

    def write(self, text: str) -> None:
        self.think()
        self.press("e")
        self.page.keyboard.insert_text(text)
        self.press("Escape")

    def decide(self, key: str) -> None:
        self.think()
        self.press_and_go(key)

    def answer(self, text: str) -> None:
        self.write(text)
        self.publish()

    def answer_privately(self, text: str) -> None:
        self.write(text)
        self.decide("v")

    def request_changes(self, words: str) -> None:
        self.think()
        self.press("c")
        self.page.keyboard.insert_text(words)
        self.press("Escape")
        self.decide("c")

    def decline(self) -> None:
        self.decide("d")

    def mark_spam(self) -> None:
        self.decide("s")

    def send_known_answer(self) -> None:
        self.decide("1")

    def merge(self, number: str) -> None:
        self.think()
        self.press("m", *number, "Escape")
        self.decide("m")

    def move(self, topic: str) -> None:
        """A list is left at the first letters that tell the topics apart."""
        self.think()
        self.press("t", *topic[:3], "Tab")
        self.press_and_go("Enter")

    def replace_details(self) -> None:
        self.decide("x")

    def insert_snippet(self, name: str) -> None:
        self.think()
        self.press("/", *name[:3], "Enter", "Escape")

    def undo(self) -> None:
        """From the message on the list to the question, and there the button itself."""
        self.think()
        self.press_and_go("u")
        self.press_and_go("u")


class ThumbCurator(Curator):
    """On a phone: taps, swipes, and a keyboard on the screen."""

    way, PUBLISH = "touch", "Publish"

    def tap(self, target: Locator) -> None:
        self._swipe_to(target)
        target.tap()
        self.effort.taps += 1

    def tap_and_go(self, target: Locator) -> None:
        with self.waiting_for_page():
            self.tap(target)

    def _swipe_to(self, target: Locator) -> None:
        box, height = target.bounding_box(), self.page.viewport_size["height"]
        beyond = max(box["y"] + box["height"] - height, -box["y"], 0)
        self.effort.swipes += math.ceil(beyond / height)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def fill(self, field: str, text: str) -> None:
        """To the field, the text (which is not counted), and back to pointing."""
        self.tap(self.page.locator(field))
        self.page.keyboard.insert_text(text)
        self.effort.homings += 2

    def open_oldest(self) -> None:
        self.think()
        self.tap_and_go(self.page.locator("[data-desk-open]").first)

    def write(self, text: str) -> None:
        self.think()
        if not self.page.locator("#id_answer").input_value():
            self.tap(self.page.get_by_role("link", name="To the answer"))
        self.fill("#id_answer", text)

    def decide(self, name: str) -> None:
        self.think()
        self.tap_and_go(self.button(name))

    def answer(self, text: str) -> None:
        self.write(text)
        self.publish()

    def answer_privately(self, text: str) -> None:
        self.write(text)
        self.decide("Answer privately")

    def _instead(self) -> None:
        self.think()
        self.tap(self.page.get_by_role("link", name="More"))

    def request_changes(self, words: str) -> None:
        self._instead()
        self.fill("#id_reason", words)
        self.decide("Request changes")

    def decline(self) -> None:
        self._instead()
        self.decide("Decline")

    def mark_spam(self) -> None:
        self._instead()
        self.decide("Spam")

    def send_known_answer(self) -> None:
        self.think()
        self.tap_and_go(self.page.locator("[data-key='1']"))

    def merge(self, number: str) -> None:
        self._instead()
        self.fill("#id_target", number)
        self.effort.keys += len(number)
        self.decide("Merge")

    def move(self, topic: str) -> None:
        """The list opens by a tap; another chooses."""
        self._instead()
        self.tap(self.page.locator("#id_topic"))
        self.page.locator("#id_topic").select_option(label=topic)
        self.effort.taps += 1
        self.decide("Move")

    def replace_details(self) -> None:
        self.think()
        self.tap_and_go(self.page.locator("[data-key=x]"))

    def insert_snippet(self, name: str) -> None:
        self.write(f"/{name[:3]}")
        self.effort.keys += 4
        self.tap(self.page.get_by_role("option").first)
        expect(self.page.get_by_role("listbox", name="Snippets")).to_be_hidden()

    def undo(self) -> None:
        self.think()
        self.tap_and_go(self.page.locator(".desk-undo"))
        self.tap_and_go(self.button("Undo"))
