"""How the list grew: subscribers at the end of each of the last twelve months."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from newsletter.models import Consent

MONTHS = 12


def growth() -> list[dict]:
    """[{"month": date, "count": int}], oldest first, the present month last."""
    return [{"month": first, "count": at(end_of(first))} for first in months()]


def months() -> list[date]:
    first, found = timezone.localdate().replace(day=1), []
    for _ in range(MONTHS):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def end_of(first: date) -> datetime:
    after = (first + timedelta(days=31)).replace(day=1)
    return timezone.make_aware(datetime(after.year, after.month, 1))


def at(moment: datetime) -> int:
    """Consents that stood at this moment."""
    standing = Q(withdrawn_at=None) | Q(withdrawn_at__gte=moment)
    return Consent.objects.filter(standing, confirmed_at__lt=moment).count()
