"""One function per mail about a question. Each only queues it, in the caller's transaction."""

from copy import copy
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from outbox import mail
from outbox.models import Message

# Purposes name a mail in the outbox. A decision's mail waits for the undo window to pass.
RECEIVED, DECISION, READER_ANSWER = "question received", "decision", "reader answer"
FOLLOW_UP, TAKEN_BACK = "follow-up", "decision taken back"
DIGEST = "desk digest"


def question_received(question, receipt: "Receipt | None" = None) -> None:
    """We have your question; please confirm that this address is yours."""
    if receipt and receipt.mark == _mark(question):
        mail.put(receipt.mail)
    else:
        _to_asker(question, "question_received", RECEIVED)


class Receipt(NamedTuple):
    """The mail that a question was received, and for which state of the question it was written."""

    mark: tuple
    mail: Message


def receipt(question, confirmed: bool) -> Receipt:
    """Write that mail before the transaction that queues it, in which all other writers wait.

    `confirmed`: the question will be sent with an address that is known to be the asker's.
    """
    sent, topic, site = copy(question), question.topic, question.site
    sent.email_confirmed_at = timezone.now() if confirmed else None
    same = {
        "site_name": site.name,
        "question.topic.title": topic.title,
        "question.topic.reply_days": topic.reply_days,
        "question.email_confirmed_at": confirmed,
    }
    own = {
        "question.reference_number": question.reference_number,
        "question.confirmation_token": question.confirmation_token,
        "private_url": settings.BASE_URL + question.get_private_url(),
    }
    composed = mail.cast("question_received", same, own)
    return Receipt(_mark(sent), _ready(sent, site, RECEIVED, composed))


def _mark(question) -> tuple:
    """What of a question is in that mail."""
    confirmed = question.email_confirmed_at is not None
    return question.pk, question.key, question.email, question.topic_id, confirmed


def answer_published(question, note: str = "", replaces=None) -> None:
    """`replaces`, here and below: when they were mailed an earlier answer."""
    _decision(question, "answer_published", note=note, replaces=replaces)


def answered_privately(question, note: str = "", replaces=None) -> None:
    _decision(question, "answered_privately", note=note, replaces=replaces)


def answer_to_merged(question, answered, note: str = "", replaces=None) -> None:
    """The answer to the question that this one was merged into, be it by way of others."""
    _decision(question, "answer_to_merged", note=note, other=answered, replaces=replaces)


def answer_corrected(question, answered, note: str) -> None:
    """What was changed later in an answer that they have had, their own or by a merge."""
    _decision(question, "answer_corrected", note=note, other=answered)


def answer_withdrawn(question, answered, note: str = "") -> None:
    """The answer is out of the archive again, to be looked at once more."""
    _decision(question, "answer_withdrawn", note=note, other=answered)


def follow_up_replied(question, asked, text: str) -> None:
    """A curator's reply to what the asker wrote on their private page."""
    _to_asker(question, "follow_up_replied", FOLLOW_UP, asked=asked, text=text)


def decision_taken_back(question, mailed_at, waits: bool) -> None:
    """Please disregard our mail of that time; `waits`: the question is to be answered again."""
    _to_asker(question, "decision_taken_back", TAKEN_BACK, mailed_at=mailed_at, waits=waits)


def changes_requested(question, reason: str) -> None:
    _decision(question, "changes_requested", reason=reason)


def question_declined(question, reason: str = "") -> None:
    """Carries the asker's own text back."""
    _decision(question, "question_declined", reason=reason)


def reader_answer_published(answer) -> None:
    _to_author(answer, "reader_answer_published")


def reader_answer_declined(answer, reason: str = "") -> None:
    _to_author(answer, "reader_answer_declined", reason=reason)


def _decision(question, template: str, **context) -> None:
    _to_asker(question, template, DECISION, not_before=_after_undo(), **context)


def _after_undo():
    """When the mail of a decision that is made now may leave."""
    return timezone.now() + timedelta(seconds=settings.UNDO_SECONDS)


def _context(question, site) -> dict:
    """What every mail to an asker knows."""
    private_url = settings.BASE_URL + question.get_private_url()
    return {
        "question": question,
        "site": site,
        "site_name": site.name,
        "private_url": private_url,
    }


def _to_asker(question, template: str, purpose: str, not_before=None, **context) -> None:
    if question.email:
        site = question.site
        composed = mail.compose(template, context | _context(question, site))
        mail.put(_ready(question, site, purpose, composed, not_before))


def _ready(question, site, purpose: str, composed: tuple, not_before=None) -> Message:
    """A mail to the asker, of its subject, text and HTML."""
    subject, text, html = composed
    return mail.ready(
        subject=subject,
        text=text,
        html=html,
        to=question.email,
        purpose=purpose,
        from_email=site.sender,
        about=question.about,
        not_before=not_before,
    )


def _to_author(answer, template: str, **context) -> None:
    if answer.author is None:
        return
    question = answer.question
    site = question.site
    context |= {"answer": answer, "question": question, "site": site, "site_name": site.name}
    mail.write(
        template,
        context,
        to=answer.author.email,
        purpose=READER_ANSWER,
        from_email=site.sender,
        about=answer.about,
        not_before=_after_undo(),
    )
