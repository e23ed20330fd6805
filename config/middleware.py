"""What every answer of the site carries, and whom the site believes about a visitor."""

import ipaddress

from django.conf import settings
from django.http import HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import patch_vary_headers

from config.finished import COMPRESS, best_coding

# Nothing inline, nothing from elsewhere; data: is needed by the admin's and allauth's QR image.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}"
)
WORTH_IT = 1000  # bytes of a text that is compressed
METHODS = ["GET", "HEAD", "POST"]
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def policy(ancestors: str = "'none'") -> str:
    """The Content-Security-Policy of a page that pages of `ancestors` may frame."""
    upgrade = "; upgrade-insecure-requests" if settings.HTTPS else ""
    return POLICY.format(ancestors=ancestors) + upgrade


class SecurityHeaders:
    """One static Content-Security-Policy and its companions, on whatever is answered.

    Only /embed/ may be framed, and only /embed.js may be loaded by another site's page. An answer
    that says nothing about caches, such as an error, is kept by none.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        headers = response.headers
        if request.path.startswith("/embed/"):
            headers.setdefault("Content-Security-Policy", policy(ancestors="*"))
        else:
            headers.setdefault("Content-Security-Policy", policy())
            headers.setdefault("X-Frame-Options", "DENY")
        shared = request.path == "/embed.js"
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin"
        )
        headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cache-Control", "no-store")
        return response


class Methods:
    """Nothing here answers to PUT, PATCH, DELETE, OPTIONS or TRACE (RFC 9110, 15.5.6)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in METHODS:
            return self.get_response(request)
        return HttpResponseNotAllowed(METHODS)


class PublicPages:
    """Answers at once for a page that is the same for everybody (qa.archive.pages.public).

    What stands below this in MIDDLEWARE is about one visitor: session, forms, account, messages.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        match = self.match(request) if request.method in {"GET", "HEAD"} else None
        if match is None:
            return self.get_response(request)
        request.resolver_match = match
        response = match.func(request, *match.args, **match.kwargs)
        if not hasattr(match.func, "cached_query"):  # others are compressed once (page_cache.py)
            compress(request, response)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def match(self, request) -> ResolverMatch | None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return None
        return match if getattr(match.func, "is_public", False) else None


def compress(request, response) -> None:
    """Such as results of a search. Nothing secret is in it, whose length could be guessed by."""
    if not response["Content-Type"].startswith("text/") or len(response.content) < WORTH_IT:
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    coding = best_coding(request.headers.get("Accept-Encoding", ""))
    if coding:
        response.content = COMPRESS[coding](response.content)
        response.headers["Content-Encoding"] = coding


class ButtonsOnly:
    """What is only ever sent to by a button says so to whoever opens it as a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        opened = request.method in {"GET", "HEAD"}
        if opened and response.status_code == 405 and not response.content:
            response.content = render(request, "405.html").content
        return response


class TrustedProxies:
    """Believe a request no more than its sender: its Host, scheme and visitor's address.

    A Host that ALLOWED_HOSTS lacks is refused (DisallowedHost, answered with 400), for files as
    for pages. The scheme is that of BASE_URL, whatever a header says. The visitor's address is
    taken from X-Forwarded-For only where a trusted proxy wrote it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.environ["wsgi.url_scheme"] = "https" if settings.HTTPS else "http"
        request.get_host()
        request.META["REMOTE_ADDR"] = visitor_address(request.META)
        return self.get_response(request)


def visitor_address(meta: dict) -> str:
    """The nearest address in the forwarding chain that is not a trusted proxy."""
    address, forwarded = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR")
    if not forwarded:
        return address
    chain = [part.strip() for part in forwarded.split(",")]
    while is_trusted(address) and chain:
        candidate = chain.pop()
        if not is_address(candidate):
            break
        address = candidate
    return address


def is_trusted(address: str) -> bool:
    if not is_address(address):
        return False
    ip = ipaddress.ip_address(address)
    return any(ip in network for network in settings.TRUSTED_PROXIES)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
