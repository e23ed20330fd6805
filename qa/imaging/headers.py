"""The look at an upload's first bytes, before anything decodes it."""

import re
from struct import error as StructError
from struct import unpack_from
from typing import NamedTuple

from . import boxes
from .kinds import name_kind
from .refusals import (
    CUT_OFF,
    DAMAGED,
    EMPTY,
    MAX_BYTES,
    MAX_PIXELS,
    TOO_MANY_PIXELS,
    UNKNOWN,
    ImageRefused,
    not_accepted,
    too_many_bytes,
)

MAX_SEGMENTS = 2000
MAX_GAP = 4096
JPEG_MARKER = re.compile(rb"\xff([\x01-\xfe])")
JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
JPEG_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_ENDS_HEADER = {0xD9, 0xDA}


class Header(NamedTuple):
    """What a file says about itself.

    `format` is "JPEG", "PNG", "GIF", "WEBP", "HEIC" or "AVIF"; `width` and `height` are pixels as
    stored, before turning.
    """

    format: str
    width: int
    height: int


def check_header(data: bytes) -> Header:
    """Return the header of an acceptable upload; raise ImageRefused for any other.

    Looks at content only, never at a name, and decodes nothing: size in bytes, format, declared
    pixels. Damage further inside is found by `process`.
    """
    _check_bytes(data)
    format = sniff(data)
    try:
        size = SIZE_OF[format](data)
    except StructError:
        raise ImageRefused(CUT_OFF) from None
    _check_pixels(*size)
    return Header(format, *size)


def sniff(data: bytes) -> str:
    """Return the format of the file; raise ImageRefused, naming what it is, for all others."""
    for format, pattern in SIGNATURES:
        if pattern.match(data):
            return format
    kind = boxes.family(data) if data[4:8] == b"ftyp" else name_kind(data)
    if kind in SIZE_OF:
        return kind
    raise ImageRefused(not_accepted(kind) if kind else UNKNOWN)


def _check_bytes(data: bytes) -> None:
    if not data:
        raise ImageRefused(EMPTY)
    if len(data) > MAX_BYTES:
        raise ImageRefused(too_many_bytes(len(data)))


def _check_pixels(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise ImageRefused(DAMAGED)
    if width * height > MAX_PIXELS:
        raise ImageRefused(TOO_MANY_PIXELS)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Find the frame header (ITU-T T.81, B.2.2) behind the metadata segments."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        found = JPEG_MARKER.search(data, at, at + MAX_GAP)
        if not found:
            raise ImageRefused(CUT_OFF)
        marker, at = found[1][0], found.end()
        if marker in JPEG_ENDS_HEADER:
            raise ImageRefused(DAMAGED)
        if marker in JPEG_FRAME:
            height, width = unpack_from(">HH", data, at + 3)
            return width, height
        if marker not in JPEG_WITHOUT_LENGTH:
            at += unpack_from(">H", data, at)[0]
    raise ImageRefused(DAMAGED)


def _png_size(data: bytes) -> tuple[int, int]:
    kind, width, height = unpack_from(">4sII", data, 12)
    if kind != b"IHDR":
        raise ImageRefused(DAMAGED)
    return width, height


def _gif_size(data: bytes) -> tuple[int, int]:
    return unpack_from("<HH", data, 6)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the size from the first chunk (RFC 9649, sections 2.5 to 2.7)."""
    length, kind = unpack_from("<I4x4s", data, 4)
    if length + 8 > len(data):
        raise ImageRefused(CUT_OFF)
    if kind not in WEBP_SIZE_OF:
        raise ImageRefused(DAMAGED)
    return WEBP_SIZE_OF[kind](data)


def _vp8_size(data: bytes) -> tuple[int, int]:
    width, height = unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _vp8l_size(data: bytes) -> tuple[int, int]:
    bits = unpack_from("<I", data, 21)[0]
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _vp8x_size(data: bytes) -> tuple[int, int]:
    low_width, high_width, low_height, high_height = unpack_from("<HBHB", data, 24)
    return (high_width << 16 | low_width) + 1, (high_height << 16 | low_height) + 1


def _box_size(data: bytes) -> tuple[int, int]:
    size = boxes.largest_size(data)
    if size is None:
        raise ImageRefused(DAMAGED)
    return size


SIGNATURES = (
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("WEBP", re.compile(rb"RIFF....WEBP", re.S)),
)
WEBP_SIZE_OF = {b"VP8 ": _vp8_size, b"VP8L": _vp8l_size, b"VP8X": _vp8x_size}
SIZE_OF = {
    "JPEG": _jpeg_size,
    "PNG": _png_size,
    "GIF": _gif_size,
    "WEBP": _webp_size,
    "HEIC": _box_size,
    "AVIF": _box_size,
}
