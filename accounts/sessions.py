"""Sessions that know whose they are, so that a person can see and end them (SESSION_ENGINE)."""

import re
import time
from copy import deepcopy
from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import get_random_string

DEVICE, SEEN = "device", "seen"  # in a session: words, and seconds since 1970
SINCE = "since"  # likewise: when it was first seen signed in
EVERY = 3600  # seconds; the page says when a device was here last, to the hour
LONGEST = 30 * 86400  # seconds that nobody stays signed in for, however often they come

# By what a browser says of itself, the one that pretends to be others before those.
BROWSERS = {
    "Edge": r"Edg",
    "Opera": r"OPR/",
    "Samsung Internet": r"SamsungBrowser",
    "Firefox": r"Firefox|FxiOS",
    "Chrome": r"Chrom|CriOS",
    "Safari": r"Safari",
}
SYSTEMS = {
    "an iPhone": r"iPhone",
    "an iPad": r"iPad",
    "Android": r"Android",
    "Windows": r"Windows",
    "a Mac": r"Macintosh|Mac OS",
    "a Chromebook": r"CrOS",
    "Linux": r"Linux|X11",
}


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        from accounts.models import Session

        return Session

    written = None  # what was saved last

    def save(self, must_create=False) -> None:
        """Write it, unless a view has done so, in its own transaction, and nothing was changed."""
        if not must_create and self.session_key and self._get_session() == self.written:
            return
        super().save(must_create)
        self.written = deepcopy(self._get_session(no_load=must_create))

    def _get_new_session_key(self) -> str:
        """Without asking first whether it is taken: `create` tries another one if it is."""
        return get_random_string(32, VALID_KEY_CHARS)

    def get_expiry_date(self, **kwargs):
        """Two weeks after it was saved last; of who signed in, never past the longest time."""
        expires = super().get_expiry_date(**kwargs)
        since = self.get(SINCE)
        return min(expires, datetime.fromtimestamp(since + LONGEST, UTC)) if since else expires

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        row.device = data.get(DEVICE, "")
        row.seen_at = timezone.now()
        return row


def note(request) -> None:
    """Remember of a signed-in session what it runs on, and at most once an hour that it lives."""
    session = request.session
    if request.user.is_authenticated and time.time() - session.get(SEEN, 0) > EVERY:
        session[DEVICE] = words(request.headers.get("User-Agent", ""))
        session[SEEN] = int(time.time())
        session.setdefault(SINCE, session[SEEN])


def words(agent: str) -> str:
    """Such as “Firefox on Windows”: enough to know one's own device, too little to follow one."""
    browser = next((name for name, sign in BROWSERS.items() if re.search(sign, agent)), "A browser")
    system = next((name for name, sign in SYSTEMS.items() if re.search(sign, agent)), None)
    return f"{browser} on {system}" if system else browser
