"""Log lines hold nothing that askers and readers trusted the site with."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.urls import URLPattern, URLResolver, get_resolver

from config.logs import Discreet, discreet

FORMATTER = Discreet(fmt="{levelname} {name}: {message}", style="{")


def line(message, *args, error=None) -> str:
    """What the log says of an event, maybe with an exception that was really raised."""
    exc_info = None
    if error:
        try:
            raise error
        except type(error):
            exc_info = sys.exc_info()
    record = logging.LogRecord("qa", logging.ERROR, "views.py", 1, message, args, exc_info)
    return FORMATTER.format(record)


def test_line_without_anything_private_stays_as_it_is():
    assert line("The worker ended with code %d.", 3) == "ERROR qa: The worker ended with code 3."


def test_addresses_are_left_out():
    assert line("No such user: <%s>, sorry", "ada.l+x@example.org") == (
        "ERROR qa: No such user: <…@…>, sorry"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Not Found: /asked/S3cret-Key/edit/", "Not Found: /asked/…/edit/"),
        ("/confirm/WzEsImEiXQ:1abc:sig/", "/confirm/…/"),
        ("/newsletter/unsubscribe/abc?x=1", "/newsletter/unsubscribe/…?x=1"),
        ("/accounts/confirm-email/MQ:1x:sig/", "/accounts/confirm-email/…/"),
        ("/accounts/password/reset/key/1-abc/", "/accounts/password/reset/key/…/"),
        ("'/srv/media/private/AbC/400.webp'", "'/srv/media/private/…/400.webp'"),
        ("/questions/7/why/", "/questions/7/why/"),
    ],
)
def test_keys_are_left_out(text, shown):
    assert discreet(text) == shown


def test_every_address_with_a_key_is_known():
    """A new page that opens with a key, or a token, has to be added to config.logs.KEY."""
    found = list(private_paths(get_resolver().url_patterns))

    assert len(found) > 10
    assert [path for path in found if "SECRET" in discreet(path)] == []


def private_paths(patterns, before="/"):
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and not path.startswith("/admin"):
            yield from private_paths(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and "media" not in path:
            for name in ("<key:key>", "<str:token>", "(?P<key>[-:\\w]+)", "(?P<uidb36>"):
                if name in path:
                    yield path.replace("^", "").partition(name)[0] + "SECRET/"


def test_exception_is_told_by_stack_and_type():
    text = line("Internal Server Error", error=ValueError("not a number: 'my left leg hurts'"))

    assert text.endswith("builtins.ValueError")
    assert "raise error" in text
    assert "leg" not in text


def test_database_error_is_told_by_its_first_line():
    error = DatabaseError("null value in column\nDETAIL:  Failing row contains (7, my left leg).")
    text = line("Internal Server Error", error=error)

    assert text.endswith("DatabaseError: null value in column")


def test_cause_is_told_too():
    try:
        raise OSError(28, "No space left on device")
    except OSError as cause:
        error = RuntimeError("The picture was not stored.")
        error.__cause__ = cause
    text = line("Failed", error=error)

    assert "builtins.RuntimeError: The picture was not stored.\nAfter:\n" in text
    assert text.endswith("OSError: [Errno 28] No space left on device")


def test_every_handler_of_the_site_writes_discreetly():
    formatters = {name: row["()"] for name, row in settings.LOGGING["formatters"].items()}
    used = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}

    assert {formatters[name] for name in used} == {"config.logs.Discreet"}


@pytest.mark.django_db
def test_unknown_host_leaves_no_line(client, capfd, caplog):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "".join(capfd.readouterr()) + caplog.text == ""


def test_no_word_of_a_message_begins_another_line():
    assert line("No such file: %s", "a\nERROR qa: all is well\r") == (
        "ERROR qa: No such file: a\\nERROR qa: all is well\\r"
    )


def test_times_are_in_utc():
    record = logging.LogRecord("qa", logging.INFO, "views.py", 1, "Done.", (), None)
    record.created = 1_800_000_000.25

    assert Discreet(fmt="{asctime} {message}", style="{").format(record) == (
        "2027-01-15T08:00:00.250+00:00 Done."
    )
