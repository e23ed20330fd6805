"""Messages between the web process and a decoder, over pipes.

A message is the length of its head (4 bytes, big-endian), the head (a JSON object) and the byte
strings whose lengths the head lists under "blobs". JSON, not pickle: the decoder's word is not
trusted.
"""

import json
import struct
from collections.abc import Sequence
from typing import BinaryIO

MAX_HEAD = 64 * 1024
MAX_BLOBS = 64 * 1024 * 1024


def send(stream: BinaryIO, head: dict, blobs: Sequence[bytes] = ()) -> None:
    """Write one message; raises OSError when the other side is gone."""
    encoded = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
    stream.write(struct.pack(">I", len(encoded)))
    stream.write(encoded)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict, list[bytes]]:
    """Read one message; raises EOFError at the end, ValueError for one out of bounds."""
    size = struct.unpack(">I", _exactly(stream, 4))[0]
    if size > MAX_HEAD:
        raise ValueError("message head too long")
    head = json.loads(_exactly(stream, size))
    lengths = head.pop("blobs")
    if sum(lengths) > MAX_BLOBS or min(lengths, default=0) < 0:
        raise ValueError("message too long")
    return head, [_exactly(stream, length) for length in lengths]


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
