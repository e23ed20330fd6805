"""The limits of the web server: WSGI applications that do nothing but answer."""

import json
import os
from pathlib import Path

BODY = [b"ok\n"]
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "3")]
FILE = "BARE_PAGES"  # in the environment: JSON, for each path its headers and its text


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return BODY


def _read(file: str) -> dict[str, tuple[list, list[bytes]]]:
    found = json.loads(Path(file).read_text())
    return {
        path: ([tuple(header) for header in headers], [text.encode()])
        for path, (headers, text) in found.items()
    }


PAGES = _read(os.environ[FILE]) if FILE in os.environ else {}


def pages(environ, start_response):
    """The site's own pages with all their headers, from a dictionary."""
    headers, body = PAGES[environ["PATH_INFO"]]
    start_response("200 OK", headers)
    return body
