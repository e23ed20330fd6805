"""Mail that came back, as a mail service tells it by HTTP, for sites that deliver through one.

django-anymail checks and reads what the service posts. It is optional: requirements-webhooks.txt
installs it, MAIL_WEBHOOKS names the service, and without that there is no such address.
"""

import re

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from . import bounces
from .models import Message
from .suppression import Suppression

SECRET_LENGTH = 20  # characters of user:password, at least
HARD = {"bounced", "invalid"}  # reasons that speak of the mailbox, not of the service's own rules
FOR_NOW = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b")  # RFC 3463: class 4 passes by itself


def routes(service: str) -> list:
    """The one address that `service` posts to; none for ''. Raises ImproperlyConfigured."""
    if not service:
        return []
    try:
        from anymail.signals import tracking
        from anymail.urls import urlpatterns
    except ImportError as error:
        raise ImproperlyConfigured(
            "MAIL_WEBHOOKS needs: pip install --no-deps -r requirements-webhooks.txt"
        ) from error
    found = [route for route in urlpatterns if route.name == f"{service}_tracking_webhook"]
    if not found:
        raise ImproperlyConfigured(
            f"MAIL_WEBHOOKS must be a service of django-anymail, such as postmark, not {service!r}."
        )
    secret = settings.ANYMAIL.get("WEBHOOK_SECRET", "")
    if ":" not in secret or len(secret) < SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"ANYMAIL_WEBHOOK_SECRET must be user:password, {SECRET_LENGTH} characters or more."
        )
    try:
        found[0].callback.view_class()  # says what else this service has to have set
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(str(error)) from error
    tracking.connect(take)
    return found


def take(event, **sent) -> bool:
    """Act on one event of django-anymail; True if it is about a mail of ours."""
    reason = reason_of(event)
    mail = mail_of(event) if reason else None
    if mail is None:
        return False
    words = " ".join((event.mta_response or event.description or "").split())
    return bounces.record(bounces.Report(mail.message_id, reason, words=f"Came back: {words}"))


def reason_of(event) -> str | None:
    """Why letters are to be held back; None for whatever else a service tells."""
    if event.event_type == "complained":
        return Suppression.Reason.COMPLAINT
    hard = event.event_type in {"bounced", "rejected"} and event.reject_reason in HARD
    if hard and not FOR_NOW.search(event.mta_response or ""):
        return Suppression.Reason.BOUNCE
    return None


def mail_of(event) -> Message | None:
    """The mail that an event is about.

    Some services tell the Message-ID, others a number of their own; then it is the last mail that
    went to this address. The post was authenticated, unlike what comes to a mailbox.
    """
    mails = Message.objects.handed_over().filter(to__iexact=event.recipient or "")
    named = mails.filter(message_id=event.message_id or "")
    return named.first() or mails.order_by("-handed_over_at", "-pk").first()


urlpatterns = routes(settings.MAIL_WEBHOOKS)
