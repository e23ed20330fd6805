"""Pictures of published pages, by names that cannot be guessed."""

import re

from django.core.files.storage import storages
from django.http import Http404, HttpResponse
from django.utils.http import http_date

from qa.archive.pages import public

NAME = re.compile(r"[A-Za-z0-9_-]{20,40}/\d{1,4}\.(webp|jpg)")
TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
# Short, so that an address is dead within a minute of its question's leaving the archive.
CACHED = "public, max-age=60"


@public
def media(request, key, name):
    """One rendition of a published picture. A name's bytes never change."""
    match = NAME.fullmatch(f"{key}/{name}")
    if match is None:
        raise Http404("no such picture")
    storage = storages["public"]
    try:
        with storage.open(match[0]) as file:
            response = HttpResponse(file.read(), content_type=TYPES[match[1]])
    except FileNotFoundError:
        raise Http404("no such picture") from None
    modified = storage.get_modified_time(match[0]).timestamp()
    response.headers["Cache-Control"] = CACHED
    response.headers["ETag"] = f'"{match[0]}"'
    response.headers["Last-Modified"] = http_date(modified)
    return response


@public
def shared(request, key, name):
    """The same picture, for mails and feeds: other sites' pages, where these are read, load it."""
    response = media(request, key, name)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
