"""Mail as files, for a site without a mail server: any mail reader opens an .eml file."""

import os
import secrets
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify


class EmlBackend(BaseEmailBackend):
    """Writes each mail to settings.MAIL_DIR as `<UTC time>-<purpose>-<random>.eml`."""

    data_begun = False  # a file is there whole or not at all

    def send_messages(self, email_messages):
        """Return how many were written. Raises OSError, for instance when the disk is full."""
        settings.MAIL_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        for email in email_messages:
            write_whole(settings.MAIL_DIR / file_name(email), email.message().as_bytes())
        return len(email_messages)


def file_name(email):
    purpose = slugify(getattr(email, "purpose", "")) or "mail"
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{purpose}-{secrets.token_hex(4)}.eml"


def write_whole(path, content):
    """Write a file that appears complete or not at all, readable by its owner only."""
    temporary = path.with_suffix(".tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
            f.write(content)
            f.flush()
            os.fsync(f.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
