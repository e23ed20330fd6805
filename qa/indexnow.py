"""Tells search engines which pages came, changed or went (indexnow.org); off without a key.

The worker does it (settings.RECURRING), from the events, so no verb has to think of it. A ping is
a row that is tried again like a mail. No other host is contacted than INDEXNOW_URL's.
"""

import json
import urllib.error
import urllib.request
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from qa.models import Event, Ping, Question

MOST_URLS = 10_000  # in one ping, by the protocol
# An event that commits late may have a smaller number than others; and this may be undone.
SETTLED = timedelta(seconds=60)
KEPT = timedelta(days=30)
TIMEOUT = 5  # seconds
PUBLIC = Question.Status.PUBLISHED


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


# Straight to the configured host: no proxy of the environment, no redirect to another.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def announce() -> int:
    """Send what is due; return how many addresses the search engines were told."""
    if not settings.INDEXNOW_KEY:
        return 0
    _collect()
    done = [ping for ping in Ping.objects.due()[:10] if ping.claim() and _send(ping)]
    return sum(len(ping.urls) for ping in done)


def _collect() -> None:
    """Write the next ping, about the events since the last one."""
    last = Ping.objects.order_by("-last_event").first()
    events = (
        Event.objects.filter(pk__gt=last.last_event if last else 0)
        .filter(Q(from_status=PUBLIC) | Q(to_status=PUBLIC))
        .filter(created_at__lte=timezone.now() - SETTLED)
        .order_by("pk")
    )
    found = list(events.values_list("pk", "question_id", "question__slug")[:MOST_URLS])
    if found:
        pages = dict.fromkeys((number, slug) for _, number, slug in found)
        urls = [_url(number, slug) for number, slug in pages]
        Ping.objects.get_or_create(last_event=found[-1][0], defaults={"urls": urls})
        Ping.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _url(number: int, slug: str) -> str:
    return f"{settings.BASE_URL}/questions/{number}/" + (f"{slug}/" if slug else "")


def _send(ping: Ping) -> bool:
    """One try. Refused for good: 400, 403, 422, a redirect and the like, but not 429."""
    body = {
        "host": urlsplit(settings.BASE_URL).hostname,
        "key": settings.INDEXNOW_KEY,
        "keyLocation": f"{settings.BASE_URL}/indexnow.txt",
        "urlList": ping.urls,
    }
    request = urllib.request.Request(  # noqa: S310 (settings allow http and https only)
        settings.INDEXNOW_URL,
        json.dumps(body).encode(),
        {"Content-Type": "application/json; charset=utf-8"},
    )
    try:
        _opener.open(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()
        ping.note(f"HTTP {error.code}", final=error.code < 500 and error.code != 429)
        return False
    except (OSError, ValueError) as error:
        ping.note(type(error).__name__)
        return False
    ping.note("")
    return True
