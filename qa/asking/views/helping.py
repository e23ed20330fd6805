"""/helped/<pk>/: “Did this help?”, at the end of a published answer."""

from contextlib import suppress

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from qa.asking.private import SeeOther, private_page
from qa.models import DayCount, Question, Trace
from qa.models.trace import TooMany, day_mark

WHAT = {"yes": DayCount.What.HELPED, "no": DayCount.What.DID_NOT_HELP}


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def helped(request, pk):
    """Count a reader's “yes” or “no”, the first of a day, and lead back to the answer."""
    question = get_object_or_404(Question.objects.published().only("slug"), pk=pk)
    what = WHAT.get(request.POST.get("helped"))
    if what is None:
        return SeeOther(question.get_absolute_url())
    with suppress(TooMany):  # counted already; the reader is thanked again
        _count(what, pk, request.META["REMOTE_ADDR"])
    return SeeOther(f"{question.get_absolute_url()}#thanks")


@transaction.atomic
def _count(what: str, pk: int, address: str) -> None:
    Trace.objects.take("helped", day_mark(address, f"helped {pk}"))
    DayCount.objects.add(what, pk)
