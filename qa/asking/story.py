"""What the private page tells: how a question stands, what happened, and what comes next.

One function per state, each returning a Story. Everything said here must be true of that state.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa import emails
from qa.models.workflow import Status


@dataclass
class Story:
    """A banner, and the steps of a timeline (templates/components/timeline.html)."""

    title: str
    text: str = ""
    tone: str = ""
    words: str = ""
    answer: object = None
    link: str = ""
    link_label: str = ""
    steps: list = field(default_factory=list)


# What an event reads like to the asker. Spam marks and undone decisions are the curator's own.
HAPPENED = {
    "submit": "You sent your question",
    "confirm_email": "You confirmed your e-mail address",
    "change_pictures": "You changed the pictures",
    "request_changes": "The curator asked you for something",
    "resubmit": "You sent the changed question",
    "publish": "Answered and published",
    "unpublish": "Taken out of the archive again, to be looked at once more",
    "answer_privately": "Answered by e-mail",
    "decline": "Closed without an answer",
    "merge": "Put together with a question that asks the same",
    "demerge": "Taken apart again: your question waits for an answer of its own",
    "correct": "The answer was corrected",
    "unmerge": "Taken apart again: the other question was closed without an answer",
    "withdraw": "You took your question back",
    "reopen": "You took your draft up again",
}


def tell(question) -> Story:
    story = TELLERS[question.status](question)
    story.steps = [*happened(question), *story.steps]
    return story


def happened(question) -> list[dict]:
    """The steps behind us, oldest first."""
    events = list(question.events.filter(undone=None, undone_by=None).order_by("pk"))
    current = _current_confirmation(question, events)
    return [
        {"title": title, "date": timezone.localtime(event.created_at), "state": "done"}
        for event in events
        if (title := _title(event, current))
    ]


def _current_confirmation(question, events):
    """The event by which the present address was confirmed: a new address takes the older away."""
    if not question.email_confirmed_at:
        return None
    return next((event for event in reversed(events) if event.verb == "confirm_email"), None)


def _title(event, confirmation) -> str:
    if event.verb == "edit":
        return "You changed your question" if event.role == event.Role.ASKER else ""
    if event.verb == "confirm_email" and event != confirmation:
        return "You confirmed your earlier e-mail address"
    if event.verb == "withdraw" and event.from_status == Status.DRAFT:
        return "You ended this draft"
    return HAPPENED.get(event.verb, "")


def expected(question) -> date:
    """The day by which the site hopes to answer."""
    return timezone.localdate(question.submitted_at) + timedelta(days=question.topic.reply_days)


def promise(question) -> str:
    day = expected(question)
    if day < timezone.localdate():
        return (
            f"We hoped to answer by {date_format(day, 'j F')}, and are late. "
            "Your question still waits; you need do nothing."
        )
    return f"You can expect an answer by {date_format(day, 'l j F')}."


def _pending(question) -> Story:
    begun = bool(question.active_claim) or question.official_answer is not None
    story = Story("We have your question", promise(question))
    if question.is_suspected_spam:
        story.text = "It waits to be looked at."
    elif not question.email_confirmed_at:
        story.steps.append(_confirm_step(question) | {"state": "" if begun else "current"})
    story.steps += [
        {
            "title": "A curator is answering it" if begun else "A curator reads it",
            "text": "It can no longer be changed." if begun else "Until then you can change it.",
            "state": "current" if begun or not story.steps else "",
        },
        {"title": "You hear from us by e-mail", "text": "And this page tells you the same."},
    ]
    return story


def _confirm_step(question) -> dict:
    """Ask for the confirmation that the mail makes possible; say so if the mail went nowhere."""
    mail = Message.objects.filter(about=question.about, purpose=emails.RECEIVED).first()
    if mail and mail.status == MailStatus.FAILED:
        text = f"Our mail to {question.email} could not be delivered. Is the address right?"
    else:
        sent = mail and mail.status == MailStatus.SENT
        text = (
            f"{'We have sent a mail' if sent else 'A mail is on its way'} to {question.email}. "
            "Open the link in it, so that we know that the answer will reach you. If it does not "
            "come, look into your junk folder."
        )
    return {"title": "Confirm your e-mail address", "text": text}


def _needs_changes(question) -> Story:
    return Story(
        "The curator asks you for something",
        "Your question waits for you. Change it, and send it again.",
        tone="attention",
        words=note(question, "request_changes"),
        steps=[
            {"title": "You change your question and send it again", "state": "current"},
            {"title": "The curator answers it"},
        ],
    )


def _published(question) -> Story:
    return Story(
        "Your question is answered",
        "Question and answer stand in the public archive.",
        link=question.get_absolute_url(),
        link_label="Read the answer",
    )


def _answered(question) -> Story:
    return Story(
        "Your question is answered",
        "The answer is for you alone: nothing of it is public.",
        answer=question.official_answer,
    )


def _declined(question) -> Story:
    return Story(
        "We cannot answer this question",
        "It is closed, and nothing of it is public.",
        tone="closed",
        words=note(question, "decline"),
    )


def _merged(question) -> Story:
    """The answer of the question that this one became part of, wherever that stands now."""
    target = question.merged_into
    while target.merged_into:
        target = target.merged_into
    if target.status == Status.PUBLISHED:
        return Story(
            "Your question is answered",
            "Somebody else asked the same, and one answer is for both of you.",
            link=target.get_absolute_url(),
            link_label="Read the answer",
        )
    if target.status == Status.ANSWERED:
        text = "Somebody else asked the same, and one answer is for both of you."
        return Story("Your question is answered", text, answer=target.official_answer)
    if target.is_open:
        return Story(
            "We have your question",
            "Somebody else asks the same. One answer will be for both of you, and we mail it to "
            "you as soon as it is there.",
            steps=[{"title": "You get the answer by e-mail", "state": "current"}],
        )
    return Story(
        "There is no answer to this question",
        "It was put together with another one, and that one is no longer here. "
        "You are welcome to ask again.",
        tone="closed",
    )


def _spam(question) -> Story:
    """No answer is coming, and none is promised; the curator may still take the mark back."""
    return Story(
        "We received your question",
        "Not every question that we receive is answered.",
        tone="closed",
    )


def _withdrawn(question) -> Story:
    if question.submitted_at:
        text = "Nobody will answer it, and nothing of it is public."
        return Story("You took your question back", text, tone="closed")
    text = "It was never sent. We delete it for good within 14 days; you can do it now."
    return Story("You ended this draft", text, tone="closed")


def note(question, verb: str) -> str:
    """The curator's words with the newest decision of this kind."""
    event = question.events.filter(verb=verb, undone_by=None).last()
    return event.note if event else ""


TELLERS = {
    Status.PENDING: _pending,
    Status.NEEDS_CHANGES: _needs_changes,
    Status.PUBLISHED: _published,
    Status.ANSWERED: _answered,
    Status.DECLINED: _declined,
    Status.MERGED: _merged,
    Status.SPAM: _spam,
    Status.WITHDRAWN: _withdrawn,
}
