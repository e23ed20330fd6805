"""When nothing can be stored for a while: the disk is full, the database is locked or away.

Reading goes on; whoever sent a form gets it back with everything typed, status 503, and a time to
try again (RFC 9110, 15.6.4). Nothing has to be done when the trouble is over.
"""

import errno
import logging
import shutil
import sys
from contextlib import suppress
from functools import wraps

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.db import InterfaceError, OperationalError
from django.shortcuts import render
from django.views.defaults import server_error as broken

from qa.imaging import MAX_BYTES

logger = logging.getLogger(__name__)

RETRY_AFTER = 120  # seconds
PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE}
# Fields that a person would have to type again; of a form's others, the values are enough.
WORDS = {
    "title": "Your question in one line",
    "body": "The details",
    "answer": "The answer",
    "text": "Your message",
    "email": "Your e-mail address",
    "name": "Your name",
    "location": "Your place",
}
# What frees room, or takes next to none, is done while hardly any is left.
SMALL_ACTS = {"asking:erase", "asking:withdraw", "asking:end", "asking:email_confirm"}
SMALL_ACTS |= {"asking:helped"}
SIGN_IN = "/accounts/"  # forms below it hold passwords, which are not sent back


def is_passing(error: BaseException | None) -> bool:
    """Whether the trouble is of the kind that goes away: no room, no disk, no database."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, OSError) and error.errno in PASSING


def has_room() -> bool:
    """Whether the disk for pictures has the share free that `settings.DISK_FREE` asks for."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.MEDIA_ROOT)
    return usage.free >= usage.total * settings.DISK_FREE


def kept_from(view):
    """A view that answers trouble of the passing kind with the page that keeps what was typed."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        try:
            if request.method == "POST":
                require_storable(request)
            return view(request, *args, **kwargs)
        except (OSError, OperationalError, InterfaceError) as error:
            if not is_passing(error):
                raise
            logger.exception("Nothing can be stored at the moment.")
            return page(request)

    return wrapper


def require_storable(request) -> None:
    """Raise OSError where an upload found no room, or hardly any is left."""
    request.FILES  # noqa: B018 (reads the whole form, unless the forgery check did)
    if error := getattr(request, "upload_error", None):
        raise error
    if request.resolver_match.view_name not in SMALL_ACTS and not has_room():
        raise OSError(errno.ENOSPC, "hardly any room is left on the disk")


def server_error(request):
    """handler500: trouble that began outside of a view, as in saving a session."""
    return page(request) if is_passing(sys.exc_info()[1]) else broken(request)


def page(request):
    """The 503 page. It needs no database: the form is what came in, to the same address."""
    again = request.method == "POST" and not request.path.startswith(SIGN_IN)
    context = {
        "again": again,
        "typed": typed(request) if again else [],
        "files": bool(request.FILES) or hasattr(request, "upload_error"),
        "minutes": RETRY_AFTER // 60,
    }
    response = render(request, "503.html", context, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def typed(request) -> list[dict]:
    """Every field of the form that was sent, in its order; the page has a token of its own."""
    return [
        {"name": name, "value": value, "label": WORDS.get(name)}
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]


class Uploads(TemporaryFileUploadHandler):
    """Large uploads, on disk: where that takes no more, only the file is skipped, and the rest of
    the form is read. `request.upload_error` then has the reason.

    Of a file that is too large for a picture no more is stored than shows that; its size is told.
    """

    def new_file(self, *args, **kwargs) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._skip(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start > MAX_BYTES:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._skip(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            return super().file_complete(file_size)
        except OSError as error:
            self.request.upload_error = error
            return None

    def _skip(self, error: OSError):
        self.request.upload_error = error
        if hasattr(self, "file"):
            with suppress(OSError):  # what is left in its buffer finds no room either
                self.file.close()
            del self.file
        raise SkipFile from error
