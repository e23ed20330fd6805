"""How pages of the newsletter may be kept: the same bytes for everybody, or not at all."""

from functools import wraps

from django.views.decorators.cache import cache_control

public = cache_control(public=True, max_age=0, must_revalidate=True)
never_store = cache_control(no_store=True)


def private(view):
    """For whoever has the link: kept by no cache, found by no search engine."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        response = view(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped
