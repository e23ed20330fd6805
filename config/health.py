"""/healthz: the process is up. /readyz: database, cache, disk and queue are fine, too."""

from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache

from outbox.models import Message
from qa.unavailable import has_room

QUEUE_LATE = timedelta(minutes=15)


@never_cache
def healthz(request):
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request):
    """200 where every part answers, else 503; a JSON object says which part does not."""
    checks = {name: _try(check) for name, check in CHECKS.items()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _try(check) -> bool:
    try:
        return check()
    except (DatabaseError, OSError):
        return False


def database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def cache_answers() -> bool:
    cache.set("readyz", "ok", 10)
    return cache.get("readyz") == "ok"


def queue() -> bool:
    """No mail is overdue: the worker runs."""
    return not Message.objects.due(timezone.now() - QUEUE_LATE).exists()


CHECKS = {"database": database, "cache": cache_answers, "disk": has_room, "queue": queue}

urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
