"""Small acts on an answer page that decide nothing: what is typed is kept, and the page comes back.

All work without scripts: each is a button in the page's one form.
"""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from qa.desk import page, redaction, unsaved
from qa.desk.access import curators_only
from qa.desk.details import personal_details
from qa.desk.page import load, question_url
from qa.desk.sheet import EDITABLE, Sheet
from qa.models import Question


def aid(view):
    """A POST by a curator."""
    return require_POST(curators_only(view))


@aid
def autosave(request, pk: int):
    """Keep what is typed. Answers with the time it was kept, empty where there is nothing to keep,
    and with the personal details that stand in it now.
    """
    question = load(pk)
    if question.status not in EDITABLE:
        return HttpResponse(status=409)
    edit = unsaved.keep(request.user, question, request.POST)
    details = personal_details(Sheet(question, request.POST))
    return JsonResponse(
        {
            "saved": timezone.localtime(edit.saved_at).strftime("%H:%M") if edit else "",
            "details": render_to_string(
                "admin/qa/question/_details.html", {"details": details, "question": question}
            ),
        }
    )


@aid
def keep(request, pk: int):
    """What Enter in a field of a published question does: nothing typed is lost, nothing public."""
    return _back(request, load(pk), request.POST, "#kept")


@aid
def discard(request, pk: int):
    """Forget what was typed and not saved."""
    question = load(pk)
    unsaved.forget(request.user, question)
    messages.success(request, "Thrown away. The fields show what is stored.")
    return redirect(question_url(question))


@aid
def redact(request, pk: int):
    """Replace one personal detail, or with `redact=all` each, in the public text and pictures."""
    question, post = load(pk), request.POST.copy()
    kind, _, words = post.get("redact", "").partition(":")
    for name in post:
        if name in {"title", "body"} or (name.startswith("picture-") and name.endswith("-alt")):
            text = post[name]
            post[name] = (
                redaction.redact_all(text) if kind == "all" else redaction.redact(text, kind, words)
            )
    return _back(request, question, post)


@aid
def take(request, pk: int):
    """Put the stored text of one field in place of what was typed."""
    question, post = load(pk), request.POST.copy()
    Sheet(question).put_back(post, post.get("take", ""))
    return _back(request, question, post)


@aid
def rotate(request, pk: int, image_pk: int):
    """Turn a picture a quarter clockwise, for good; its published copy too."""
    question = load(pk)
    image = get_object_or_404(question.images, pk=image_pk)
    image.rotate(lambda: Question.objects.select_for_update().get(pk=question.pk))
    if image.public_key:
        image.withdraw_files()
        image.publish_files()
    return _back(request, question, request.POST, f"#picture-{image.pk}")


def _back(request, question: Question, post, place: str = "#public"):
    """The page again, with everything that was typed."""
    unsaved.keep(request.user, question, post)
    return redirect(question_url(question) + place)


def urls(guard) -> list:
    """Addresses below /admin/qa/question/, and the answer page's own."""
    acts = [
        ("autosave", autosave),
        ("keep", keep),
        ("discard", discard),
        ("redact", redact),
        ("take", take),
    ]
    return [
        path("<path:object_id>/change/", guard(page.answer_page), name="qa_question_change"),
        *(path(f"<int:pk>/{name}/", guard(act), name=f"qa_question_{name}") for name, act in acts),
        path(
            "<int:pk>/images/<int:image_pk>/rotate/", guard(rotate), name="qa_question_image_rotate"
        ),
    ]
