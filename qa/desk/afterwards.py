"""After a decision: what the curator is told of it, and where the way goes on."""

from django.conf import settings
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from qa.desk.page import question_url
from qa.models import Question
from qa.models.deciding import CLAIM

SILENT = {"mark_spam", "move_topic", "assign", "demerge", "schedule", "unschedule"}
MAYBE = {"publish", "unpublish", "correct"}  # mail where that was asked for


def done(question: Question, verb: str):
    """A sentence that says what happened and links to where it can be undone."""
    sentence = {
        "publish": "is published",
        "answer_privately": "is answered privately",
        "request_changes": "went back to its asker",
        "decline": "is declined",
        "merge": "is merged",
        "demerge": "stands on its own again, and waits",
        "mark_spam": "is put away as spam; nobody is mailed",
        "unpublish": "is out of the archive and waits again",
        "move_topic": f"is now under {question.topic}",
        "assign": f"is {question.assigned_to}’s to answer"
        if question.assigned_to
        else "is for whoever comes first",
        "schedule": "is not yet published: the queue shows when it goes out",
        "unschedule": "waits in the queue, and will not go out by itself",
        "correct": "is corrected; the note stands under the answer",
    }[verb]
    return format_html(
        '“{}” {}.{} <a class="desk-undo" href="{}#undo">Undo</a>',
        question,
        sentence,
        _mail_hint(question, verb),
        question_url(question),
    )


def _mail_hint(question: Question, verb: str) -> str:
    """What becomes of the mail, where there is one."""
    if verb in SILENT or (verb in MAYBE and not question.mails_waiting()):
        return " Nobody is mailed." if verb == "publish" else ""
    seconds = settings.UNDO_SECONDS
    return f" The mail leaves in {seconds} seconds." if seconds else " The mail is on its way."


def onwards(request, question: Question):
    """To the list, or to the one that waits longest, as the curator ticked; remembered."""
    if "then_next_shown" in request.POST:
        request.session["desk_then_next"] = "then_next" in request.POST
    following = _oldest_free(request.user, question) if "then_next" in request.POST else None
    if following:
        return redirect(question_url(following))
    return redirect(reverse("admin:qa_question_changelist"))


def _oldest_free(user, done: Question) -> Question | None:
    """What waits longest and nobody else has open."""
    free = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_at__lt=timezone.now() - CLAIM)
    waiting = Question.objects.pending().filter(free).exclude(pk=done.pk)
    return waiting.order_by("submitted_at", "pk").first()
