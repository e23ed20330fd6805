import os

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qa import imaging
from qa.models import Image, Question
from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, errors, four, jpeg, ticket, url
from tests.qa.asking.parallel import at_once

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}


def notes() -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.jpg", b"only words\n" * 9, "image/jpeg")


def alts(question) -> list[str]:
    return [image.alt for image in question.images.all()]


def colours(question) -> list[str]:
    """Which of `four` each picture is, in their order."""
    return [min(NAMES, key=lambda name: distance(name, image)) for image in question.images.all()]


NAMES = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "gray": (128, 128, 128)}


def distance(name: str, image) -> int:
    mean = bytes.fromhex(image.placeholder[1:])
    return sum(abs(one - other) for one, other in zip(NAMES[name], mean, strict=True))


def folders() -> set[str]:
    private = storages["private"]
    return set(private.listdir("")[0]) if private.exists("") else set()


def test_four_pictures_are_stored_in_order(ask):
    response = ask(images=four(), alt_new=["Red", "", "Blue", ""])

    question = Question.objects.get()
    assert response.url == url(question, "preview/")
    assert colours(question) == ["red", "green", "blue", "gray"]
    assert alts(question) == ["Red", "", "Blue", ""]


def test_good_pictures_outlive_other_errors(ask, client):
    response = ask(title="", images=four()[:2])

    question = Question.objects.get()
    assert response.status_code == 422
    assert question.images.count() == 2
    assert response.text.count("data-picture=") == 2
    assert response.text.count('type="file"') == 2
    client.post(url(question, "edit/"), WORDS)
    assert question.images.count() == 2


REFUSED = {
    "text": (notes, "“notes.jpg” was not taken. This is a text file. Please send a photo as"),
    "large": (
        lambda: SimpleUploadedFile("large.jpg", b"\xff\xd8\xff" + bytes(16 * 2**20), "image/jpeg"),
        "“large.jpg” was not taken. This file has 16.0 MB. A picture may have at most 15 MB",
    ),
    "empty": (
        lambda: SimpleUploadedFile("empty.jpg", b"", "image/jpeg"),
        "“empty.jpg” was not taken. This file is empty.",
    ),
    "endless name": (
        lambda: SimpleUploadedFile("n\x00" + "n" * 190 + ".jpg", b"x", "image/jpeg"),
        f"“{'n' * 40}…{'n' * 11}.jpg” was not taken.",
    ),
}


