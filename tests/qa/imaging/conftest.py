"""Pictures for the tests: small ones made here, odd ones from the data set if it is there."""

import csv
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from qa.imaging import pool

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("ASKWELL_DATA", ROOT.parent / "shared" / "data"))
register_heif_opener()
RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 160, 40), (40, 50, 190), (120, 120, 120)


def save(image, format="PNG", **options):
    """Return the picture as a file's bytes."""
    stream = BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def flat(colour=RED, size=(64, 48), mode="RGB"):
    """Return a picture of one colour."""
    return Image.new(mode, size, colour)


def quarters(size=(64, 48)):
    """Return a picture of four colours: no two of its eight orientations are alike."""
    image = Image.new("RGB", size, RED)
    half_width, half_height = size[0] // 2, size[1] // 2
    image.paste(GREEN, (half_width, 0, size[0], half_height))
    image.paste(BLUE, (0, half_height, half_width, size[1]))
    image.paste(GREY, (half_width, half_height, *size))
    return image


def opened(data):
    """Return the finished file as an RGB picture."""
    return Image.open(BytesIO(data)).convert("RGB")


def corners(image):
    """Return the names of the colours near the four corners, clockwise from top left."""
    names = {"red": RED, "green": GREEN, "blue": BLUE, "grey": GREY}
    width, height = image.size
    left, right, top, bottom = width // 8, width * 7 // 8, height // 8, height * 7 // 8
    places = [(left, top), (right, top), (right, bottom), (left, bottom)]
    found = [image.getpixel(place) for place in places]
    return [min(names, key=lambda name: distance(names[name], pixel)) for pixel in found]


def distance(one, other):
    """Return the largest difference of two colours in any channel."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.fixture
def fresh_pool(monkeypatch):
    """One decoder that only this test uses."""
    own = pool.Pool(size=1)
    monkeypatch.setattr(pool, "_shared", own)
    yield own
    own.close()


@pytest.fixture(scope="session")
def odd_images():
    """Return the folder of odd and hostile pictures and the rows of its manifest."""
    folder = DATA / "images_odd"
    if not (folder / "manifest.csv").exists():
        pytest.skip(f"There is no data set of odd pictures in {folder}; set ASKWELL_DATA.")
    with open(folder / "manifest.csv", newline="") as manifest:
        return folder, list(csv.DictReader(manifest))
