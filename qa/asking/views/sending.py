"""/asked/<key>/edit/, preview/ and submit/: change it, check it, send it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from qa import markdown, search
from qa.asking import drafts, limits, pictures
from qa.asking.forms import QuestionForm
from qa.asking.private import SeeOther, asker_page, remember_new_key
from qa.asking.rows import rows
from qa.asking.story import note
from qa.asking.views.form import breadcrumbs, closed_page, form_page
from qa.models import Question
from qa.models.trace import TooMany
from qa.models.workflow import StateConflict, Status

UNSENT = {Status.DRAFT, Status.NEEDS_CHANGES}
PICTURES_GONE = (
    "The pictures are not the ones that you saw here: a draft keeps them for 24 hours. Choose them "
    "again under “Change something”, or send the question as it is now."
)


@require_http_methods(["GET", "HEAD", "POST"])
@asker_page
def edit(request, question):
    if request.method == "POST":
        return _save(request, question)
    if not question.asker_may_edit:
        return redirect("asking:status", question.key)
    contents = drafts.contents(question)
    if "check" in request.GET:
        form = QuestionForm(contents, question=question)
    else:
        form = QuestionForm(question=question, initial=contents)
    return _form(request, question, form)


def _form(request, question, form):
    """The form, under what the curator asked for, if that is why it is open again."""
    asked = question.status == Status.NEEDS_CHANGES
    wish = note(question, "request_changes") if asked else ""
    return form_page(request, question.topic, form, question, wish=wish)


def _save(request, question):
    if not question.asker_may_edit:
        raise StateConflict("edit")
    key = question.key
    form = drafts.take_over(question, request)
    remember_new_key(request, key, question)
    if form.errors or form.refusal:
        return _form(request, question, form)
    if question.status == Status.PENDING:
        messages.success(request, "Your changes are saved.")
        return SeeOther(question.get_private_url())
    return SeeOther(reverse("asking:preview", args=[question.key]))


@require_safe
@asker_page
def preview(request, question):
    if question.status not in UNSENT:
        return redirect("asking:status", question.key)
    if not drafts.is_complete(question):
        return redirect(f"{reverse('asking:edit', args=[question.key])}?check=1")
    return _preview(request, question)


def _preview(request, question, warning=""):
    """The check page, with a reason why the question has not been sent, if there is one."""
    context = {
        "section": "ask",
        "warning": warning,
        "question": question,
        "topic": question.topic,
        "words": markdown.plain_paragraphs(question.asked_body),
        "images": pictures.links(question),
        "rows": rows(question),
        "similar": similar(question),
        "breadcrumbs": breadcrumbs(question.topic),
    }
    return render(request, "qa/asking/preview.html", context)


def similar(question) -> list:
    """Up to three answered questions that may already say it, closest first."""
    found = search.similar(f"{question.asked_title} {question.asked_body}", exclude=question.pk)
    answered = Question.objects.for_pages().in_bulk(found)
    return [answered[pk] for pk in found if pk in answered]


@require_http_methods(["GET", "HEAD", "POST"])
@asker_page
def submit(request, question):
    """Send it. Whoever sends again, or comes by address, is shown where the question stands."""
    if request.method != "POST":
        return redirect("asking:preview", question.key)
    if question.status in UNSENT:
        if not drafts.is_complete(question):
            return SeeOther(f"{reverse('asking:edit', args=[question.key])}?check=1")
        if question.status == Status.DRAFT and not question.topic.takes_questions():
            return closed_page(request, question.topic, question)
        if request.POST.get("pictures", "") not in {"", str(question.images.count())}:
            return _preview(request, question, PICTURES_GONE)
        return _send(request, question)
    return SeeOther(question.get_private_url())


def _send(request, question):
    try:
        drafts.send(question, request)
    except TooMany as refusal:
        page = _preview(request, question, limits.sentence(refusal))
        return limits.mark_refused(page, refusal)
    return SeeOther(question.get_private_url())
