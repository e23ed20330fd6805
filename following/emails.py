"""One function per mail to followers. Each only queues it, in the caller's transaction."""

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe

from newsletter.emails import list_headers
from outbox import mail
from qa.models import SiteProfile

CONFIRM, ALREADY, NEWS = "following confirmation", "following already", "following news"
# Stand for the recipient's own links while a bulletin is composed, once for everybody.
STOP_MARK = "https://stop-{}.invalid/"
STOP_ALL_MARK, OWN_MARK = "https://stop-all.invalid/", "https://own.invalid/"


def confirm(follow) -> None:
    """Please confirm. Carries no news and nothing else to click."""
    path = reverse("following:confirm", args=[follow.token])
    _to(follow, "following_confirm", CONFIRM, confirm_url=settings.BASE_URL + path)


def already(follow) -> None:
    """There is nothing to confirm."""
    _to(follow, "following_already", ALREADY, own_url=follow.follower.url)


def _to(follow, template: str, purpose: str, **context) -> None:
    site = SiteProfile.load()
    mail.write(
        template,
        context | {"follow": follow, "site_name": site.name},
        to=follow.follower.email,
        purpose=purpose,
        from_email=site.sender,
        about=follow.about,
    )


def compose_news(parts) -> tuple[str, str, str]:
    """(subject, text, html) of [(target, [News])], with marks for the recipient's own links.

    Where a target has no news, its number stands for nothing.
    """
    shown = [
        {
            "title": target.title,
            "is_topic": target._meta.model_name == "topic",
            "news": news,
            "stop_url": mark_safe(STOP_MARK.format(number)),  # noqa: S308 (a constant)
        }
        for number, (target, news) in enumerate(parts)
        if news
    ]
    items = [one for part in shown for one in part["news"]]
    context = {
        "site_name": SiteProfile.load().name,
        "parts": shown,
        "first": items[0],
        "more": len(items) - 1,
        "stop_all_url": mark_safe(STOP_ALL_MARK),  # noqa: S308
        "own_url": mark_safe(OWN_MARK),  # noqa: S308
    }
    return mail.compose("following_news", context)


def news_for(follows, bulletin, wording, sender) -> dict:
    """The arguments of `outbox.mail.queue` for one recipient of a bulletin about `follows`."""
    follower = follows[0].follower
    alone = follows[0] if len(follows) == 1 else None
    own = {STOP_MARK.format(number): follow.stop_url for number, follow in enumerate(follows)}
    return {
        "to": follower.email,
        "subject": bulletin.subject,
        "wording": wording,
        "own": own | {STOP_ALL_MARK: follower.stop_url, OWN_MARK: follower.url},
        "purpose": NEWS,
        "from_email": sender,
        # So that stopping one thing stops the mails about that alone.
        "about": (alone or follower).about,
        "headers": list_headers((alone or follower).stop_url, "following"),
        "bulk": True,
        "batch": bulletin.batch,
        "dedupe_key": f"{bulletin.batch}:{follower.pk}",
    }
