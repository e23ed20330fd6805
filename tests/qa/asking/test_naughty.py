"""Strings that break careless programs, through every field: nothing fails, nothing is lost."""

import json
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.forms import ProfileForm
from accounts.models import User
from qa.asking.fields import one_line, readable
from qa.desk.fields import Line
from qa.models import Question
from tests.qa.asking.conftest import ASK, WORDS, jpeg, ticket, url

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("ASKWELL_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="module")
def strings() -> list[str]:
    path = DATA / "naughty_strings" / "naughty_strings.json"
    if not path.exists():
        pytest.skip(f"There are no naughty strings in {path}; set ASKWELL_DATA.")
    found = [entry["string"] for entry in json.loads(path.read_text("utf-8"))]
    return [text.encode("utf-8", "replace").decode() for text in found] + [
        "NUL \x00 in the middle of it",
        "\ufffe\uffff nothing that XML can carry \x0b\x0c\x1b",
        "a\r\nb\rc\nd",
        "  \u2028 \u2029 \u0085 \u00a0 ",
    ]


def shown(form) -> dict:
    return {name: form[name].value() for name in ("title", "body", "name", "location", "email")}


def test_every_string_in_every_field_comes_back(client, topic, strings):
    """Through the form, its page with errors, and the form opened again."""
    for text in strings:
        fields = dict.fromkeys(["title", "body", "name", "location", "email"], text)
        response = client.post(ASK, {"ticket": ticket(topic)} | fields)

        expected = dict.fromkeys(["title", "name", "location", "email"], one_line(text))
        expected["body"] = readable(text).strip()
        assert response.status_code == 422
        assert shown(response.context["form"]) == expected
        question = Question.objects.latest("pk")
        again = client.get(url(question, "edit/"))
        assert again.status_code == 200
        assert {name: again.context["form"].initial[name] for name in expected} == expected
        assert client.get(url(question, "preview/")).status_code == 302


def test_every_string_as_a_description(client, draft, strings):
    question = draft(images=jpeg())
    name = f"alt_{question.images.get().pk}"

    for text in strings:
        response = client.post(url(question, "edit/"), WORDS | {name: text})

        kept = question.images.get().alt if response.status_code == 303 else None
        assert one_line(text) in {kept, response.context and response.context["form"][name].value()}


def test_every_string_in_a_question_that_is_sent(client, topic, strings):
    """Check page, mail, private page and search for similar ones, all with the string in them."""
    for text in strings:
        changes = {
            "title": f"Is it {text}"[:140] + " at night",
            "body": f"A long beginning, so that it suffices: {text}",
            "name": text[:70],
            "location": text[:70],
        }
        client.post(ASK, {"ticket": ticket(topic)} | WORDS | changes)
        question = Question.objects.latest("pk")
        assert question.typed == {}, text
        preview = client.get(url(question, "preview/"))
        client.post(url(question, "submit/"))
        question.refresh_from_db()

        assert preview.status_code == 200
        assert question.status == "pending"
        assert question.asked_title == one_line(changes["title"])
        assert question.asked_body == readable(changes["body"]).strip()
        assert client.get(url(question)).status_code == 200


def test_every_string_in_an_address(client, topic, strings):
    for text in strings:
        assert client.get(ASK, {"title": text}).status_code == 200
        assert client.get("/ask/", {"title": text}).status_code == 200


def test_every_string_as_ticket_trap_and_file_name(client, topic, strings):
    for text in strings:
        upload = SimpleUploadedFile("x.jpg", b"no picture")
        upload._name = text or "x"
        data = {"ticket": text, "website": text, "images": upload}

        # A name that is nothing but separators is no file to Django, and so no error.
        assert client.post(ASK, data | WORDS).status_code in {422, 303}


TURNED = "\u202eAda\u202c \u2066of\u2069 Leeds"


def test_a_line_cannot_turn_its_neighbours_about(draft):
    question = draft(title=f"{TURNED} asks", name=TURNED, location=TURNED)

    assert question.asked_title == "Ada of Leeds asks"
    assert (question.name, question.location) == ("Ada of Leeds", "Ada of Leeds")


def test_right_to_left_words_stay(draft):
    assert draft(name="\u200fעדה").name == "\u200fעדה"


def test_nor_can_a_line_of_the_desk_or_of_an_account():
    profile = ProfileForm({"display_name": TURNED, "place": TURNED}, instance=User())

    profile.is_valid()

    assert Line().clean(TURNED) == "Ada of Leeds"
    assert profile.cleaned_data["display_name"] == "Ada of Leeds"
    assert profile.cleaned_data["place"] == "Ada of Leeds"
