"""Where a question belongs: its topic, its curator, and by itself again after a merge."""

from django.http import Http404

from qa.desk.access import curators
from qa.desk.deciding import decision, told
from qa.models import Topic


@decision("move_topic")
def move_topic(request, question, form):
    question.move_topic(chosen(Topic.objects, request.POST.get("topic")), by=request.user)


@decision("assign")
def assign(request, question, form):
    typed = request.POST.get("person")
    question.assign(chosen(curators(), typed) if typed else None, by=request.user)


@decision("demerge")
def demerge(request, question, form):
    question.demerge(by=request.user, tell=told(request, "tell_apart"))


def chosen(rows, number: str | None):
    """The row that a list of choices stands for. Raises Http404: the page offers no other."""
    number = number or ""
    found = number.isascii() and number.isdigit() and len(number) < 16
    row = rows.filter(pk=int(number)).first() if found else None
    if row is None:
        raise Http404
    return row
