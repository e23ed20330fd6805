"""A person on a bad day: errors, back, refresh, closed tabs, lost sessions and cookies.

Nothing is typed and no picture is chosen twice. What stood in a form that was sent counts as
typed, whatever became of it; a page that then shows less of it is a fault. What was not yet sent
is the browser's to keep, so the person goes nowhere with unsent words.
"""

import random
import re
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Session
from tests import factories
from tests.faults.ada import ASK, WORDS
from tests.faults.browser import Forms

HERE = "http://testserver"
JUNK = "letter.txt"
COLOURS = ("#a0522d", "#2e8b57", "#4682b4")
STEPS = (
    ["type"] * 4
    + ["choose"] * 2
    + ["send"] * 4
    + ["send in trouble"] * 2
    + ["upload", "turn", "send no picture"]
    + ["back", "refresh", "refresh", "reopen", "open by link"]
    + ["lose session", "lose cookies"]
)


class Walker:
    """One walk of `seed`; `trouble(n)` makes the n-th operation of the next request fail."""

    def __init__(self, seed: int, trouble, calm):
        self.chance = random.Random(seed)
        self.trouble, self.calm = trouble, calm
        self.client = self.new_browser()
        self.untyped, self.unchosen = list(WORDS), list(COLOURS)
        self.sent: dict[str, str] = {}
        self.pictures: set[str] = set()
        self.again = False  # whether the last request failed: a refresh sends it again
        self.session_lives = True
        self.wrong: list[str] = []
        self.log: list[str] = []
        self.addresses: list[str] = []
        self.get(ASK)

    @staticmethod
    def new_browser() -> Client:
        return Client(enforce_csrf_checks=True, raise_request_exception=False)

    # --- Walking -----------------------------------------------------------------------

    def walk(self, steps: int) -> None:
        for _ in range(steps):
            self.step(self.chance.choice(STEPS))
        self.finish()

    def step(self, name: str) -> None:
        """Take one step, where it can be taken from here."""
        act = getattr(self, name.replace(" ", "_"))
        if self.may(name):
            self.log.append(name)
            act()
            self.check()

    def may(self, name: str) -> bool:
        writes = {"type", "choose", "send", "upload", "turn", "send in trouble", "send no picture"}
        if name in {"lose session", "lose cookies"}:
            return True
        if self.again:  # the page for later has the words, and files only a refresh sends again
            return name == "refresh" or (name == "send" and not self.last[2])
        if name in writes:
            return self.form is not None and (name != "turn" or bool(self.pictures))
        return not self.unsent and (name == "refresh" or self.key is not None)

    def finish(self) -> None:
        """Fill in what is missing, send, check and confirm; then all must be there."""
        if self.again:
            self.refresh()
            self.check()
        if self.form is None:
            self.get(f"/asked/{self.key}/edit/")
        while self.untyped:
            self.type()
        while self.unchosen:
            self.choose()
        self.send()
        self.check()
        self.get(f"/asked/{self.key}/preview/")
        submit = next(form for form in self.forms if form.action.endswith("/submit/"))
        self.post(submit.action, submit.fields, {})
        self.get(f"/asked/{self.key}/")
        if "We have your question" not in self.text:
            self.wrong.append(f"{self.log}: it was not received")

    # --- What is on the screen ---------------------------------------------------------

    def show(self, response) -> None:
        while response.status_code in {301, 302, 303}:
            response = self.client.get(response.url)
        self.response, self.text = response, response.content.decode()
        self.url = response.request["PATH_INFO"]
        self.forms = Forms(self.text).found
        self.form = next((form for form in self.forms if "title" in form.fields), None)
        self.chosen: list[str] = []
        self.unsent = False
        if self.url.startswith("/asked/"):
            self.addresses.append(self.url)

    @property
    def key(self) -> str | None:
        found = [form.action for form in self.forms] + self.addresses[::-1]
        keys = [urlsplit(url).path.split("/")[2] for url in found if url.startswith("/asked/")]
        return keys[0] if keys else None

    def check(self) -> None:
        """Every word and picture that was sent once is on the page that has room for it."""
        if self.response.status_code not in {200, 422, 503}:
            self.wrong.append(f"{self.log}: {self.response.status_code} at {self.url}")
        if self.form is None:
            if self.again and self.sent:
                self.wrong.append(f"{self.log}: the page for later shows no words")
            return
        for name, value in self.sent.items():
            if self.form.fields.get(name, "").replace("\r\n", "\n") != value:
                self.wrong.append(f"{self.log}: {name} is gone at {self.url}")
        shown = set(re.findall(r"/images/(\d+)/rotate/", self.text))
        if self.response.status_code != 503 and len(shown) != len(self.pictures):
            self.wrong.append(f"{self.log}: {len(shown)} pictures of {len(self.pictures)}")

    # --- Requests ----------------------------------------------------------------------

    def get(self, url: str) -> None:
        self.last = None
        self.show(self.client.get(url))

    def post(self, url: str, fields: dict, files: dict) -> None:
        self.last = (url, fields, files)
        uploads = [SimpleUploadedFile(name, data) for name, data in files.items()]
        data = fields | {"images": uploads}
        response = self.client.post(url, data, headers={"Origin": HERE})
        self.calm()
        self.again = response.status_code == 503
        if not self.again:
            self.pictures |= files.keys() - {JUNK}
        self.show(response)

    def press(self, url: str = "", **more: bytes) -> None:
        """Send the form, to `url` if a button says so."""
        filled = {name: value for name, value in self.form.fields.items() if value}
        self.sent |= {name: filled[name] for name in WORDS if name in filled}
        files = {colour: factories.picture(120, 90, colour) for colour in self.chosen}
        self.post(url or self.form.action or self.url, dict(self.form.fields), files | more)

    # --- Steps -------------------------------------------------------------------------

    def type(self) -> None:
        if self.untyped:
            name = self.untyped.pop(self.chance.randrange(len(self.untyped)))
            self.form.fields[name] = WORDS[name]
            self.unsent = True

    def choose(self) -> None:
        if self.unchosen:
            self.chosen.append(self.unchosen.pop())
            self.unsent = True

    def send(self) -> None:
        self.press()

    def send_in_trouble(self) -> None:
        self.trouble(self.chance.randrange(1, 12))
        self.press()

    def send_no_picture(self) -> None:
        """A file that is none is refused; the words and the other files are taken."""
        self.press(**{JUNK: b"Dear doctor"})

    def upload(self) -> None:
        if self.key:
            self.press(f"/asked/{self.key}/images/")

    def turn(self) -> None:
        button = next(part for part in self.text.split('"') if part.endswith("/rotate/"))
        self.press(button)

    def back(self) -> None:
        self.get(self.chance.choice(self.addresses or [f"/asked/{self.key}/edit/"]))

    def refresh(self) -> None:
        if self.last and self.url == self.last[0]:
            self.post(*self.last)  # the browser asks, and sends the same again, files and all
        else:
            self.get(self.url)

    def reopen(self) -> None:
        """Close the tab; come back to the form in the same browser."""
        self.get(ASK if self.session_lives else f"/asked/{self.key}/edit/")

    def open_by_link(self) -> None:
        """Go on in another browser, with the private address."""
        self.client = self.new_browser()
        self.session_lives = False
        self.get(f"/asked/{self.key}/edit/")

    def lose_session(self) -> None:
        Session.objects.all().delete()
        self.session_lives = False

    def lose_cookies(self) -> None:
        self.client.cookies.clear()
        self.session_lives = False
