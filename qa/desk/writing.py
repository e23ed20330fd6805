"""What askers wrote beside their questions: a reply by mail, or put aside."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect

from qa.desk.arranging import chosen
from qa.desk.deciding import posted
from qa.desk.fields import Text
from qa.desk.page import load, question_url, show
from qa.desk.sheet import Sheet
from qa.models import FollowUp
from qa.models.follow_up import LENGTH
from qa.models.workflow import StateConflict

SETTLED = "Nothing was done: somebody has replied to this or put it aside already."


@posted
def reply(request, pk: int):
    question = load(pk)
    written = _written(request, question)
    try:
        text = Text(max_length=LENGTH, error_messages={"required": "Write a reply first."}).clean(
            request.POST.get("text")
        )
    except ValidationError as error:
        request.reply_error = " ".join(error.messages)
        return show(request, Sheet(question), status=422)
    try:
        written.reply(by=request.user, text=text)
    except StateConflict:
        request.reply_error = SETTLED
        return show(request, Sheet(question), status=422)
    messages.success(request, "Your reply is on its way, and stands on the asker’s page.")
    return redirect(question_url(question))


@posted
def put_aside(request, pk: int):
    question = load(pk)
    try:
        _written(request, question).put_aside(by=request.user)
        messages.success(request, "Put aside. The asker is told nothing.")
    except StateConflict:
        messages.error(request, SETTLED)
    return redirect(question_url(question))


def _written(request, question) -> FollowUp:
    return chosen(question.follow_ups.filter(from_asker=True), request.POST.get("follow_up"))
