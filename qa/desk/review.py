"""“Reviewed today”: a published answer was read again, and it holds."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from qa.desk.deciding import posted
from qa.models import Answer
from qa.models.workflow import StateConflict


@posted
def reviewed(request, pk: int):
    """Stamp the answer of question `pk`."""
    answer = get_object_or_404(Answer.objects.official(), question=pk)
    try:
        answer.review(by=request.user)
    except StateConflict:
        messages.error(request, "This answer is no longer published, so its dates stay.")
    else:
        due = answer.review_due_at.strftime("%B %Y")
        messages.success(request, f"“{answer.question}” is reviewed today, and due in {due}.")
    return redirect("admin:index")
