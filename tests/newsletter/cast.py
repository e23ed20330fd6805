"""What the newsletter's tests share."""

from django.utils import timezone

from newsletter.models import FactSheet, Issue, Subscriber
from outbox.models import Message

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def asked(email: str = "ada@example.org", **fields) -> Subscriber:
    """Somebody who asked and has not yet confirmed."""
    return Subscriber.objects.request(
        email=email, page=fields.pop("page", "/newsletter/"), **fields
    )


def subscriber(email: str = "ada@example.org", **fields) -> Subscriber:
    """Somebody who gets the letter; the mails so far are out of the way."""
    confirmed = asked(email, **fields)
    confirmed.confirm()
    Message.objects.filter(about=confirmed.about).delete()
    return confirmed


def fact_sheet(slug: str = "cramps", **fields) -> FactSheet:
    sheet = FactSheet(slug=slug, title=fields.pop("title", "Muscle cramps"), **fields)
    sheet.store(PDF)
    return sheet


def issue(slug: str = "first", **fields) -> Issue:
    defaults = {
        "subject": "The first letter",
        "preheader": "What is new",
        "body": "Dear reader,\n\nthere is a [new page](/topics/vitamin-d/).",
    }
    return Issue.objects.create(slug=slug, **defaults | fields)


def sent(**fields) -> Issue:
    """A letter that has been sent."""
    now = timezone.now()
    return issue(status="sent", sent_at=now, queued_at=now, **fields)


def mails(purpose: str) -> list[Message]:
    return list(Message.objects.filter(purpose=purpose).order_by("pk"))
