"""/questions/<pk>/answer/: a member answers, where the topic takes that."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qa.asking.forms import AnswerForm
from qa.asking.private import SeeOther, private_page
from qa.models import Answer, Question


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def reader_answer(request, pk):
    """A question that takes no answer here is not found, before anybody is asked to sign in."""
    question = Question.objects.for_pages().filter(pk=pk).first()
    if question is None or not question.topic.accepts_reader_answers:
        raise Http404
    return _answer(request, question)


@login_required
def _answer(request, question):
    waiting = question.answers.waiting_from(request.user).first()
    if request.method == "POST" and waiting:
        return SeeOther(reverse("asking:reader_answer", args=[question.pk]))
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        Answer.from_reader(question, by=request.user, body=form.cleaned_data["body"])
        return SeeOther(reverse("asking:reader_answer", args=[question.pk]))
    context = {"question": question, "form": form, "waiting": waiting, "section": "answered"}
    status = 422 if form.errors else 200
    return render(request, "qa/asking/reader_answer.html", context, status=status)
