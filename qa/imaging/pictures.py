"""What the site asks for: a master from an upload, renditions from a master."""

import re
from typing import NamedTuple

from . import pool
from .headers import check_header
from .metadata import only_pixels
from .refusals import DAMAGED, ImageRefused
from .sizes import EDGES, MASTER_EDGE, rendition_files

ROTATIONS = (0, 90, 180, 270)
COLOUR = re.compile(r"#[0-9a-f]{6}")


class Master(NamedTuple):
    """The picture as kept: a JPEG of quality 92, 4:4:4, sRGB, upright; sizes in pixels."""

    data: bytes
    width: int
    height: int


class Renditions(NamedTuple):
    """The files that pages show, by name ("800.webp"), all made from one master.

    `width` and `height` are those of the largest, in pixels, after turning; `placeholder` is the
    picture's mean colour as '#rrggbb'.
    """

    width: int
    height: int
    placeholder: str
    files: dict[str, bytes]


def process(data: bytes) -> Master:
    """Return an upload as re-encoded pixels, its longest edge at most MASTER_EDGE.

    First frame, turned upright, in sRGB, transparency laid on white; nothing else of the upload
    survives. Raises ImageRefused, DecoderUnavailable.
    """
    check_header(data)
    reply, blobs = pool.run({"job": "process"}, data)
    size = _size(reply, MASTER_EDGE)
    _check_pictures(blobs, [size])
    return Master(blobs[0], *size)


def render(master: bytes, rotation: int = 0) -> Renditions:
    """Return the renditions of a master, turned clockwise by `rotation` degrees.

    `rotation` is 0, 90, 180 or 270, else ValueError. Each width of `widths(width, height)` has a
    WebP and a JPEG. Raises ImageRefused, DecoderUnavailable.
    """
    if rotation not in ROTATIONS:
        raise ValueError(f"rotation must be one of {ROTATIONS}")
    reply, blobs = pool.run({"job": "render", "rotation": rotation}, master)
    size = _size(reply, EDGES[-1])
    expected = rendition_files(*size)
    _check_pictures(blobs, list(expected.values()))
    placeholder = str(reply.get("placeholder"))
    if not COLOUR.fullmatch(placeholder):
        raise ImageRefused(DAMAGED)
    return Renditions(*size, placeholder, dict(zip(expected, blobs, strict=True)))


def _size(reply: dict, edge: int) -> tuple[int, int]:
    size = reply.get("width"), reply.get("height")
    if not all(isinstance(pixels, int) and 0 < pixels <= edge for pixels in size):
        raise ImageRefused(DAMAGED)
    return size


def _check_pictures(blobs: list[bytes], sizes: list[tuple[int, int]]) -> None:
    """Check what a decoder hands over: it has read hostile bytes, and may have been taken over."""
    if len(blobs) != len(sizes) or not all(map(_is_picture, blobs, sizes)):
        raise ImageRefused(DAMAGED)


def _is_picture(data: bytes, size: tuple[int, int]) -> bool:
    header = check_header(data)
    return (header.width, header.height) == size and only_pixels(data)
