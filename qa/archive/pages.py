"""How public pages may be kept: safe methods, headers for any cache."""

from functools import wraps

from django.conf import settings
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

# A shared cache may keep the answer, and asks each time whether it still holds.
REVALIDATE = "public, max-age=0, must-revalidate"


def public(view):
    """A page that is the same bytes for everybody: GET and HEAD only, no cookie, no token.

    Nothing here changes anything, so a forged POST meets 405 like any other, not a CSRF check.
    """

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", REVALIDATE)
        return response

    page = csrf_exempt(require_safe(wrapped))
    page.is_public = True
    return page


def cached(*query: str):
    """A public page that may be kept and given out unasked, here and by caches in front.

    config/page_cache.py forgets it as soon as what is public changes. `query` are the names in the
    address that the view reads; others make no other page.
    """

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                response.headers.setdefault("Cache-Control", settings.PUBLIC_PAGES)
            return response

        page = public(wrapped)
        page.cached_query = query
        return page

    return decorate
