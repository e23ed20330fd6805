"""From an upload to safe pixels: limits, sandboxed decoder, renditions. Pure functions, no models.

    check_header(upload)     cheap look at the first bytes, in the web process
    master = process(upload) decoded, upright, sRGB, without metadata; decoding in a subprocess
    render(master.data, 90)  the files that pages show
    widths(width, height)    which files those are, from the stored size alone

Each raises ImageRefused with a sentence for the reader when the picture cannot be used, and
DecoderUnavailable when the fault is the server's.
"""

from .headers import Header, check_header
from .pictures import Master, Renditions, process, render
from .refusals import (
    ACCEPTED,
    MAX_BYTES,
    MAX_FILES,
    MAX_PIXELS,
    DecoderUnavailable,
    ImageRefused,
)
from .sizes import EDGES, MASTER_EDGE, widths

__all__ = [
    "ACCEPTED",
    "EDGES",
    "MASTER_EDGE",
    "MAX_BYTES",
    "MAX_FILES",
    "MAX_PIXELS",
    "DecoderUnavailable",
    "Header",
    "ImageRefused",
    "Master",
    "Renditions",
    "check_header",
    "process",
    "render",
    "widths",
]
