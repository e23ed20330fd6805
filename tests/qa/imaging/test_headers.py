import struct
import subprocess
import sys
import time
import zlib

import pytest

from qa.imaging import MAX_BYTES, Header, ImageRefused, check_header
from tests.qa.imaging.conftest import ROOT, flat, save


def png_claiming(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + body + struct.pack(">I", zlib.crc32(body))


def box(kind, body):
    return struct.pack(">I4s", len(body) + 8, kind) + body


def heif_claiming(brands, *sizes):
    ispe = b"".join(box(b"ispe", struct.pack(">III", 0, *size)) for size in sizes)
    meta = box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", ispe)))
    return box(b"ftyp", brands[0] + bytes(4) + b"".join(brands[1:])) + meta


def refusal(data):
    with pytest.raises(ImageRefused) as caught:
        check_header(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + b"\xff" * 5000}),
        ("PNG", {}),
        ("GIF", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"lossless": False}),
        ("WEBP", {"exif": b"Exif\0\0MM\0*"}),
        ("AVIF", {}),
    ],
)
def test_header_of_each_format(format, options):
    assert check_header(save(flat(size=(67, 41)), format, **options)) == Header(format, 67, 41)


def test_header_of_webp_with_transparency():
    assert check_header(save(flat((1, 2, 3, 4), mode="RGBA"), "WEBP")) == Header("WEBP", 64, 48)


def test_heic_header_gives_the_largest_of_picture_tiles_and_thumbnail():
    data = heif_claiming([b"heic", b"mif1"], (512, 512), (4032, 3024), (320, 240))
    assert check_header(data) == Header("HEIC", 4032, 3024)


@pytest.mark.parametrize(("brand", "format"), [(b"avif", "AVIF"), (b"heic", "HEIC")])
def test_shared_brand_leaves_the_format_to_the_compatible_brands(brand, format):
    assert check_header(heif_claiming([b"mif1", b"miaf", brand], (8, 8))).format == format


def test_fifty_megapixels_are_accepted_and_one_more_row_is_not():
    assert check_header(png_claiming(10_000, 5_000)).width == 10_000
    assert refusal(png_claiming(10_000, 5_001)).startswith("This picture has more than 50 megap")
    assert "50 megapixels" in refusal(heif_claiming([b"heic"], (17_000, 17_000)))


def test_fifteen_megabytes_are_accepted_and_one_byte_more_is_not():
    data = png_claiming(8, 8)
    assert check_header(data.ljust(MAX_BYTES, b"\0")).format == "PNG"
    assert refusal(data.ljust(MAX_BYTES + 1, b"\0")) == (
        "This file has 15.0 MB. A picture may have at most 15 MB: please send a smaller copy of it."
    )


def test_no_width_is_refused():
    assert "damaged" in refusal(png_claiming(0, 5))


def test_empty_file():
    assert refusal(b"") == "This file is empty. Please choose the photo again."


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_every_cut_is_refused_or_read_from_the_header_alone(format):
    data = save(flat(size=(67, 41)), format)
    for length in range(1, min(len(data), 400)):
        try:
            assert check_header(data[:length]) == Header(format, 67, 41)
        except ImageRefused as refused:
            assert str(refused).endswith((".", "AVIF."))  # noqa: PT017


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (
            b'<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg"/>',
            "an SVG drawing",
        ),
        (b"\xef\xbb\xbf <SVG onload=alert(1)>", "an SVG drawing"),
        ("<svg/>".encode("utf-16").replace(b"/", b" "), "an SVG drawing"),
        (save(flat(), "TIFF"), "a TIFF or camera raw picture"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript drawing"),
        (save(flat(), "ICO"), "an icon file"),
        (save(flat(), "BMP"), "a BMP picture"),
        (save(flat(), "JPEG2000"), "a JPEG 2000 picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<!DOCTYPE html><title>x</title>", "a web page"),
        (b"<?xml version='1.0'?><note/>", "an XML file"),
        (b"push graphic-context", "a text file"),
        ("Hautausschlag am Fuß".encode(), "a text file"),
        (bytes(128) + b"DICM", "a DICOM scan"),
        (b"PK\3\4", "a ZIP archive or an office document"),
        (b"\0\0\0\x18ftypmp42", "a video"),
    ],
)
def test_refusal_names_what_the_file_is(data, kind):
    assert refusal(data) == (
        f"This is {kind}. Please send a photo as JPEG, PNG, WebP, GIF, HEIC or AVIF."
    )


def test_refusal_of_an_unknown_file():
    assert refusal(b"\0\1\2\3\4\5\6\7") == (
        "This file is not a picture that we know. "
        "Please send a photo as JPEG, PNG, WebP, GIF, HEIC or AVIF."
    )


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff".ljust(MAX_BYTES, b"\xff"),
        b"\xff\xd8" + b"\xff\x00" * (MAX_BYTES // 2 - 1),
        b"\xff\xd8" + b"\xff\xe0\0\2" * (MAX_BYTES // 4 - 1),
        b"\xff\xd8" + (b"\xff\xe0\0\2".ljust(4000, b"\0")) * (MAX_BYTES // 4000 - 1),
        (b"\0\0\0\x10ftypheicheic" + b"\0\0\0\x08free" * (MAX_BYTES // 8))[:MAX_BYTES],
        b"\xff\xff\xff\xf0ftypmif1".ljust(MAX_BYTES, b"a"),
        b" " * MAX_BYTES,
        b"\xff\xfe".ljust(MAX_BYTES, b"\xd8"),
    ],
    ids=["fill", "stuffing", "segments", "gaps", "boxes", "brands", "blanks", "wide"],
)
def test_hostile_header_is_refused_in_200_milliseconds(data):
    start = time.perf_counter()
    refusal(data)
    assert time.perf_counter() - start < 0.2


def test_the_web_process_does_not_load_a_decoder():
    program = "import qa.imaging, sys; print([name for name in sys.modules if 'PIL' in name])"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"


def test_a_thumbnail_inside_the_metadata_is_not_the_picture():
    exif = b"Exif\0\0" + save(flat(size=(16, 12)), "JPEG")
    assert check_header(save(flat(), "JPEG", exif=exif)) == Header("JPEG", 64, 48)
