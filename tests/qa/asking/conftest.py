"""Ada at the form: what she sends, and where she stands."""

import time

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from qa.asking import tickets
from qa.models import Question
from qa.models.picture import new_key
from tests import factories

ASK = "/topics/causes-of-muscle-cramps/ask/"
WORDS = {
    "title": "Why do my calves cramp at night?",
    "body": "It wakes me twice a week, mostly in the left leg.\n\nWhat helps?",
    "email": "ada@example.org",
    "name": "Ada",
    "location": "Leeds",
    "guidelines": "on",
}


def ticket(topic, seconds: float = 60) -> str:
    """The token of a form that was shown `seconds` ago."""
    return signing.dumps([new_key(), topic.pk, time.time() - seconds], salt=tickets.SALT)


def jpeg(name: str = "calf.jpg", colour: str = "#a0522d", **options) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.picture(colour=colour, **options), "image/jpeg")


def four() -> list[SimpleUploadedFile]:
    return [jpeg(f"{colour}.jpg", colour) for colour in ("red", "green", "blue", "gray")]


@pytest.fixture
def topic(db):
    factories.guidelines()
    return factories.topic()


@pytest.fixture
def ask(client, topic):
    """Post the form as Ada would, `changes` aside; returns the response."""

    def post(**changes):
        data = {"ticket": ticket(topic)} | WORDS | changes
        return client.post(ASK, {name: value for name, value in data.items() if value is not None})

    return post


@pytest.fixture
def draft(ask):
    """Ada's draft, complete and not yet sent, made by the form."""

    def make(**changes) -> Question:
        response = ask(**changes)
        assert response.status_code == 303, response.context["form"].errors
        return Question.objects.latest("pk")

    return make


def url(question, page: str = "") -> str:
    return f"/asked/{question.key}/{page}"


def errors(response) -> dict:
    """The sentences beside the fields, by field."""
    return {name: list(found) for name, found in response.context["form"].errors.items()}
