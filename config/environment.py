"""Read settings from the environment, or stop with a sentence that names the bad one."""

import ipaddress
import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "on", "true", "yes"}, {"0", "off", "false", "no", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {low} to {high}, not {value!r}."
        )
    return int(value)


def switch(name: str, default: bool) -> bool:
    value = text(name, "on" if default else "off").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")
    return value in TRUE


def one_of(name: str, values: list[str]) -> str:
    """One of the values; the first by default."""
    value = text(name, values[0]).lower()
    if value not in values:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(values)}, not {value!r}.")
    return value


def words(name: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def prefixed(start: str) -> dict[str, str]:
    """All variables whose names begin with `start`, by the rest of their names."""
    found = {name: text(name) for name in os.environ if name.startswith(start)}
    return {name.removeprefix(start): value for name, value in found.items() if value}


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses or networks such as 10.0.0.0/8, separated by commas."""
    try:
        return [ipaddress.ip_network(word) for word in words(name)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must list addresses or networks such as 10.0.0.0/8: {error}."
        ) from error


def base_url(name: str, default: str) -> str:
    """An address such as https://ask.example.org, without a path or a trailing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured(
            f"{name} must be an address such as https://ask.example.org, not {value!r}."
        )
    return value


def endpoint(name: str, default: str) -> str:
    """An address of a service, http or https."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be an address such as {default}, not {value!r}.")
    return value


def index_key(name: str) -> str:
    """An IndexNow key: 8 to 128 letters, digits and hyphens; or ''."""
    value = text(name)
    if value and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", value):
        raise ImproperlyConfigured(f"{name} must be 8 to 128 letters, digits and hyphens.")
    return value


def mailbox_url(name: str) -> str:
    """imaps://user:password@host/INBOX, file:///a/folder, or ''."""
    value = text(name)
    parts = urlsplit(value)
    whole = parts.hostname if parts.scheme in {"imap", "imaps"} else parts.path
    if value and (parts.scheme not in {"imap", "imaps", "file"} or not whole):
        raise ImproperlyConfigured(
            f"{name} must be an address such as imaps://user:password@host/INBOX or "
            "file:///a/folder."
        )
    return value


def service(name: str, default: str, parse, schemes: set[str]) -> dict:
    """A database, cache or mail server given as one URL, parsed by django-environ."""
    value = text(name, default)
    scheme = urlsplit(value).scheme
    if scheme not in schemes:
        raise ImproperlyConfigured(
            f"{name} must begin with one of {', '.join(sorted(schemes))}://, not {scheme!r}."
        )
    try:
        return parse(value)
    except (ValueError, KeyError, environ.ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} could not be read: {error}.") from error


def secret_key(name: str, path: Path) -> str:
    """The given key, or one that is made once and kept in `path`, readable by the owner only."""
    given = text(name)
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured(f"{name} must have at least 32 characters.")
        return given
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
