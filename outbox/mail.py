"""Writing mail: compose from templates, queue as rows, cancel and erase.

A row written in the transaction that caused it is sent if, and only if, that commits.
"""

import re
import secrets
from email.utils import format_datetime
from functools import lru_cache
from html import escape

import css_inline
from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone

from config.prepared import insert

from .headers import collapse, extra_headers, mailbox, one_address, one_line
from .models import Message
from .wording import Wording

INLINER = css_inline.CSSInliner(
    keep_at_rules=True,  # the media query for dark mode
    load_remote_stylesheets=False,
)

# Stands in a mail that is cast for the words of each; nobody can write it into a text of the site.
SECRET = secrets.token_hex(8)
MARK = re.compile(f"{SECRET}-([a-z_.]+)-")


def queue(*, dedupe_key=None, **mail):
    """Write one mail to one address as a row of the current transaction; return the Message.

    Takes the arguments of `columns`. Queueing again with the same `dedupe_key` returns the first
    row unchanged. Raises ValueError (BadHeaderError) for an address or header that is not one clean
    line.
    """
    if dedupe_key is None:
        return put(ready(**mail))
    return Message.objects.get_or_create(dedupe_key=dedupe_key, defaults=columns(**mail))[0]


def ready(**mail):
    """The Message that `queue` would write, checked beforehand, for `put`."""
    return Message(**columns(**mail))


def put(message):
    """Write what was made ready as a row of the current transaction; return it."""
    insert(message)
    return message


def write(template, context, **mail):
    """Compose one mail from its templates and queue it, with `queue`'s further arguments."""
    subject, text, html = compose(template, context)
    return queue(subject=subject, text=text, html=html, **mail)


def queue_all(mails):
    """Write many mails, dicts of `queue`'s arguments, at once; return how many were new.

    Each has a `dedupe_key`; whoever calls holds a lock, so that no other writes the same keys.
    """
    rows = [
        Message(dedupe_key=mail["dedupe_key"], **columns(**without(mail, "dedupe_key")))
        for mail in mails
    ]
    keys = [row.dedupe_key for row in rows]
    known = Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True)
    known = set(known)
    new = [row for row in rows if row.dedupe_key not in known]
    Message.objects.bulk_create(new)
    return len(new)


def keep_wording(batch, text, html):
    """The Wording of a batch; the first one stays, so that all its mails say the same."""
    words = {"text": storable(text), "html": storable(html)}
    return Wording.objects.get_or_create(batch=batch, defaults=words)[0]


def without(mapping, name):
    return {key: value for key, value in mapping.items() if key != name}


def columns(
    *,
    to,
    subject,
    text="",
    html="",
    wording=None,
    own=None,
    purpose,
    about="",
    headers=None,
    reply_to="",
    from_email="",
    not_before=None,
    bulk=False,
    batch="",
):
    """The checked columns of one mail.

    `not_before` is an aware datetime. `bulk` is for letters: they yield to other mail and are not
    sent again when it is uncertain whether they arrived; `batch` names those that were written
    together, to count, pause and resume them. `wording` (see `keep_wording`) stands instead of text
    and HTML; the dict `own` holds the words for its marks.
    """
    not_before = not_before or timezone.now()
    return {
        "to": one_address(to),
        "from_email": mailbox(from_email or settings.DEFAULT_FROM_EMAIL),
        "reply_to": mailbox(reply_to) if reply_to else "",
        "subject": one_line(subject),
        "text": storable(text),
        "html": storable(html),
        "wording": wording,
        "own": own or {},
        "headers": all_headers(headers, bulk=bulk, date=not_before),
        "purpose": purpose,
        "about": about,
        "bulk": bulk,
        "batch": batch,
        "not_before": not_before,
    }


def all_headers(headers, *, bulk, date):
    """The given headers, checked, and those that every try must repeat.

    Auto-Submitted (RFC 3834, 5) keeps holiday notices away; letters have their own conventions.
    """
    own = {"Date": format_datetime(date)}
    if not bulk:
        own["Auto-Submitted"] = "auto-generated"
    return own | extra_headers(headers)


def storable(text):
    """Text that every database can hold and every mail encode: no NUL, no lone surrogate."""
    return (
        str(text).encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
    )


def compose(template, context):
    """Render `emails/<template>.txt` and, if there is one, `.html`: (subject, text, html).

    The text template begins with a line "Subject: ..."; the rest is the body. Raises ValueError
    without that line, TemplateDoesNotExist without the text template.
    """
    context = {**context, "site_url": settings.BASE_URL}
    subject, text = split_subject(render(f"emails/{template}.txt", context, autoescape=False))
    return subject, text, render_html(f"emails/{template}.html", context)


def cast(template, same, own):
    """What `compose` gives, rendered once for all mails that have `same` in common.

    The names in both are those of the template, with dots ("question.topic.title"). `same` has
    hashable values. `own` has texts that the template writes as they are, without a sign that means
    something in HTML: links and numbers. Raises ValueError for others.
    """
    if any(escape(text) != text for text in own.values()):
        raise ValueError("A mail is cast with plain words only.")
    same = {**same, "site_url": settings.BASE_URL}
    parts = _cast(template, tuple(same.items()), tuple(own))
    return tuple(MARK.sub(lambda found: own[found[1]], part) for part in parts)


@lru_cache(200)
def _cast(template, same, names):
    context = {}
    for name, value in [*same, *((name, f"{SECRET}-{name}-") for name in names)]:
        *groups, last = name.split(".")
        place = context
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return compose(template, context)


def render(name, context, *, autoescape):
    template = get_template(name).template
    return template.render(Context(context, autoescape=autoescape))


def split_subject(rendered):
    """("one line", "body") of a rendered text template."""
    first, _, body = rendered.lstrip().partition("\n")
    label, colon, subject = first.partition(":")
    if label != "Subject" or not colon:
        raise ValueError('A text mail template begins with a line "Subject: ...".')
    return collapse(subject), re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def render_html(name, context):
    """HTML with its styles inlined, as mail readers need it; '' if there is no such template."""
    try:
        get_template(name)
    except TemplateDoesNotExist as missing:
        if str(missing) != name:
            raise
        return ""
    return INLINER.inline(render(name, context, autoescape=True))


def cancel(about, purpose=None):
    """Stop the mails about something that no server has yet seen; return how many."""
    return _about(about, purpose).cancel()


def erase(about):
    """Delete the mails about something, sent or not; return how many rows went."""
    return _about(about).delete()[0]


def _about(about, purpose=None):
    if not about:
        raise ValueError("Say what the mails are about: '' would be all that have no subject.")
    mails = Message.objects.filter(about=about)
    return mails.filter(purpose=purpose) if purpose else mails
