"""Who stays calm under fire: an asker who sends the form again, a curator who presses it again."""

import io
import random
import re
import time
from collections.abc import Callable

from PIL import Image

from tests.faults.browser import BROKEN, Answer, Browser
from tests.site import PASSWORD

ASK = "/topics/causes-of-muscle-cramps/ask/"
REFERENCE = re.compile(r"Q-(\d{6})")
PATIENCE = 60  # seconds
CURATOR = "curator@example.org"


class Person(Browser):
    """Tries again where the connection broke; anything but an answer of `fine` is a failure."""

    def __init__(self, url: str, broken: Callable[[], None] = lambda: None):
        super().__init__(url)
        self.broken = broken
        self.address = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"

    def insist(self, act: Callable[..., Answer], *args, kill: str = "", fine=(200,)) -> Answer:
        """The answer to a request, sent again, without the order to die, for as long as needed."""
        deadline = time.monotonic() + PATIENCE
        headers = {"X_Forwarded_For": self.address}
        while True:
            try:
                answer = act(*args, **headers, **({"X_Kill": kill} if kill else {}))
            except BROKEN:
                kill = ""
                self.broken()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)  # nobody listens while a process starts
            else:
                assert answer.status in fine, f"{args[0]}: {answer.status}\n{answer.text[:500]}"
                return answer


class Asker(Person):
    """One question, told apart by its title; `kills` are points by step: form, preview, submit."""

    def __init__(self, url: str, number: int, pictures: list[bytes], **options):
        super().__init__(url, **options)
        self.title = f"Case {number}: why do my calves cramp at night?"
        self.email = f"ada{number}@example.org"
        self.files = [("images", f"{n}.jpg", data) for n, data in enumerate(pictures)]
        self.number = 0  # of the question, once it is called received

    @property
    def words(self) -> dict:
        return {
            "title": self.title,
            "body": "It wakes me twice a week, mostly in the left leg.\n\nWhat helps?",
            "email": self.email,
            "guidelines": "on",
        }

    def ask(self, **kills: str) -> None:
        form = self.insist(self.get, ASK).form(ASK)
        self.ask_with([ASK, form.fields | self.words, self.files], **kills)

    def ask_with(self, filled: list, **kills: str) -> None:
        """Ask with this very form: its address, fields and files."""
        sent = self.insist(self.post, *filled, kill=kills.get("form", ""), fine=(303,))
        preview = sent.location
        page = self.insist(self.get, preview, kill=kills.get("preview", ""))
        submit = page.form(preview.replace("preview", "submit"))
        self.private = self.insist(
            self.post, submit.action, submit.fields, kill=kills.get("submit", ""), fine=(303,)
        ).location
        self.look()

    def look(self) -> None:
        """Read the private page: from here on, the question counts as received."""
        page = self.insist(self.get, self.private)
        assert "We have your question" in page.text
        self.number = int(REFERENCE.search(page.text)[1])
        addresses = set(re.findall(rf"{self.private}images/\d+/", page.text))
        assert len(addresses) == len(self.files)
        for address in addresses:
            name = re.search(rf"{address}(\d+\.webp)", page.text)[1]
            assert self.insist(self.get, address + name).body[8:12] == b"WEBP"


class Curator(Person):
    def sign_in(self) -> "Curator":
        form = self.insist(self.get, "/accounts/login/").form("/accounts/login/")
        fields = form.fields | {"login": CURATOR, "password": PASSWORD}
        self.insist(self.post, form.action, fields, fine=(302,))
        return self

    def decide(self, number: int, act: str, done: Callable[[], bool], kill: str = "") -> None:
        """Press a decision's button until `done`, loading the page anew each time."""
        address = f"/admin/qa/question/{number}/"
        while not done():
            form = self.insist(self.get, f"{address}change/").form(f"{address}change/")
            fields = form.fields | {"answer": "Stretching the calf helps some people."}
            self.insist(self.post, f"{address}{act}/", fields, kill=kill, fine=(200, 302, 303, 409))
            kill = ""


def noise(seed: int, width: int = 160, height: int = 120) -> bytes:
    """A picture that no other one looks like."""
    image = Image.frombytes(
        "RGB", (width, height), random.Random(seed).randbytes(width * height * 3)
    )
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return stream.getvalue()
