"""/ask/ and /topics/<slug>/ask/: where a question begins."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from qa.asking import drafts
from qa.asking.forms import QuestionForm
from qa.asking.private import SeeOther, private_page
from qa.asking.views.form import closed_page, form_page
from qa.models import DayCount, Topic
from qa.models.trace import TooMany
from qa.models.workflow import Status


@private_page
@require_safe
def topic_pick(request):
    """Which topic is it about? The line typed so far goes along."""
    _count_search(request)
    title = drafts.first_line(request)
    query = f"?{urlencode({'title': title})}" if title else ""
    topics = [
        {
            "title": topic.title,
            "summary": topic.summary,
            "url": reverse("asking:question_ask", args=[topic.slug]) + query,
        }
        for topic in Topic.objects.open()
        if topic.takes_questions()
    ]
    context = {"section": "ask", "topics": topics, "title": title}
    return render(request, "qa/asking/topic_pick.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def question_ask(request, slug):
    topic = Topic.objects.of_slug(slug)
    if topic is None:
        raise Http404("no such topic")
    if not topic.takes_questions():
        return closed_page(request, topic)
    if request.method == "POST":
        return _begin(request, topic)
    _count_search(request)
    begun, is_this = drafts.unfinished(request, topic)
    if begun and is_this:
        return redirect("asking:edit", begun.key)
    initial = drafts.first_words(request) | {"email": getattr(request.user, "email", "")}
    return form_page(request, topic, QuestionForm(initial=initial), begun=begun)


def _count_search(request) -> None:
    """Whoever comes from a page of search results did not find it there."""
    if request.method == "GET" and request.GET.get("from") == "search":
        DayCount.objects.add_search(DayCount.What.SEARCH_LED_NOWHERE, drafts.first_line(request))


def _begin(request, topic):
    try:
        if question := drafts.begin_complete(topic, request):
            return SeeOther(reverse("asking:preview", args=[question.key]))
        question = drafts.begin(topic, request)
    except TooMany as refusal:
        form = QuestionForm(initial=QuestionForm(request.POST).typed())
        form.refusal = refusal
        return form_page(request, topic, form)
    if question.status != Status.DRAFT:
        return SeeOther(question.get_private_url())
    form = drafts.take_over(question, request)
    drafts.remember(request, question)
    if form.errors or form.refusal:
        return form_page(request, topic, form, question)
    return SeeOther(reverse("asking:preview", args=[question.key]))
