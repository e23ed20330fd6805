import struct
from io import BytesIO

import pytest

from qa.imaging import wire


def sent(head, blobs=()):
    stream = BytesIO()
    wire.send(stream, head, blobs)
    return stream.getvalue()


def test_message_arrives_as_sent():
    stream = BytesIO(sent({"job": "x"}, [b"one", b"", b"three"]) + sent({}))
    assert wire.receive(stream) == ({"job": "x"}, [b"one", b"", b"three"])
    assert wire.receive(stream) == ({}, [])


def test_cut_message_is_an_end_of_file():
    data = sent({"job": "x"}, [b"one"])
    for length in range(len(data)):
        with pytest.raises(EOFError):
            wire.receive(BytesIO(data[:length]))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (struct.pack(">I", wire.MAX_HEAD + 1), "head too long"),
        (b'\0\0\0\x18{"blobs": [67108865]}   ', "message too long"),
        (b'\0\0\0\x10{"blobs": [-1]} ', "message too long"),
        (b"\0\0\0\x04nope", "Expecting value"),
    ],
)
def test_message_out_of_bounds_is_refused(data, why):
    with pytest.raises(ValueError, match=why):
        wire.receive(BytesIO(data))