@pytest.mark.parametrize(("upload", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refused_picture_is_named_and_the_rest_is_kept(ask, upload, sentence):
    response = ask(images=[jpeg(), upload()])

    question = Question.objects.get()
    assert response.status_code == 422
    assert list(errors(response)) == ["images"]
    assert errors(response)["images"][0].startswith(sentence)
    assert f'href="#id_images">{sentence}' in response.text
    assert question.images.count() == 1
    assert question.asked_body == WORDS["body"]
    assert len(folders()) == 1


def test_fifth_picture_is_refused_and_four_are_kept(ask):
    response = ask(images=[*four(), jpeg("fifth.jpg", "#ffcc00")])

    question = Question.objects.get()
    assert response.status_code == 422
    assert errors(response) == {
        "images": [
            "“fifth.jpg” was not taken. A question may have up to 4 pictures. "
            "Remove another one first."
        ]
    }
    assert colours(question) == ["red", "green", "blue", "gray"]
    assert 'id="id_images" tabindex="-1"' in response.text
    assert len(folders()) == 4


def test_decoder_that_is_busy_is_not_the_pictures_fault(ask, monkeypatch):
    def busy(data):
        raise imaging.DecoderUnavailable("busy")

    monkeypatch.setattr(imaging, "process", busy)

    response = ask(images=jpeg())

    assert errors(response)["images"] == [
        "“calf.jpg” was not taken. It could not be opened just now, which is our fault. "
        "Please choose it again in a minute."
    ]


def test_long_description_is_shown_back(ask):
    response = ask(images=jpeg(), alt_new="x" * 301)

    image = Image.objects.get()
    assert errors(response) == {
        f"alt_{image.pk}": [
            "“What does picture 1 show?” is too long: it has 301 characters and may have at most "
            "300."
        ]
    }
    assert "x" * 301 in response.text


@pytest.mark.django_db(transaction=True)
def test_same_pictures_sent_at_once_are_there_once(topic):
    token = ticket(topic)

    at_once(4, lambda _: Client().post(ASK, {"ticket": token} | WORDS | {"images": four()[:2]}))

    question = Question.objects.get()
    assert question.images.count() == 2
    assert folders() == {image.key for image in question.images.all()}


class TestButtons:
    """Each is a submit button of the one form, with scripts on and off."""

    @pytest.fixture
    def question(self, draft):
        return draft(images=four()[:3], alt_new=["Red", "Green", "Blue"])

    def press(self, client, question, act, number, **fields):
        image = question.images.all()[number]
        fields = {f"alt_{image.pk}": image.alt for image in question.images.all()} | fields
        response = client.post(url(question, f"images/{image.pk}/{act}/"), WORDS | fields)
        question.refresh_from_db()
        return response

    def test_turn(self, client, question):
        image = question.images.first()
        size = image.width, image.height

        response = self.press(client, question, "rotate", 0, seen="0")

        image.refresh_from_db()
        form = url(question, "edit/")
        assert (response.status_code, response.url) == (303, f"{form}?done=turned-1#pictures")
        assert (image.rotation, image.width, image.height) == (90, *reversed(size))

    @pytest.mark.parametrize(
        ("act", "data", "sentence"),
        [
            ("rotate", {"seen": 0}, "Picture 2 was turned."),
            ("move", {"position": 0}, "The picture is number 1 now."),
            ("move", {"position": 2}, "The picture is number 3 now."),
            ("remove", {}, "Picture 2 was removed."),
        ],
    )
    def test_what_was_done_is_said(self, client, question, act, data, sentence):
        image = question.images.all()[1]

        answer = client.post(url(question, f"images/{image.pk}/{act}/"), data, follow=True)

        assert f"data-pictures-status>{sentence}</p>" in answer.text

    @pytest.mark.parametrize("code", ["turned", "turned-9", "turned-<b>", "burnt-1", "turned-{}"])
    def test_no_other_words_come_from_the_address(self, client, question, code):
        answer = client.get(url(question, "edit/"), {"done": code})

        assert "data-pictures-status></p>" in answer.text

    def test_turn_pressed_twice_turns_once(self, client, question):
        for _ in range(2):
            self.press(client, question, "rotate", 0, seen="0")

        assert question.images.first().rotation == 90

    @pytest.mark.parametrize(
        ("number", "position", "order"),
        [
            (0, "1", ["green", "red", "blue"]),
            (2, "0", ["blue", "red", "green"]),
            (1, "99", ["red", "blue", "green"]),
            (1, "nonsense", ["green", "red", "blue"]),
        ],
    )
    def test_move(self, client, question, number, position, order):
        self.press(client, question, "move", number, position=position)

        assert colours(question) == order

    def test_remove(self, client, question, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            self.press(client, question, "remove", 1)

        assert colours(question) == ["red", "blue"]
        assert folders() == {image.key for image in question.images.all()}

    def test_remove_pressed_twice(self, client, question):
        address = url(question, f"images/{question.images.first().pk}/remove/")

        assert [client.post(address, WORDS).status_code for _ in range(2)] == [303, 303]
        assert colours(question) == ["green", "blue"]

    def test_words_typed_meanwhile_are_kept(self, client, question):
        self.press(client, question, "rotate", 0, title="Short", body="Typed meanwhile.")

        form = client.get(url(question, "edit/")).context["form"]
        assert (form["title"].value(), form["body"].value()) == ("Short", "Typed meanwhile.")
        assert question.asked_title == WORDS["title"]

    def test_file_chosen_meanwhile_is_kept(self, client, question):
        self.press(client, question, "remove", 0, images=jpeg("gray.jpg", "gray"))

        assert colours(question) == ["green", "blue", "gray"]

    def test_refused_file_chosen_meanwhile_is_named(self, client, question):
        self.press(client, question, "rotate", 0, images=notes())

        assert (
            "“notes.jpg” was not taken. This is a text file."
            in client.get(url(question, "edit/")).text
        )

    def test_enter_in_a_field_turns_no_picture(self, client, question):
        text = client.get(url(question, "edit/")).text

        form = text[text.index('<form class="form ask"') :]
        first = form[form.index("<button") : form.index("</button>")]
        assert "formaction" not in first
        assert "Check your question" in first

    def test_picture_of_another_question_stays(self, client, question):
        other = factories.draft()
        image = question.images.first()

        client.post(url(other, f"images/{image.pk}/remove/"), WORDS)

        assert question.images.count() == 3


class TestUpload:
    def test_script_gets_the_list_back(self, client, draft):
        question = draft()

        response = client.post(url(question, "images/"), {"images": jpeg()}, headers=FETCH)

        assert response.status_code == 200
        assert f'data-picture="{question.images.get().pk}"' in response.text
        assert "<html" not in response.text

    def test_script_is_told_of_a_refusal(self, client, draft):
        question = draft()

        response = client.post(url(question, "images/"), {"images": notes()}, headers=FETCH)

        assert response.status_code == 422
        assert "“notes.jpg” was not taken. This is a text file." in response.text

    def test_button_brings_a_browser_back_to_the_form(self, client, draft):
        question = draft()

        response = client.post(url(question, "images/"), WORDS | {"images": jpeg(), "name": "A"})

        question.refresh_from_db()
        assert response.url == url(question, "edit/") + "#pictures"
        assert (question.images.count(), question.name) == (1, "A")


class TestFile:
    @pytest.fixture
    def image(self, draft):
        return draft(images=jpeg()).images.get()

    @pytest.mark.parametrize(
        ("name", "type"), [("640.jpg", "image/jpeg"), ("400.webp", "image/webp")]
    )
    def test_key_holder_gets_the_picture(self, client, image, name, type):
        response = client.get(url(image.question, f"images/{image.pk}/{name}"))

        assert response.status_code == 200
        assert response.headers["Content-Type"] == type
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        with image.open(name) as file:
            assert response.getvalue() == file.read()

    @pytest.mark.parametrize("name", ["master.jpg", "401.webp", "..%2f400.webp", "400.png", "%00"])
    def test_other_names_are_not_found(self, client, image, name):
        assert client.get(url(image.question, f"images/{image.pk}/{name}")).status_code == 404

    def test_other_key_opens_nothing(self, client, image):
        other = factories.draft()

        assert client.get(url(other, f"images/{image.pk}/400.webp")).status_code == 404

    def test_removed_picture_is_not_found(self, client, image):
        image.discard()

        assert client.get(url(image.question, f"images/{image.pk}/400.webp")).status_code == 404


def test_files_beyond_four_are_refused_unopened(ask, monkeypatch):
    opened = []
    process = imaging.process
    monkeypatch.setattr(imaging, "process", lambda data: opened.append(data) or process(data))
    no_picture = [SimpleUploadedFile(f"{n}.jpg", b"nothing", "image/jpeg") for n in range(2)]

    response = ask(images=[*no_picture, *four()])

    assert len(opened) == 4
    assert errors(response)["images"][2:] == [
        "“blue.jpg” was not taken. We take 4 pictures at a time. Please choose it again.",
        "“gray.jpg” was not taken. We take 4 pictures at a time. Please choose it again.",
    ]


def test_no_more_of_a_huge_file_is_stored_than_shows_that_it_is_too_large(rf, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    upload = SimpleUploadedFile("huge.jpg", bytes(40 * 2**20), "image/jpeg")

    stored = rf.post(ASK, {"images": upload, "title": "Why?"})
    file = stored.FILES["images"]

    assert file.size == 40 * 2**20
    assert os.path.getsize(file.temporary_file_path()) <= imaging.MAX_BYTES + 2**17
    assert file.temporary_file_path().startswith(str(tmp_path))
    assert stored.POST["title"] == "Why?"
