"""How much one visitor, and one e-mail address, may send; what is said where it is too much."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from outbox.models import Message
from qa import emails
from qa.models import Trace
from qa.models.trace import TooMany, mailbox_mark, visitor_mark

ADDRESS, ADDRESS_CHANGES, DAY = "address", 3, 86400
UNCONFIRMED, UNCONFIRMED_WAIT = "unconfirmed", 600  # seconds, for a mail to be found and read
SENTENCES = {
    "question": "So many questions have come from you, or for this e-mail address, that we cannot "
    "take another one just now. Please send it again {when}.",
    "draft": "So many questions were begun here that we cannot take another one just now. Please "
    "send it again {when}.",
    "picture bytes": "You have sent as many pictures as we can take in so short a time. Please "
    "choose it again {when}.",
    "follow-up": "You have written to us so often that we cannot take another message just now. "
    "Please send it again {when}.",
    ADDRESS: "The e-mail address of this question was changed several times today. Please change "
    "it again {when}.",
    UNCONFIRMED: "A question about this topic waits already. Please open the link that we mailed "
    "you, to confirm that this e-mail address is yours; then send this one.",
}


def sentence(refusal: TooMany) -> str:
    return SENTENCES[refusal.what].format(when=when(refusal.seconds))


def when(seconds: int) -> str:
    """“in 40 minutes”, “in about 5 hours”: whoever reads it may live in any time zone."""
    minutes = -(-seconds // 60)
    if minutes < 90:
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    return f"in about {-(-minutes // 60)} hours"


def take_draft(request) -> None:
    """Count a draft. Raises TooMany."""
    Trace.objects.take("draft", _visitor(request))


def take_picture(request, size: int) -> None:
    """Count a picture of `size` stored bytes. Raises TooMany."""
    Trace.objects.take("picture bytes", _visitor(request), amount=size)


def require_picture(request) -> None:
    """Raise TooMany where not even the smallest picture could be taken: so none is decoded."""
    Trace.objects.require("picture bytes", _visitor(request))


def take_question(request, topic, email: str) -> None:
    """Count a question to be sent, and its mail. Call in the transaction that sends it.

    Raises TooMany: for the visitor, for the address, or where another one under this topic waits
    for the address to be confirmed.
    """
    Trace.objects.take("question", _visitor(request), mailbox_mark(email))
    # By the question alone: what the address confirmed before is nobody else's to learn.
    if settings.RATE_LIMITS and not _is_own(request, email):
        waiting = topic.questions.pending().asked_by(email)
        if waiting.filter(spam_reason="", email_confirmed_at=None).exists():
            raise TooMany(UNCONFIRMED, UNCONFIRMED_WAIT)


def take_follow_up(request, question) -> None:
    """Count a message about a question. Call in the transaction that keeps it. Raises TooMany."""
    Trace.objects.take("follow-up", _visitor(request), mailbox_mark(question.email))


def require_new_address(question) -> None:
    """Raise TooMany where the address of a question was changed often: each time a mail goes."""
    since = timezone.now() - timedelta(seconds=DAY)
    mails = Message.objects.filter(
        about=question.about, purpose=emails.RECEIVED, created_at__gt=since
    )
    if settings.RATE_LIMITS and mails.count() > ADDRESS_CHANGES:
        raise TooMany(ADDRESS, DAY)


def _is_own(request, email: str) -> bool:
    """Whether this address is proved to be that of whoever is signed in."""
    return request.user.is_authenticated and request.user.has_verified(email)


def _visitor(request) -> str:
    return visitor_mark(request.META["REMOTE_ADDR"])


def mark_refused(response, refusal: TooMany):
    """Make a page that keeps everything typed a refusal (RFC 6585, 4)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(refusal.seconds)
    return response
