"""Forty uploads that stand still, by one visitor: the others do not notice."""

import contextlib
import select
import socket
import time
import urllib.request

import pytest

from config.bodies import PER_VISITOR
from tests.site import running

UPLOADS = 40
HEAD = (
    "POST /asked/{}/images/ HTTP/1.1\r\nHost: {}\r\nOrigin: http://{}\r\n"
    "Content-Length: 1000000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("slow")) as site:
        yield site


def idle_upload(site) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", site.port))
    host = f"127.0.0.1:{site.port}"
    sender.sendall(HEAD.format("k" * 32, host, host).encode() + b"-" * 60)
    return sender


def seconds(address: str) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(address, timeout=30) as response:
        assert response.status == 200
        response.read()
    return time.monotonic() - began


def test_pages_are_answered_while_forty_uploads_stand_still(site):
    seconds(f"{site.url}/")
    with contextlib.ExitStack() as stack:
        senders = [stack.enter_context(idle_upload(site)) for _ in range(UPLOADS)]
        time.sleep(2)  # until all of them are waited for

        slowest = max(seconds(f"{site.url}/") for _ in range(20))
        answered = select.select(senders, [], [], 0)[0]
        statuses = {sender.recv(12) for sender in answered}

    assert slowest < 10
    assert UPLOADS - len(answered) >= PER_VISITOR
    assert statuses <= {b"HTTP/1.1 503"}
    assert seconds(f"{site.url}/") < 10
