"""Where a question belongs: its topic, its curator, and by itself again after a merge."""

from django.http import Http404

from qa.desk.access import curators
from qa.desk.decisions import decide, decision, told
from qa.desk.forms import DraftForm
from qa.desk.page import load
from qa.models import Topic


@decision
def move_topic(request, pk: int):
    topic = chosen(Topic.objects, request.POST.get("topic"))
    return decide(
        request,
        load(pk),
        "move_topic",
        DraftForm,
        lambda question, form: question.move_topic(topic, by=request.user),
    )


@decision
def assign(request, pk: int):
    typed = request.POST.get("person")
    person = chosen(curators(), typed) if typed else None
    return decide(
        request,
        load(pk),
        "assign",
        DraftForm,
        lambda question, form: question.assign(person, by=request.user),
    )


@decision
def demerge(request, pk: int):
    return decide(
        request,
        load(pk),
        "demerge",
        DraftForm,
        lambda question, form: question.demerge(by=request.user, tell=told(request, "tell_apart")),
    )


def chosen(rows, number: str | None):
    """The row that a list of choices stands for. Raises Http404: the page offers no other."""
    number = number or ""
    found = number.isascii() and number.isdigit() and len(number) < 16
    row = rows.filter(pk=int(number)).first() if found else None
    if row is None:
        raise Http404
    return row
