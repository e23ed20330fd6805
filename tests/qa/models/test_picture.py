import io

import pytest
from django.core.files.storage import storages
from PIL import Image as Pillow

from qa.imaging import ImageRefused
from qa.models import Image
from tests import factories
from tests.qa.models.test_question import files

pytestmark = pytest.mark.django_db


def stored(**fields) -> Image:
    image = Image(question=factories.draft(), **fields)
    image.store(factories.picture(1000, 500))
    return image


def test_store_keeps_master_and_renditions_under_a_random_name():
    image = stored()

    assert len(image.key) == 32
    assert (image.width, image.height) == (1000, 500)
    assert files("private") == sorted(
        f"{image.key}/{name}" for name in [*image.rendition_names, "master.jpg"]
    )
    assert files("public") == []


def test_store_of_a_text_file_is_refused_and_leaves_nothing():
    image = Image(question=factories.draft())

    with pytest.raises(ImageRefused):
        image.store(b"not a picture at all")

    assert (Image.objects.count(), files("private")) == (0, [])


def test_rotate_turns_clockwise_and_four_times_is_none(django_capture_on_commit_callbacks):
    image = stored()
    with image.open("400.jpg") as file:
        before = file.read()

    with django_capture_on_commit_callbacks(execute=True):
        image.rotate()
    assert (image.width, image.height, image.rotation) == (500, 1000, 90)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            image.rotate()

    with image.open("400.jpg") as file:
        assert file.read() == before
    assert {name.split("/")[0] for name in files("private")} == {image.key}


def test_publish_files_copies_renditions_but_not_the_master(django_capture_on_commit_callbacks):
    image = stored()

    image.publish_files()

    assert image.public_key != image.key
    assert files("public") == sorted(f"{image.public_key}/{n}" for n in image.rendition_names)
    with django_capture_on_commit_callbacks(execute=True):
        image.withdraw_files()
    assert (image.public_key, files("public")) == (None, [])


def test_open_gives_renditions_only():
    image = stored()

    for name in ["master.jpg", "../x", "9999.jpg", ""]:
        with pytest.raises(FileNotFoundError):
            image.open(name)
    with image.open("400.webp") as file:
        assert Pillow.open(io.BytesIO(file.read())).size == (400, 200)


def test_files_are_readable_by_the_owner_only():
    image = stored()
    path = storages["private"].path(f"{image.key}/master.jpg")

    assert __import__("os").stat(path).st_mode & 0o777 == 0o600
