"""What to look at before a letter leaves: each finding is one sentence for the author."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import storages
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve

from newsletter import body, emails

SIZE_LIMIT = 102 * 1024  # bytes of HTML after which Gmail cuts a mail
SUBJECT_LIMIT = 70  # characters that most mailboxes show


@dataclass(frozen=True)
class Finding:
    """`stops`: the letter must not leave like this."""

    words: str
    stops: bool = False


def findings(letter) -> list[Finding]:
    """All that is to be said about an `emails.Letter`."""
    issue = letter.issue
    found = [*about_subject(issue), *about_pictures(issue), *about_links(issue.body)]
    size = len(letter.html.encode())
    if size > SIZE_LIMIT:
        words = f"The letter has {size // 1024} KB. Gmail cuts mails off after 102 KB: shorten it."
        found.append(Finding(words, stops=True))
    if emails.UNSUBSCRIBE_MARK not in letter.html or emails.UNSUBSCRIBE_MARK not in letter.text:
        found.append(Finding("The letter has no link to leave.", stops=True))
    return found


def about_subject(issue):
    if len(issue.subject) > SUBJECT_LIMIT:
        words = f"The subject has {len(issue.subject)} characters; mailboxes show about 70."
        yield Finding(words)
    if not issue.preheader:
        yield Finding("There is no line for mailboxes to show after the subject.")


def about_pictures(issue):
    pictures = issue.pictures.all()
    for alt, address in body.PICTURE.findall(issue.body):
        picture = body.named(address, pictures)
        if address.startswith(body.NAMED) and not picture:
            yield Finding(f"The letter has no picture of this name: {address}", stops=True)
            continue
        if not (alt or (picture.alt if picture else "")).strip():
            yield Finding(f"A picture has no description: {address}", stops=True)
        if picture:
            continue
        if not body.is_own(address):
            words = f"A picture is on another site, which would learn who reads: {address}"
            yield Finding(f"{words}. It is left out.", stops=True)
        elif not answers(address):
            yield Finding(f"A picture is not there: {address}", stops=True)


def about_links(source):
    """Links of this site; others are not fetched, since that tells them of the letter."""
    for _, address in body.LINK.findall(source):
        if body.is_own(address) and not answers(address):
            yield Finding(f"A link leads nowhere: {address}", stops=True)


def answers(address: str) -> bool:
    """Whether an address of this site leads to a file or a page, asked as anybody would."""
    path = unquote(urlsplit(address).path)
    for prefix, alias in ((settings.MEDIA_URL, "public"), (settings.STATIC_URL, "staticfiles")):
        folder = urlsplit(prefix).path  # media may be given out by another host
        if path.startswith(folder):
            return storages[alias].exists(path.removeprefix(folder))
    try:
        view, arguments, named = resolve(path)
        return view(a_get(path), *arguments, **named).status_code < 400
    except (Resolver404, Http404, ValueError):
        return False


def a_get(path: str) -> HttpRequest:
    """A stranger's request for a page."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.META = {
        "SERVER_NAME": settings.SITE_HOST,
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
    }
    request.user, request.session = AnonymousUser(), {}
    return request
