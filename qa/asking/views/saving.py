"""…/save/: what a script stores while the form is being written, a draft's words only."""

from django.http import Http404, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from qa.asking import drafts, limits
from qa.asking.private import asker_page, private_page
from qa.models import Topic
from qa.models.trace import TooMany
from qa.models.workflow import StateConflict


@require_POST
@private_page
def ask_save(request, slug):
    """A fresh form: its ticket names the draft, so that the form itself finds it when it comes."""
    topic = Topic.objects.of_slug(slug)
    if topic is None:
        raise Http404("no such topic")
    if not topic.takes_questions():
        return JsonResponse({"saved": False}, status=409)
    try:
        question = drafts.begin_quietly(topic, request)
        return _save(request, question)
    except TooMany as refusal:
        return limits.mark_refused(JsonResponse({"saved": False}), refusal)
    except StateConflict:
        return JsonResponse({"saved": False}, status=409)


@require_POST
@asker_page
def save(request, question):
    return _save(request, question)


def _save(request, question):
    """Answers with where pictures may be sent from now on."""
    drafts.autosave(question, request)
    drafts.remember(request, question)
    return JsonResponse({"saved": True, "upload": reverse("asking:image_add", args=[question.key])})
