"""The decoder process: reads jobs from a pipe, answers with pixels. Started by sandbox.py.

python -m qa.imaging.decoder PARENT_PROCESS_ID
"""

import os
import sys
from typing import BinaryIO

from PIL.Image import DecompressionBombError, DecompressionBombWarning

from . import pixels, wire
from .confinement import allow_one_picture, confine
from .headers import check_header

JOBS = {"process": pixels.process, "render": pixels.render}


def main() -> None:
    """Confine this process, say so, then answer jobs until the pipe ends."""
    requests, replies = _own_pipes()
    walls = confine(parent=int(sys.argv[1]), descriptors=replies.fileno() + 1)
    wire.send(replies, {"walls": walls})
    while True:
        try:
            head, blobs = wire.receive(requests)
        except EOFError:
            return
        allow_one_picture()
        wire.send(replies, *answer(head, blobs[0]))


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the job and reply pipes; what a library prints goes where errors go."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, replies


def answer(head: dict, data: bytes) -> tuple[dict, list[bytes]]:
    """Return the reply to one job: its result, or {"refused": a key of REASONS}."""
    try:
        return JOBS[head.pop("job")](data, check_header(data).format, **head)
    except MemoryError:
        return {"refused": "too much memory"}, []
    except (DecompressionBombError, DecompressionBombWarning):
        return {"refused": "too many pixels"}, []
    except Exception as error:  # hostile data makes libraries raise nearly anything
        cut = isinstance(error, EOFError) or "truncated" in str(error)
        reason = "cut off" if cut else "damaged"
        return {"refused": reason, "error": type(error).__name__}, []


if __name__ == "__main__":
    main()
