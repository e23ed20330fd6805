from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from qa.imaging import ImageRefused, process, render, widths
from qa.imaging.metadata import only_pixels
from tests.qa.imaging.conftest import GREY, corners, distance, flat, opened, quarters, save

MARKER = b"Sofiaweg 7"


def master_of(image):
    return process(save(image)).data


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        (0, ["red", "green", "grey", "blue"]),
        (90, ["blue", "red", "green", "grey"]),
        (180, ["grey", "blue", "red", "green"]),
        (270, ["green", "grey", "blue", "red"]),
    ],
)
def test_rotation_is_clockwise(rotation, expected):
    result = render(master_of(quarters()), rotation)
    turned = rotation % 180 == 90
    assert (result.width, result.height) == ((48, 64) if turned else (64, 48))
    assert [corners(opened(data)) for data in result.files.values()] == [expected, expected]


@pytest.mark.parametrize("size", [(2560, 1280), (900, 1800), (600, 450), (64, 48), (3, 3)])
def test_files_are_those_that_widths_names(size):
    result = render(master_of(quarters(size)))
    names = [f"{width}.{end}" for width in widths(*size) for end in ("webp", "jpg")]
    assert list(result.files) == names
    assert widths(result.width, result.height) == widths(*size)


def test_each_file_has_its_size_and_format():
    result = render(master_of(quarters((2000, 1000))))
    seen = {
        name: (Image.open(BytesIO(data)).format, Image.open(BytesIO(data)).size)
        for name, data in result.files.items()
    }
    assert seen == {
        "400.webp": ("WEBP", (400, 200)),
        "400.jpg": ("JPEG", (400, 200)),
        "800.webp": ("WEBP", (800, 400)),
        "800.jpg": ("JPEG", (800, 400)),
        "1600.webp": ("WEBP", (1600, 800)),
        "1600.jpg": ("JPEG", (1600, 800)),
    }
    assert (result.width, result.height) == (1600, 800)


def test_colours_survive():
    for data in render(master_of(flat(GREY))).files.values():
        assert distance(opened(data).getpixel((30, 30)), GREY) <= 3


def test_placeholder_is_the_mean_colour():
    half = flat((0, 0, 0))
    half.paste((100, 200, 40), (32, 0, 64, 48))
    assert render(master_of(half)).placeholder == "#326414"


@pytest.mark.parametrize("rotation", [45, -90, 360, "90"])
def test_other_rotations_are_a_mistake(rotation):
    with pytest.raises(ValueError, match="rotation must be one of"):
        render(b"", rotation)


def test_damaged_master_is_refused():
    with pytest.raises(ImageRefused, match="damaged"):
        render(b"\xff\xd8\xff nothing")


def marked(format):
    """Return a file with a marker in every place for text that the format has."""
    exif = Image.Exif()
    exif[0x010E] = MARKER.decode()
    exif.get_ifd(0x8825)[1] = "N"
    xmp = b"<x:xmpmeta>" + MARKER + b"</x:xmpmeta>"
    options = {"exif": exif, "icc_profile": MARKER * 20}
    if format == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", MARKER.decode())
        notes.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options["pnginfo"] = notes
    elif format == "GIF":
        options = {"comment": MARKER}
    else:
        options.update(xmp=xmp, comment=MARKER)
    return save(quarters(), format, **options) + MARKER


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_but_pixels_survives(format):
    upload = marked(format)
    assert upload.count(MARKER) >= 2
    master = process(upload).data
    for data in [master, *render(master).files.values()]:
        assert MARKER not in data
        assert only_pixels(data)
        assert set(Image.open(BytesIO(data)).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
            "loop",
            "background",
        }
