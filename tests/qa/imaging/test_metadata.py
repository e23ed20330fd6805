import pytest

from qa.imaging.metadata import only_pixels
from tests.qa.imaging.conftest import flat, quarters, save


@pytest.mark.parametrize(
    ("format", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG", {"optimize": True}), ("WEBP", {})],
)
def test_bare_files_pass(format, options):
    assert only_pixels(save(quarters(), format, **options))


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"exif": b"Exif\0\0II*\0"}),
        ("JPEG", {"icc_profile": b"profile"}),
        ("JPEG", {"comment": b"taken at home"}),
        ("JPEG", {"xmp": b"<x/>"}),
        ("WEBP", {"exif": b"Exif\0\0II*\0"}),
        ("WEBP", {"icc_profile": b"profile"}),
        ("WEBP", {"xmp": b"<x/>"}),
        ("PNG", {}),
    ],
)
def test_anything_more_fails(format, options):
    assert not only_pixels(save(flat(), format, **options))


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_trailing_and_missing_bytes_fail(format):
    data = save(quarters(), format)
    assert not only_pixels(data + b"\0")
    assert not only_pixels(data[:-1])
    assert not only_pixels(data[: len(data) // 2])


def test_thumbnail_in_the_jfif_header_fails():
    data = bytearray(save(flat(), "JPEG"))
    data[18:20] = b"\1\1"
    assert not only_pixels(bytes(data))
