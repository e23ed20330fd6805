"""/asked/<key>/: how a question stands."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from qa import markdown
from qa.asking import pictures, story
from qa.asking.private import asker_page
from qa.models.workflow import Status


@require_safe
@asker_page
def status(request, question):
    if question.status == Status.DRAFT:
        return redirect("asking:edit", question.key)
    context = {
        "section": "ask",
        "question": question,
        "story": story.tell(question),
        # The curator knows nothing of what was never sent.
        "reference": question.reference_number if question.submitted_at else "",
        "words": markdown.plain_paragraphs(question.asked_body),
        "images": pictures.links(question),
        "may_withdraw": question.may("withdraw"),
    }
    return render(request, "qa/asking/status.html", context)
