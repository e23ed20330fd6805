"""What happened to a question, in words."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from qa.desk.diff import Change, changes
from qa.models import Answer, Event, Question
from qa.models.workflow import Status

WORDS = {
    "submit": "Sent",
    "resubmit": "Sent again",
    "withdraw": "Withdrawn",
    "reopen": "Draft taken up again",
    "edit": "Text or answer saved",
    "change_pictures": "Pictures changed",
    "confirm_email": "E-mail address confirmed",
    "publish": "Published",
    "unpublish": "Taken out of the archive",
    "answer_privately": "Answered privately",
    "request_changes": "Changes asked for",
    "decline": "Declined",
    "merge": "Merged",
    "unmerge": "Waits again: the question it was merged into will not be answered",
    "demerge": "Taken apart again",
    "mark_spam": "Marked as spam",
    "move_topic": "Moved to another topic",
    "assign": "Assigned",
    "schedule": "To be published at a time",
    "unschedule": "Not to be published by itself",
    "schedule_failed": "Did not go out at its time",
    "correct": "Corrected",
    "write": "Message written",
    "reply": "Replied",
    "put_aside": "Put aside, without a reply",
    "spam_reader_answer": "Reader's answer marked as spam",
    "undo": "Taken back",
    "erase": "Erased",
    "anonymise": "Made anonymous",
    "publish_reader_answer": "Reader's answer published",
    "decline_reader_answer": "Reader's answer declined",
    "reader_answer": "Reader's answer received",
    "review": "Looked at again: it holds",
}


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    event: Event
    what: str
    who: str
    note: str


@dataclass(frozen=True)
class Undo:
    """The decision that can be taken back, whether it has mails, and whether one has left."""

    event: Event
    what: str
    seconds: int
    mails: bool
    left: bool


@dataclass(frozen=True)
class Return:
    """What a curator asked to be changed, and what its asker did change."""

    asked: Event
    changes: list[Change]


def returned(question: Question) -> Return | None:
    """What a waiting question was sent back for, if it came back from its asker."""
    events = question.events.all()
    asked = events.standing().filter(verb="request_changes").select_related("actor").last()
    if not asked or question.status != Status.PENDING:
        return None
    if not events.filter(verb="resubmit", pk__gt=asked.pk).exists():
        return None
    now = {"title": question.asked_title, "body": question.asked_body}
    return Return(asked, changes(asked.before.get("asked") or now, now))


def lines(noun: Question | Answer) -> list[Line]:
    """What happened to a question or a reader's answer, newest first."""
    events = noun.events.select_related("actor", "undone").order_by("-pk")
    return [_line(event) for event in events]


def _line(event: Event) -> Line:
    who = str(event.actor) if event.actor else event.get_role_display()
    if event.verb == "undo":
        undone = WORDS.get(event.note, event.note).lower()
        return Line(event, f"Taken back: {undone}", who, "")
    return Line(event, word(event.verb), who, event.note)


def word(verb: str) -> str:
    return WORDS.get(verb, verb.replace("_", " ").capitalize())


def undoable(noun: Question | Answer) -> Undo | None:
    event = noun.last_decision()
    if event is None:
        return None
    left = event.created_at + timedelta(seconds=settings.UNDO_SECONDS) - timezone.now()
    mails = noun.decision_mails().filter(created_at__gte=event.created_at)
    return Undo(
        event,
        word(event.verb),
        max(0, int(left.total_seconds())),
        mails.exists(),
        mails.handed_over().exists(),
    )
