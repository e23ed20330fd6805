"""Proof that a finished file holds pixels and nothing else."""

import re
from struct import unpack_from

JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
JPEG_TABLES = {0xC4, 0xDB, 0xDD}
JPEG_FRAMES = {0xC0, 0xC2}
JFIF = re.compile(rb"\x00\x10JFIF\x00.{7}\x00\x00", re.S)


def only_pixels(data: bytes) -> bool:
    """Tell whether a JPEG or WebP file has no metadata, comment, profile or trailing bytes.

    Allow-lists what the encoders here write: baseline or progressive JPEG with a bare JFIF header
    (no thumbnail), and WebP of one lossy chunk.
    """
    if data.startswith(b"RIFF"):
        return _bare_webp(data)
    return _bare_jpeg(data)


def _bare_webp(data: bytes) -> bool:
    if len(data) < 30 or data[8:16] != b"WEBPVP8 ":
        return False
    riff, chunk = unpack_from("<I", data, 4)[0], unpack_from("<I", data, 16)[0]
    return len(data) == riff + 8 == 20 + chunk + chunk % 2


def _bare_jpeg(data: bytes) -> bool:
    if not data.startswith(b"\xff\xd8"):
        return False
    at = 2
    while found := JPEG_MARKER.search(data, at):
        marker, start = found[1][0], found.end()
        if marker == 0xD9:
            return start == len(data)
        if not _bare_segment(marker, data, start) or start + 2 > len(data):
            return False
        at = start + unpack_from(">H", data, start)[0]
    return False


def _bare_segment(marker: int, data: bytes, start: int) -> bool:
    if marker == 0xE0:
        return bool(JFIF.match(data, start))
    return marker in JPEG_TABLES or marker in JPEG_FRAMES or marker == 0xDA
