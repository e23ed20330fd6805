"""Sizes in HEIC and AVIF files, from their boxes (ISO/IEC 14496-12 and 23008-12)."""

from collections.abc import Iterator
from itertools import islice
from struct import unpack_from

MAX_BOXES = 1000
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
SHARED_BRANDS = {b"mif1", b"msf1", b"miaf"}
OTHER_BRANDS = {
    b"crx ": "a camera raw picture",
    b"M4A ": "a sound recording",
    **dict.fromkeys((b"qt  ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5"), "a video"),
    **dict.fromkeys((b"iso6", b"avc1", b"M4V ", b"3gp4", b"3gp5", b"3gp6", b"dash"), "a video"),
}


def family(data: bytes) -> str | None:
    """Return "HEIC", "AVIF", the name of something else ("a video") or None, by the brands.

    The major brand decides; those that HEIC and AVIF share leave it to the compatible brands.
    """
    length = min(unpack_from(">I", data)[0], 512)
    brands = [data[8:12]]
    if brands[0] in SHARED_BRANDS:
        brands += [data[at : at + 4] for at in range(16, length, 4)]
    if AVIF_BRANDS.intersection(brands):
        return "AVIF"
    if HEIC_BRANDS.union(SHARED_BRANDS).intersection(brands):
        return "HEIC"
    return OTHER_BRANDS.get(brands[0])


def largest_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) of the largest picture that the file declares, None without one.

    A HEIC names tiles and thumbnails too. The largest is the whole picture, before turning, and
    an upper bound for what a decoder will be asked to hold.
    """
    meta = _find(data, b"meta", 0, len(data))
    properties = meta and _find(data, b"iprp", meta[0] + 4, meta[1])
    container = properties and _find(data, b"ipco", *properties)
    if not container:
        return None
    declared = [
        unpack_from(">II", data, start + 4)
        for kind, start, end in _boxes(data, *container)
        if kind == b"ispe" and end - start >= 12
    ]
    return max(declared, key=lambda size: size[0] * size[1], default=None)


def _find(data: bytes, wanted: bytes, start: int, end: int) -> tuple[int, int] | None:
    for kind, body, stop in _boxes(data, start, end):
        if kind == wanted:
            return body, stop
    return None


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start of body, end of body) of the boxes between two offsets."""
    return islice(_every_box(data, start, end), MAX_BOXES)


def _every_box(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        length, kind = unpack_from(">I4s", data, start)
        header = 8
        if length == 1 and start + 16 <= end:
            length, header = unpack_from(">Q", data, start + 8)[0], 16
        stop = end if length == 0 else start + length
        if stop > end or stop < start + header:
            return
        yield kind, start + header, stop
        start = stop
