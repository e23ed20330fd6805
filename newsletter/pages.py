"""How pages of the newsletter may be kept: the same bytes for everybody, or not at all."""

from functools import wraps

from django.conf import settings


def public(*query: str):
    """The same for everybody: kept until what is public changes (config/page_cache.py). What a POST
    gets is for one alone. `query` are the names in the address that the view reads.
    """

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            keep = "no-store" if request.method == "POST" else settings.PUBLIC_PAGES
            response.headers.setdefault("Cache-Control", keep)
            return response

        wrapped.cached_query = query
        return wrapped

    return decorate


def private(view):
    """For whoever has the link: kept by no cache, found by no search engine."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        response = view(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped
