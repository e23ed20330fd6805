"""/asked/<key>/end/, reopen/, withdraw/ and erase/: GET asks, POST acts."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qa.asking.private import SeeOther, asker_page
from qa.models import DayCount, Question
from qa.models.workflow import StateConflict, Status

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@asker_page
def end(request, question):
    """“Yes, this answers it”: an answer in the archive says it already, so the draft ends here."""
    if request.method == "POST":
        answered = _answered(request.POST.get("answer"))
        _end(question, answered)
        query = f"?answer={answered.pk}" if answered else ""
        return SeeOther(reverse("asking:end", args=[question.key]) + query)
    if question.status != Status.WITHDRAWN:
        return redirect("asking:preview", question.key)
    context = {"question": question, "answered": _answered(request.GET.get("answer"))}
    return render(request, "qa/asking/ended.html", context)


def _end(question, answered) -> None:
    if question.status == Status.PENDING:
        raise StateConflict("end")
    if question.status != Status.WITHDRAWN:
        note = f"answered by the archive: {answered.reference_number}" if answered else ""
        question.withdraw(note=note)
        if answered:
            DayCount.objects.add(DayCount.What.ALREADY_ANSWERED, answered.pk)


def _answered(number) -> Question | None:
    number = number or ""
    # int() refuses more than 4,300 digits.
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    return Question.objects.for_pages().filter(pk=int(number)).first()


@require_http_methods(METHODS)
@asker_page
def reopen(request, question):
    """“No, I still want to ask”: an ended draft goes on where it was, pressed once or twice."""
    if request.method != "POST":
        return redirect("asking:status", question.key)
    if question.status != Status.DRAFT:
        question.reopen()
    return SeeOther(reverse("asking:preview", args=[question.key]))


@require_http_methods(METHODS)
@asker_page
def withdraw(request, question):
    if request.method == "POST":
        if question.status != Status.WITHDRAWN:
            question.withdraw()
        return SeeOther(question.get_private_url())
    if not question.may("withdraw"):
        return redirect("asking:status", question.key)
    return render(request, "qa/asking/withdraw.html", {"question": question, "section": "ask"})


@require_http_methods(METHODS)
@asker_page
def erase(request, question):
    if request.method == "POST":
        question.erase()
        return SeeOther(question.get_private_url())
    return render(request, "qa/asking/erase.html", {"question": question, "section": "ask"})
