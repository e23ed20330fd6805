"""Where the words for the next page are kept: in the reader's own browser, not in the database."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class BrowserStorage(CookieStorage):
    """A signed cookie; they may quote a question, which the site may be told to forget meanwhile.

    On https the name has the prefix that keeps it to this very host (RFC 6265bis, 4.1.3.2).
    """

    cookie_name = "__Host-messages" if settings.HTTPS else "messages"
