import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from qa.imaging import MASTER_EDGE, ImageRefused, process
from tests.qa.imaging.conftest import (
    BLUE,
    GREEN,
    GREY,
    RED,
    corners,
    distance,
    flat,
    opened,
    quarters,
    save,
)

WHITE = (255, 255, 255)
# How a viewer turns a stored picture upright (EXIF 2.32, tag 274), and the way back.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def oriented(orientation, format):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED[orientation]
    stored = quarters() if turn is None else quarters().transpose(turn)
    return save(stored, format, exif=exif.tobytes())


def colour_of(data):
    """Return the one colour of a flat picture after processing."""
    return opened(process(data).data).getpixel((20, 20))


def swapped_profile():
    """Return an sRGB profile in which red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


def refusal(data):
    with pytest.raises(ImageRefused) as caught:
        process(data)
    return str(caught.value)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_baked_in(orientation, format):
    master = process(oriented(orientation, format))
    image = opened(master.data)
    assert (master.width, master.height) == image.size == (64, 48)
    assert corners(image) == ["red", "green", "grey", "blue"]


def test_every_pixel_is_upright():
    image = opened(process(oriented(6, "PNG")).data)
    wanted = quarters()
    places = [(x, y) for x in range(64) for y in range(48)]
    assert max(distance(image.getpixel(at), wanted.getpixel(at)) for at in places) <= 3


@pytest.mark.parametrize(
    "orientation",
    [b"\0\3\0\0\0\1\0\0\0\0", b"\0\3\0\0\0\1\0\x09\0\0", b"\0\2\0\0\0\4php\0"],
    ids=["zero", "nine", "text"],
)
def test_nonsense_orientation_counts_as_upright(orientation):
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12" + orientation + bytes(4)
    assert corners(opened(process(save(quarters(), "JPEG", exif=exif)).data))[0] == "red"


def test_orientation_in_xmp():
    xmp = b'<x xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="3"/>'
    data = save(quarters(), "WEBP", lossless=True, xmp=xmp)
    assert corners(opened(process(data).data)) == ["grey", "blue", "red", "green"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (save(flat((0, 128, 0, 0), mode="RGBA")), WHITE),
        (save(flat((0, 0, 0, 128), mode="RGBA")), (127, 127, 127)),
        (save(flat((0, 0), mode="LA")), WHITE),
        (save(flat(77, mode="L")), (77, 77, 77)),
        (save(flat(77, mode="L"), transparency=77), WHITE),
        (save(flat(1, mode="1")), WHITE),
        (save(flat(0x4DFF, mode="I;16")), (77, 77, 77)),
        (save(flat(RED).quantize(4)), RED),
        (save(flat(RED).quantize(4), "GIF"), RED),
        (save(flat(RED), transparency=RED), WHITE),
        (save(flat((0, 0, 0, 0), mode="RGBA"), "WEBP"), WHITE),
        (save(flat((0, 0, 0, 0), mode="RGBA"), "AVIF"), WHITE),
        (save(flat((0, 0, 0, 0), mode="RGBA"), "HEIF"), WHITE),
        (save(flat((0, 0, 0, 0), mode="CMYK"), "JPEG"), WHITE),
        (save(flat((255, 0, 0, 0), mode="CMYK"), "JPEG"), (0, 255, 255)),
    ],
    ids=[
        "clear",
        "half clear",
        "clear grey",
        "grey",
        "grey with clear level",
        "bitmap",
        "16 bits",
        "palette",
        "gif",
        "clear colour",
        "clear webp",
        "clear avif",
        "clear heic",
        "no ink",
        "cyan ink",
    ],
)
def test_colours_of_every_mode(data, expected):
    assert distance(colour_of(data), expected) <= 2


def test_sixteen_bit_grey_with_a_clear_level_hides_exactly_that_level():
    row = struct.pack("<64H", *[0x4D01] * 32, *[0x4D02] * 32)
    data = save(Image.frombytes("I;16", (64, 48), row * 48))
    clear = b"tRNS" + struct.pack(">H", 0x4D02)
    chunk = struct.pack(">I", 2) + clear + struct.pack(">I", zlib.crc32(clear))
    at = data.index(b"IDAT") - 4
    result = opened(process(data[:at] + chunk + data[at:]).data)
    assert distance(result.getpixel((8, 8)), (77, 77, 77)) <= 2
    assert distance(result.getpixel((56, 8)), WHITE) <= 2


def test_profile_is_applied_and_dropped():
    data = save(flat((255, 0, 0)), icc_profile=swapped_profile())
    assert distance(colour_of(data), (0, 0, 255)) <= 3
    assert "icc_profile" not in Image.open(BytesIO(process(data).data)).info


def test_profile_of_a_transparent_picture_is_applied():
    data = save(flat((255, 0, 0, 255), mode="RGBA"), icc_profile=swapped_profile())
    assert distance(colour_of(data), (0, 0, 255)) <= 3


@pytest.mark.parametrize(
    "profile",
    [
        b"nonsense",
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        swapped_profile()[:200],
    ],
)
def test_useless_profile_is_ignored(profile):
    assert distance(colour_of(save(flat(RED), icc_profile=profile)), RED) <= 2


def test_first_frame_of_an_animation():
    frames = [flat(BLUE), flat(GREEN)]
    for format in ("GIF", "PNG", "WEBP"):
        data = save(flat(RED), format, save_all=True, append_images=frames)
        assert distance(colour_of(data), RED) <= 6


@pytest.mark.parametrize(
    ("size", "expected"), [((2600, 1300), (2560, 1280)), ((900, 5200), (443, 2560))]
)
def test_large_picture_is_scaled_down_and_keeps_its_corners(size, expected):
    master = process(save(quarters(size), compress_level=1))
    assert (master.width, master.height) == expected
    assert max(expected) == MASTER_EDGE
    assert corners(opened(master.data)) == ["red", "green", "grey", "blue"]


def test_large_transparent_picture_is_averaged_on_white():
    image = quarters((5200, 1040)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 2600, 520))
    result = opened(process(save(image, compress_level=1)).data)
    assert result.size == (2560, 512)
    assert distance(result.getpixel((300, 60)), WHITE) <= 2
    assert distance(result.getpixel((2300, 450)), GREY) <= 2


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_cut_picture_is_refused(format):
    image = Image.effect_noise((128, 96), 90).convert("RGB")
    data = save(image, format)
    assert refusal(data[: len(data) * 2 // 3]).startswith(
        ("This picture is cut off", "This picture is damaged")
    )


def test_cut_jpeg_is_called_cut_off():
    data = save(Image.effect_noise((128, 96), 90), "JPEG")
    assert refusal(data[: len(data) * 2 // 3]) == (
        "This picture is cut off. Perhaps the upload was interrupted: please send it again."
    )


def test_picture_that_grows_past_its_declared_size_is_refused():
    data = bytearray(save(flat(RED).quantize(4), "GIF"))
    at = data.index(b",\0\0\0\0") + 5
    data[at : at + 4] = struct.pack("<HH", 8_000, 8_000)
    assert "50 megapixels" in refusal(bytes(data))
