"""Forged requests, told by where they come from.

A browser says with every POST on whose page the form stood (Origin, RFC 6454; OWASP, Cross-Site
Request Forgery Prevention: "Verifying Origin With Standard Headers"). Where it does, the token and
its cookie add nothing but a way to lose what was typed: cookies are cleared, blocked, or expire.
"""

from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware


class ByOrigin(CsrfViewMiddleware):
    """Django's check, which compares Origin with this site; only without it is a token needed."""

    def _check_token(self, request) -> None:
        if "HTTP_ORIGIN" not in request.META:
            super()._check_token(request)


checked_by_origin = decorator_from_middleware(ByOrigin)
