"""What the asker's own pages have in common: a key that opens them, and nothing that leaks it."""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from qa.asking import tickets
from qa.asking.forms import QuestionForm
from qa.forgery import checked_by_origin
from qa.models import Question
from qa.models.workflow import StateConflict
from qa.unavailable import kept_from


class KeyConverter:
    """A question's key in an address: URL-safe base64, as qa.models.picture.new_key makes it."""

    regex = "[A-Za-z0-9_-]{16,40}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class SeeOther(HttpResponseRedirect):
    """After a POST: the browser goes on with a GET (RFC 9110, 15.4.4)."""

    status_code = 303


def private_page(view):
    """Keep a page out of every cache and index, and its address out of every other site's log.

    The referrer policy is "same-origin", not "no-referrer": with that browsers send the header
    "Origin: null" with forms (Fetch standard, "append a request Origin header"), which the
    forgery check rightly refuses.
    """
    view = kept_from(view)

    @csrf_exempt  # from the site-wide check by cookie
    @checked_by_origin
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        return guard(view(request, *args, **kwargs))

    return wrapper


def guard(response):
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def asker_page(view):
    """Find the question by the key in the address, and hand it to the view.

    An unknown key is a 404 like any other, an erased question 410. A verb that comes too late
    answers with a page that says so, 409, and shows what had been typed.
    """

    @wraps(view)
    @private_page
    def wrapper(request, key, **kwargs):
        question = Question.objects.of_key(key)
        if question is None:
            return _to_new_key(request, key)
        if question.erased_at:
            return render(request, "qa/asking/erased.html", {"question": question}, status=410)
        try:
            return view(request, question, **kwargs)
        except StateConflict:
            return too_late(request, question)

    return wrapper


MOVED = "moved"  # in the session: old keys of this browser's questions, with their new ones


def remember_new_key(request, old: str, question) -> None:
    """Let this browser find a question whose key a new address has changed."""
    if question.key != old:
        request.session[MOVED] = request.session.get(MOVED, {}) | {old: question.key}


def _to_new_key(request, key: str):
    """Lead on a second click, or the way back, in that browser. Raises Http404 in any other."""
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES  # else: the plainest of pages
    moved = request.session.get(MOVED, {}) if has_session else {}
    if key not in moved:
        raise Http404
    return SeeOther(reverse("asking:status", args=[moved[key]]))


def too_late(request, question):
    question.refresh_from_db()
    form = QuestionForm(request.POST, question=question)
    typed = [form[name] for name in ("title", "body") if request.POST.get(name)]
    context = {"question": question, "typed": typed}
    if typed and not question.is_open:
        # What was typed begins a question of its own, in the form that a ticket stands for.
        again = ("title", "body", "name", "location", "email")
        context["again"] = [form[name] for name in again if request.POST.get(name)]
        context["ticket"] = tickets.issue(question.topic)
    return render(request, "qa/asking/too_late.html", context, status=409)
