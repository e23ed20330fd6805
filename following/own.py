"""What one address follows, by the key in its mails: how often, stop one, stop all, be forgotten.

GET only shows, since mailed links are fetched by scanners. Who has the key may act, so that no
POST needs a cookie (RFC 8058 forbids to ask for one); one act, one address.
"""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from following.forms import FrequencyForm
from following.models import Follow, Follower
from newsletter.pages import private

require_GET_or_POST = require_http_methods(["GET", "HEAD", "POST"])


def by_key(view):
    return csrf_exempt(private(require_GET_or_POST(view)))


@private
@require_safe
def own(request, key):
    follower = get_object_or_404(Follower, key=key)
    return _page(request, "own", follower, saved="saved" in request.GET)


@by_key
def prefer(request, key, pk):
    """POST changes how often."""
    follower, follow = _load(key, pk)
    form = FrequencyForm(request.POST)
    if request.method == "POST" and form.is_valid() and follow.is_standing:
        follow.prefer(form.cleaned_data["frequency"])
        return redirect(f"{follower.url}?saved")
    return redirect(follower.url)


@by_key
def stop(request, key, pk):
    """Leaving (RFC 8058): the mail program's POST and the page's button are the same."""
    follower, follow = _load(key, pk)
    if request.method == "POST":
        follow.stop()
    page = "stopped" if follow.withdrawn_at else "stop"
    return _page(request, page, follower, follow=follow)


@by_key
def stop_all(request, key):
    follower = get_object_or_404(Follower, key=key)
    if request.method == "POST":
        follower.stop()
    page = "stop_all" if follower.standing().exists() else "stopped"
    return _page(request, page, follower)


@by_key
def erase(request, key):
    """GET asks; POST forgets the address, and shows the same for a key that is gone already."""
    follower = Follower.objects.filter(key=key).first()
    if request.method == "POST" and follower:
        follower.erase()
        follower = None
    return _page(request, "erase" if follower else "erased", follower)


def _load(key: str, pk: int) -> tuple[Follower, Follow]:
    follow = get_object_or_404(
        Follow.objects.select_related("follower", "topic", "question"),
        follower__key=key,
        confirmed_at__isnull=False,
        pk=pk,
    )
    return follow.follower, follow


def _page(request, name: str, follower, **context):
    context["follower"] = follower
    return render(request, f"following/{name}.html", context)
