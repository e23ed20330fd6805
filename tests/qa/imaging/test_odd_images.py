"""The data set of odd and hostile pictures: every file, and seeded damage to them."""

import random
import time

import pytest
from PIL import ImageChops, ImageStat

from qa.imaging import ImageRefused, process, render
from qa.imaging.metadata import only_pixels
from tests.qa.imaging.conftest import opened

MUTATIONS = 60


def outcome(data, rotation=0):
    """Return "accept", having checked every byte handed out, or "refuse"."""
    try:
        master = process(data)
        result = render(master.data, rotation)
    except ImageRefused as refused:
        assert str(refused).startswith("This ")  # noqa: PT017
        return "refuse"
    assert all(only_pixels(file) for file in [master.data, *result.files.values()])
    return "accept"


def test_every_file_is_accepted_or_refused_as_the_manifest_says(odd_images):
    folder, rows = odd_images
    wrong = {}
    for row in rows:
        start = time.monotonic()
        found = outcome((folder / row["file"]).read_bytes())
        if found != row["expected"] != "either" or time.monotonic() - start > 10:
            wrong[row["file"]] = found
    assert wrong == {}


def test_every_accepted_file_has_its_upright_size(odd_images):
    folder, rows = odd_images
    wrong = {}
    for row in rows:
        if row["expected"] != "accept":
            continue
        size = int(row["upright_width"]), int(row["upright_height"])
        master = process((folder / row["file"]).read_bytes())
        if max(size) <= 2560 and (master.width, master.height) != size:
            wrong[row["file"]] = (master.width, master.height)
    assert wrong == {}


def test_the_eight_landscapes_look_alike(odd_images):
    folder = odd_images[0] / "orientation"
    pictures = [
        opened(process((folder / f"Landscape_{number}.jpg").read_bytes()).data)
        for number in range(1, 9)
    ]
    differences = [ImageChops.difference(pictures[0], picture) for picture in pictures]
    assert max(max(ImageStat.Stat(image).mean) for image in differences) < 4


def damaged(data, chance):
    """Return the file with some bytes changed, doubled, removed or cut off."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 100))):
        reach = min(len(result), chance.choice((64, 1024, len(result))))
        result[chance.randrange(reach)] = chance.choice((0, 128, 255, chance.randrange(256)))
    act, at = chance.random(), chance.randrange(len(result))
    if act < 0.15:
        return bytes(result[:at])
    if act < 0.25:
        result[at:at] = result[at : at + chance.randrange(1, 500)]
    elif act < 0.35:
        del result[at : at + chance.randrange(1, 500)]
    return bytes(result)


def try_damage(odd_images, number):
    """Return which outcomes `number` damaged files had."""
    folder, rows = odd_images
    chance = random.Random(number)
    names = [row["file"] for row in rows if 0 < int(row["bytes"]) < 1_000_000]
    found = set()
    for _ in range(number):
        data = (folder / chance.choice(names)).read_bytes()
        found.add(outcome(damaged(data, chance), chance.choice((0, 90))))
    return found


def test_damaged_files_are_accepted_or_refused(odd_images):
    assert try_damage(odd_images, MUTATIONS) == {"accept", "refuse"}


@pytest.mark.slow
def test_two_thousand_damaged_files_are_accepted_or_refused(odd_images):
    assert try_damage(odd_images, 2000) == {"accept", "refuse"}
