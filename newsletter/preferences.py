"""The reader's own page, by the key of their letters: what comes, how often, a pause, an end.

GET only shows, since mailed links are fetched by scanners. Who has the key may act, so that no
POST needs a cookie (see newsletter.views); one act, one address.
"""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from newsletter.forms import PauseForm, PreferencesForm
from newsletter.models import Subscriber
from newsletter.pages import private
from qa.models import Topic

require_GET_or_POST = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt
@private
@require_GET_or_POST
def show(request, token):
    """The choices; POST saves topics and frequency."""
    subscriber = get_object_or_404(Subscriber, key=token)
    if request.method != "POST":
        return page(request, subscriber, form_of(subscriber), saved="saved" in request.GET)
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return page(request, subscriber, form, status=422)
    topics = Topic.objects.filter(slug__in=form.cleaned_data["topics"])
    subscriber.prefer(topics=topics, frequency=form.cleaned_data["frequency"])
    return redirect(f"{request.path}?saved")


def form_of(subscriber) -> PreferencesForm:
    topics = list(subscriber.topics.values_list("slug", flat=True))
    return PreferencesForm(initial={"topics": topics, "frequency": subscriber.frequency})


def page(request, subscriber, form, saved=False, status=200):
    context = {"subscriber": subscriber, "form": form, "pause": PauseForm(), "saved": saved}
    context["any_topics"] = Topic.objects.exists()
    return render(request, "newsletter/preferences.html", context, status=status)


@csrf_exempt
@private
@require_GET_or_POST
def pause(request, token):
    """POST begins a pause of so many days, or ends it (0)."""
    subscriber = get_object_or_404(Subscriber, key=token)
    form = PauseForm(request.POST)
    if request.method == "POST" and form.is_valid():
        subscriber.pause(form.cleaned_data["days"])
    return redirect("newsletter:preferences", token)


@csrf_exempt
@private
@require_GET_or_POST
def erase(request, token):
    """GET asks; POST forgets the address, and shows the same for a key that is gone already."""
    subscriber = Subscriber.objects.filter(key=token).first()
    if request.method == "POST" and subscriber:
        subscriber.erase()
        subscriber = None
    name = "erase" if subscriber else "erased"
    return render(request, f"newsletter/{name}.html", {"subscriber": subscriber})
