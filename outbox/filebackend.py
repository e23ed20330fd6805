"""Mail as files, for a site without a mail server: any mail reader opens an .eml file."""

import hashlib
import os
import secrets
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify


class EmlBackend(BaseEmailBackend):
    """Writes each mail to settings.MAIL_DIR as `<UTC time>-<purpose>-<digest>-<random>.eml`."""

    data_begun = False  # a file is there whole or not at all

    def send_messages(self, email_messages):
        """Return how many were written. Raises OSError, for instance when the disk is full."""
        settings.MAIL_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        for email in email_messages:
            write_whole(settings.MAIL_DIR / file_name(email), email.message().as_bytes())
        return len(email_messages)


def file_name(email):
    purpose = slugify(getattr(email, "purpose", "")) or "mail"
    digest = digest_of(email.extra_headers.get("Message-ID", ""))
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{purpose}-{digest}-{secrets.token_hex(4)}.eml"


def digest_of(message_id):
    return hashlib.blake2b(message_id.encode(), digest_size=8).hexdigest()


def forget(message_ids):
    """Delete the files of these mails, after their rows; a mail may have several, or none."""
    digests = {digest_of(message_id) for message_id in message_ids}
    for path in settings.MAIL_DIR.glob("*-*-*-*.eml"):
        if path.stem.split("-")[-2] in digests:
            path.unlink(missing_ok=True)


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
