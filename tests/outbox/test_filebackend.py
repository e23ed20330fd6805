import email
import email.policy

import pytest

from outbox import filebackend
from outbox.delivery import deliver_due
from outbox.mail import erase
from outbox.models import Message


@pytest.fixture(autouse=True)
def to_files(settings):
    settings.DELIVERY_EMAIL_BACKEND = "outbox.filebackend.EmlBackend"
    settings.DELIVERY_EMAIL_OPTIONS = {}


def test_a_mail_becomes_a_file_that_a_person_can_read(write, settings):
    message = write(purpose="question received", text="Grüße.\n", html="<p>Grüße.</p>")

    assert deliver_due().sent == 1

    (path,) = settings.MAIL_DIR.iterdir()
    assert "-question-received-" in path.name
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Grüße." in path.read_text()
    stored = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert stored["To"] == "ada@example.org"
    assert stored["Message-ID"] == message.message_id
    assert stored.get_body(["plain"]).get_content() == "Grüße.\n"
    assert stored.get_body(["html"]).get_content().strip() == "<p>Grüße.</p>"


def test_a_long_address_stays_on_the_line_of_its_header(write, settings):
    address = f"<https://ask.example.org/newsletter/unsubscribe/{'x' * 60}/>"
    write(headers={"List-Unsubscribe": address}, subject="Zürich " * 40)

    deliver_due()

    (path,) = settings.MAIL_DIR.iterdir()
    lines = path.read_bytes().splitlines()
    assert f"List-Unsubscribe: {address}".encode() in lines
    assert max(map(len, lines)) <= 998


def test_an_erased_mail_takes_its_files_along(write, settings, django_capture_on_commit_callbacks):
    kept = write(about="question:1")
    for purpose in ("question received", "decision"):
        write(about="question:11", purpose=purpose)
    deliver_due()
    assert len(list(settings.MAIL_DIR.iterdir())) == 3

    with django_capture_on_commit_callbacks(execute=True):
        assert erase(about="question:11") == 2
        assert len(list(settings.MAIL_DIR.iterdir())) == 3

    (path,) = settings.MAIL_DIR.iterdir()
    assert kept.message_id.encode() in path.read_bytes()


def test_a_full_disk_leaves_no_half_file_and_the_mail_waits(write, settings, monkeypatch):
    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    write(bulk=True)
    monkeypatch.setattr(filebackend.os, "fsync", no_space)

    counts = deliver_due()

    assert (counts.sent, counts.retried, counts.stopped) == (0, 1, "OSError")
    assert list(settings.MAIL_DIR.iterdir()) == []
    assert Message.objects.get().status == "queued"
