"""Following a topic or a question: the form, and the confirmation from the mail.

GET only shows. The form needs no cookie: where a POST comes from is told by its Origin.
"""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from following import limits
from following.forms import FollowForm
from following.models import Follow
from following.models.follow import consent_text
from newsletter.pages import private, public
from qa.forgery import checked_by_origin
from qa.models import Question, Topic

require_GET_or_POST = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt  # from the site-wide check by cookie
@checked_by_origin
@private
@require_GET_or_POST
def topic(request, slug):
    found = get_object_or_404(Topic, slug=slug)
    return _follow(request, found, Follow.Frequency.WEEKLY)


@csrf_exempt
@checked_by_origin
@private
@require_GET_or_POST
def question(request, pk):
    """Of one that was merged, 301 to the one which it was merged into."""
    asked = get_object_or_404(Question, pk=pk)
    found = asked.end_of_chain
    if found.status != Question.Status.PUBLISHED:
        raise Http404("no such question")
    if found != asked:
        return redirect("following:question", found.pk, permanent=True)
    return _follow(request, found, Follow.Frequency.INSTANT)


def _follow(request, target, frequency):
    """The opt-in. Whoever is signed in with the very address need not confirm it by mail."""
    user = request.user
    initial = {"frequency": frequency, "email": user.email if user.is_authenticated else ""}
    form = FollowForm(request.POST if request.method == "POST" else None, initial=initial)
    if not form.is_bound or not form.is_valid():
        return _page(request, target, form, status=422 if form.is_bound else 200)
    if form.is_trapped:
        return redirect("following:asked")
    email, often = form.cleaned_data["email"], form.cleaned_data["frequency"]
    if user.is_authenticated and user.has_verified(email):
        follow = Follow.objects.ask(email=email, target=target, frequency=often)
        follow.confirm()
        return redirect(f"{reverse('following:own', args=[follow.follower.key])}?saved")
    if not limits.allow(request, email):
        return _page(request, target, form, status=429)
    Follow.objects.request(email=email, target=target, frequency=often)
    return redirect("following:asked")


def _page(request, target, form, status):
    context = {"target": target, "form": form, "status": status}
    context |= {"is_topic": isinstance(target, Topic), "consent_text": consent_text(target)}
    return render(request, "following/follow.html", context, status=status)


@public()
@require_safe
def asked(request):
    """The same for every address, whether it is known or not."""
    return render(request, "following/asked.html")


@csrf_exempt  # whoever has the link may act, as in newsletter.views
@private
@require_GET_or_POST
def confirm(request, token):
    follow = Follow.objects.for_token(token)
    if follow is None or follow.withdrawn_at:
        return render(request, "following/confirm_invalid.html", status=404)
    if request.method == "POST":
        follow.confirm()
        return redirect("following:confirm", token)
    page = "confirmed" if follow.confirmed_at else "confirm"
    return render(request, f"following/{page}.html", {"follow": follow})
