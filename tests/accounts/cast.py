"""What the tests of accounts share."""

import re

from outbox.models import Message
from tests import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/\S+)")
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


def mail_to(email: str) -> Message:
    """The newest mail to an address."""
    return Message.objects.filter(to=email).latest("pk")


def mailed_path(email: str) -> str:
    """The first link of that mail, without the site's address."""
    return ADDRESS.search(mail_to(email).text)[1]


def mailed_code(email: str) -> str:
    return CODE.search(mail_to(email).text)[0]


def sign_in(client, email: str, password: str = factories.PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def show_again(client, password: str = factories.PASSWORD) -> None:
    """Whoever is signed in has shown a moment ago who it is."""
    assert client.post("/accounts/reauthenticate/", {"password": password}).status_code == 302


def is_signed_in(client) -> bool:
    return client.get("/accounts/me/").status_code == 200
