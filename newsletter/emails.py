"""One function per mail of the newsletter. Each only queues it, in the caller's transaction."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe

from newsletter import body
from outbox import mail
from outbox.wording import Wording
from qa.models import SiteProfile

CONFIRM, ALREADY, WELCOME = "newsletter confirmation", "newsletter already", "newsletter welcome"
LETTER, TEST = "newsletter letter", "newsletter test"
# Stand for the recipient's own links while the letter is composed, once for everybody.
UNSUBSCRIBE_MARK = "https://unsubscribe.invalid/"
PREFERENCES_MARK = "https://preferences.invalid/"
EXAMPLE_UNSUBSCRIBE = f"{settings.BASE_URL}/newsletter/unsubscribe/the-recipients-own-key/"
EXAMPLE_PREFERENCES = f"{settings.BASE_URL}/newsletter/preferences/the-recipients-own-key/"


def confirm(subscriber, consent) -> None:
    """Please confirm. Carries no advertising and not even the fact sheet."""
    path = reverse("newsletter:confirm", args=[consent.token])
    context = {"consent": consent, "confirm_url": settings.BASE_URL + path}
    _to(subscriber, "newsletter_confirm", CONFIRM, **context)


def already_subscribed(subscriber, fact_sheets) -> None:
    """There is nothing to confirm; the links to the fact sheets are new ones."""
    _to(subscriber, "newsletter_already", ALREADY, fact_sheets=fact_sheets)


def welcome(subscriber) -> None:
    _to(
        subscriber,
        "newsletter_welcome",
        WELCOME,
        headers=list_headers(subscriber.unsubscribe_url),
        fact_sheets=subscriber.fact_sheets(),
    )


def list_headers(unsubscribe_url: str, name: str = "newsletter") -> dict:
    """What lets a mail program show an "unsubscribe" button (RFC 2369, RFC 2919, RFC 8058)."""
    return {
        "List-Id": f"<{name}.{settings.EMAIL_DOMAIN}>",
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def own_links(unsubscribe_url: str, preferences_url: str) -> dict:
    """What stands in one recipient's letter for the marks."""
    return {UNSUBSCRIBE_MARK: unsubscribe_url, PREFERENCES_MARK: preferences_url}


class Letter:
    """An issue as a mail, composed and stored once; only two links differ by recipient."""

    def __init__(self, issue):
        self.issue = issue
        site, pictures = SiteProfile.load(), list(issue.pictures.all())
        self.sender = site.sender
        context = {
            "issue": issue,
            "site_name": site.name,
            "body_html": body.html(issue.mail_body, pictures, settings.BASE_URL),
            "body_text": body.text(issue.mail_body, pictures),
            "web_url": settings.BASE_URL + issue.get_absolute_url() if issue.public else "",
            "unsubscribe_url": mark_safe(UNSUBSCRIBE_MARK),  # noqa: S308 (a constant)
            "preferences_url": mark_safe(PREFERENCES_MARK),  # noqa: S308
        }
        self.subject, self.text, self.html = mail.compose("newsletter_issue", context)

    def example(self) -> tuple[str, str]:
        """(text, html) with links that lead to nobody."""
        own = own_links(EXAMPLE_UNSUBSCRIBE, EXAMPLE_PREFERENCES)
        return Wording(text=self.text, html=self.html).filled(own)

    @cached_property
    def wording(self) -> Wording:
        return mail.keep_wording(self.issue.batch, self.text, self.html)

    def mail_for(self, subscriber) -> dict:
        """The arguments of `outbox.mail.queue` for one recipient."""
        return {
            "to": subscriber.email,
            "subject": self.subject,
            "wording": self.wording,
            "own": own_links(subscriber.unsubscribe_url, subscriber.preferences_url),
            "purpose": LETTER,
            "from_email": self.sender,
            "about": subscriber.about,
            "headers": list_headers(subscriber.unsubscribe_url),
            "bulk": True,
            "batch": self.issue.batch,
            "dedupe_key": f"{self.issue.batch}:{subscriber.pk}",
        }

    def test_to(self, user):
        """One copy to whoever writes it, marked as a test and with links that lead to nobody."""
        text, html = self.example()
        return mail.queue(
            to=user.email,
            subject=f"[Test] {self.subject}",
            text=text,
            html=html,
            purpose=TEST,
            from_email=self.sender,
            headers=list_headers(EXAMPLE_UNSUBSCRIBE),
        )


def _to(subscriber, template: str, purpose: str, headers=None, **context) -> None:
    site = SiteProfile.load()
    context |= {
        "subscriber": subscriber,
        "site_name": site.name,
        "unsubscribe_url": subscriber.unsubscribe_url,
        "preferences_url": subscriber.preferences_url,
    }
    mail.write(
        template,
        context,
        to=subscriber.email,
        purpose=purpose,
        from_email=site.sender,
        about=subscriber.about,
        headers=headers,
    )
