"""How pages of the newsletter may be kept: the same bytes for everybody, or not at all."""

from functools import wraps

from django.conf import settings
from django.views.decorators.cache import cache_control

never_store = cache_control(no_store=True)


def public(view):
    """The same for everybody: kept until what is public changes (config/page_cache.py)."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        response = view(*args, **kwargs)
        response.headers.setdefault("Cache-Control", settings.PUBLIC_PAGES)
        return response

    wrapped.cached_query = ()
    return wrapped


def private(view):
    """For whoever has the link: kept by no cache, found by no search engine."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        response = view(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped
