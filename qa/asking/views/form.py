"""The form as a page, for a question that is begun and for one that is not yet."""

from django.shortcuts import render
from django.urls import reverse

from qa import imaging
from qa.asking import limits, pictures, tickets
from qa.asking.drafts import DECOY
from qa.asking.forms import QuestionForm
from qa.models.workflow import Status


def form_page(request, topic, form, question=None, **context):
    """The form; with errors it is status 422 (RFC 9110, 15.5.21) and says so in its title.

    Where a limit stands against what was sent (form.refusal) it is status 429.
    """
    context |= pictures_context(form) | {
        "section": "ask",
        "topic": topic,
        "done": pictures.said(request.GET.get("done", "")),
        "decoy": DECOY,
        "breadcrumbs": breadcrumbs(topic),
    }
    if question is None:
        query = request.META["QUERY_STRING"]
        save = reverse("asking:ask_save", args=[topic.slug]) + (f"?{query}" if query else "")
        context |= {"action": request.get_full_path(), "save": save}
        context |= {"ticket": request.POST.get("ticket") or tickets.issue(topic)}
    else:
        context |= {"action": reverse("asking:edit", args=[question.key])}
        if question.status == Status.DRAFT:
            context |= {"save": reverse("asking:save", args=[question.key])}
    if form.refusal:
        context |= {"too_many": "" if form.errors else limits.sentence(form.refusal)}
        page = render(request, "qa/asking/form.html", context)
        return limits.mark_refused(page, form.refusal)
    status = 422 if form.errors else 200
    return render(request, "qa/asking/form.html", context, status=status)


def pictures_context(form) -> dict:
    """What the part of the form about pictures needs: the stored ones, and room for more."""
    return {
        "form": form,
        "question": form.question,
        "pictures": [_picture(form, image) for image in form.images],
        "slots": range(len(form.images) + 1, imaging.MAX_FILES + 1),
        "most": imaging.MAX_FILES,
    }


def _picture(form, image) -> dict:
    """What the form shows of one stored picture."""
    position = form.images.index(image)
    return {
        "image": image,
        "links": pictures.private_links(form.question, image),
        "alt": form[f"alt_{image.pk}"],
        "number": position + 1,
        "earlier": position - 1 if position else None,
        "later": position + 1 if position + 1 < len(form.images) else None,
    }


def closed_page(request, topic, question=None):
    """Asking is paused, or today's questions are all taken. What was typed is shown, to be kept."""
    form = QuestionForm(request.POST, question=question)
    context = {
        "section": "ask",
        "topic": topic,
        "question": question,
        "typed": [form[name] for name in ("title", "body") if request.POST.get(name)],
        "breadcrumbs": breadcrumbs(topic),
    }
    return render(request, "qa/asking/closed.html", context)


def breadcrumbs(topic) -> list[dict]:
    return [
        {"label": "Topics", "url": reverse("archive:topic_list")},
        {"label": topic.title, "url": topic.get_absolute_url()},
    ]
