"""/asked/<key>/: how a question stands; and write/: a few words to the curator beside it."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from qa import markdown
from qa.asking import limits, pictures, story
from qa.asking.forms import WriteForm
from qa.asking.private import SeeOther, asker_page
from qa.models.trace import TooMany
from qa.models.workflow import StateConflict, Status


@require_safe
@asker_page
def status(request, question):
    if question.status == Status.DRAFT:
        return redirect("asking:edit", question.key)
    return _page(request, question, WriteForm())


@require_http_methods(["GET", "HEAD", "POST"])
@asker_page
def write(request, question):
    """Keep the message; what cannot be taken stays in its field."""
    if request.method != "POST":
        return redirect("asking:status", question.key)
    if not question.may_write:
        raise StateConflict("write")
    form = WriteForm(request.POST)
    if not form.is_valid():
        return _page(request, question, form, status=422)
    try:
        with transaction.atomic():
            limits.take_follow_up(request, question)
            question.write(form.cleaned_data["text"])
    except TooMany as refusal:
        form.add_error("text", limits.sentence(refusal))
        return limits.mark_refused(_page(request, question, form), refusal)
    messages.success(request, "Your message is with us. Our reply comes here and by e-mail.")
    return SeeOther(question.get_private_url())


def _page(request, question, form, status=200):
    context = {
        "section": "ask",
        "question": question,
        "story": story.tell(question),
        # The curator knows nothing of what was never sent.
        "reference": question.reference_number if question.submitted_at else "",
        "words": markdown.plain_paragraphs(question.asked_body),
        "images": pictures.links(question),
        "may_withdraw": question.may("withdraw"),
        "written": question.follow_ups.all() if question.submitted_at else [],
        "form": form,
    }
    return render(request, "qa/asking/status.html", context, status=status)
