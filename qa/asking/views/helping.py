"""/helped/<pk>/: “Did this help?” and “I have this too”, at the end of a published answer."""

from contextlib import suppress

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from qa.asking.private import SeeOther, private_page
from qa.models import DayCount, Question, Trace
from qa.models.trace import TooMany, day_mark

# What a button says: what is counted, and under which name a visitor has one such word a day
WORDS = {
    "yes": (DayCount.What.HELPED, "helped"),
    "no": (DayCount.What.DID_NOT_HELP, "helped"),
    "too": (DayCount.What.SAME_HERE, "same here"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def helped(request, pk):
    """Count what a reader says, once a day, and lead back to the answer."""
    question = get_object_or_404(Question.objects.published().only("slug"), pk=pk)
    word = request.POST.get("helped")
    if word not in WORDS:
        return SeeOther(question.get_absolute_url())
    with suppress(TooMany):  # counted already; the reader is thanked again
        _count(*WORDS[word], pk, request.META["REMOTE_ADDR"])
    return SeeOther(f"{question.get_absolute_url()}#thanks")


@transaction.atomic
def _count(what: str, once: str, pk: int, address: str) -> None:
    Trace.objects.take("helped", day_mark(address, f"{once} {pk}"))
    DayCount.objects.add(what, pk)
