import ipaddress
import math
from datetime import timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac


class TooMany(Exception):
    """A limit stands against it; `seconds` from now on it does no longer."""

    def __init__(self, what: str, seconds: int):
        super().__init__(what)
        self.what, self.seconds = what, seconds


def visitor_mark(address: str) -> str:
    """A fingerprint of where a request comes from: an IPv4 address, or an IPv6 network of /64,
    which is the least that one household has (RFC 6177).
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return _mark("visitor", address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    prefix = 64 if ip.version == 6 else 32
    return _mark("visitor", str(ipaddress.ip_network((ip, prefix), strict=False)))


def mailbox_mark(email: str) -> str:
    """A fingerprint of a mailbox: ada+x@example.org (RFC 5233) is that of Ada@example.org."""
    local, _, domain = email.strip().casefold().rpartition("@")
    return _mark("mailbox", f"{local.partition('+')[0]}@{domain}")


def day_mark(address: str, what: str) -> str:
    """A fingerprint of one visitor, one thing and today. Nobody can be followed by it: it is
    another one for every thing, and on every day.
    """
    return _mark("day", f"{visitor_mark(address)} {what} {timezone.localdate()}")


def _mark(kind: str, text: str) -> str:
    return salted_hmac(f"qa.trace.{kind}", text).hexdigest()[:32]


class TraceQuerySet(models.QuerySet):
    @transaction.atomic
    def take(self, what: str, *marks: str, amount: int = 1) -> None:
        """Leave a trace of `what` under each mark. Raises TooMany, and leaves none, where a limit
        of settings.LIMITS stands against it.
        """
        if not settings.RATE_LIMITS:
            return
        for mark in sorted(marks):
            _wait_for_others(mark)
        self.require(what, *marks, amount=amount)
        self.bulk_create(Trace(what=what, mark=mark, amount=amount) for mark in marks)

    def require(self, what: str, *marks: str, amount: int = 1) -> None:
        """Raise TooMany where `take` would."""
        seconds = max(self.seconds_to_wait(what, mark, amount) for mark in marks)
        if settings.RATE_LIMITS and seconds:
            raise TooMany(what, seconds)

    def seconds_to_wait(self, what: str, mark: str, amount: int = 1) -> int:
        """Until `amount` more is within every limit; 0 if it is now."""
        traces = self.filter(what=what, mark=mark)
        return max(_wait(traces, amount, *limit) for limit in settings.LIMITS[what])


def _wait_for_others(mark: str) -> None:
    """Until the commit, one request at a time counts what is under a mark: two at once shall not
    both get the last place. SQLite's transactions (IMMEDIATE) are one at a time by themselves.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [mark])


def _wait(traces, amount: int, most: int, window: int) -> int:
    """Seconds until so many of the window's traces have grown old that `amount` more fits in."""
    if amount > most:
        return window
    now = timezone.now()
    recent = traces.filter(created_at__gt=now - timedelta(seconds=window)).order_by("created_at")
    surplus = (recent.aggregate(sum=Sum("amount"))["sum"] or 0) + amount - most
    until = now
    for made, size in recent.values_list("created_at", "amount"):
        if surplus <= 0:
            break
        surplus -= size
        until = made + timedelta(seconds=window)
    return math.ceil((until - now).total_seconds())


class Trace(models.Model):
    """That somebody sent something, how much and when: never what, and never their address.

    `mark` is a keyed fingerprint, worth nothing without SECRET_KEY. All processes count the same
    rows (settings.LIMITS says up to how many), and no row leads to a question.
    """

    what = models.CharField(max_length=16)
    mark = models.CharField(max_length=32)
    amount = models.PositiveBigIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = TraceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["mark", "what", "created_at"], name="qa_trace_count")]

    def __str__(self) -> str:
        return f"{self.amount} {self.what}"
