"""Ada asks, in this process: the form, the check page, the button; what is stored of it."""

from pathlib import Path

from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from outbox.models import Message
from qa.asking import tickets
from qa.models import Image, Question
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


class Ada:
    """One form in one browser; `ask` may be called again and again, as with a resent form."""

    def __init__(self, topic, pictures: int = 0, **words):
        self.client = Client(raise_request_exception=False)
        self.words = WORDS | words | {"ticket": tickets.issue(topic)}
        colours = ["#a0522d", "#2e8b57", "#4682b4", "#808080"][:pictures]
        self.pictures = [factories.picture(120, 90, colour) for colour in colours]

    def send(self):
        """Post the form; the response is the check page's address if all went well."""
        files = [
            SimpleUploadedFile(f"{number}.jpg", data, "image/jpeg")
            for number, data in enumerate(self.pictures)
        ]
        return self.client.post(ASK, self.words | {"images": files})

    def ask(self):
        """From the form to “we have your question”: the last response of the way."""
        response = self.send()
        if response.status_code != 303:
            return response
        key = response.url.split("/")[2]
        response = self.client.post(f"/asked/{key}/submit/")
        return response if response.status_code != 303 else self.client.get(f"/asked/{key}/")


def stored() -> tuple[int, int, int, int]:
    """How many questions, sent questions, mails and pictures there are."""
    return (
        Question.objects.count(),
        Question.objects.sent().count(),
        Message.objects.filter(purpose="question received").count(),
        Image.objects.count(),
    )


def half_written() -> list[str]:
    """What is there in part: a sent question without event or mail, a picture without files."""
    wrong = []
    for question in Question.objects.sent():
        mails = Message.objects.filter(about=question.about, purpose="question received").count()
        submits = question.events.filter(verb="submit").count()
        if (mails, submits) != (1, 1):
            wrong.append(f"{question}: {mails} mails, {submits} events")
    for image in Image.objects.all():
        folder = Path(storages["private"].path(image.key))
        missing = {"master.jpg", *image.rendition_names} - {file.name for file in folder.iterdir()}
        if missing or not all(file.stat().st_size for file in folder.iterdir()):
            wrong.append(f"{image.key}: {missing or 'an empty file'}")
    return wrong
