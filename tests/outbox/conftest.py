from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from outbox.mail import queue
from outbox.models import Message
from tests.outbox.postoffice import free_port, open_office

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture(autouse=True)
def outbox_settings(settings, tmp_path):
    settings.EMAIL_DOMAIN = "askwell.example"
    settings.DEFAULT_FROM_EMAIL = "Askwell <post@askwell.example>"
    settings.BASE_URL = "https://askwell.example"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.RECURRING = []


@pytest.fixture
def smtp_port(settings):
    """Delivery is set to SMTP on this free port of loopback, where nobody listens."""
    settings.DELIVERY_EMAIL_BACKEND = "outbox.smtp.SmtpBackend"
    port = free_port()
    settings.DELIVERY_EMAIL_OPTIONS = {"host": "127.0.0.1", "port": port, "timeout": 5}
    return port


@pytest.fixture
def smtp(smtp_port):
    """A running SMTP server to which delivery is set."""
    office = open_office(smtp_port)
    yield office
    office.controller.stop()


@pytest.fixture
def templates(settings):
    """A dict of template name -> source that stands before the site's own templates."""
    sources = {}
    loaders = [
        ("django.template.loaders.locmem.Loader", sources),
        ("django.template.loaders.filesystem.Loader", [TEMPLATES]),
    ]
    backend = "django.template.backends.django.DjangoTemplates"
    settings.TEMPLATES = [{"BACKEND": backend, "OPTIONS": {"loaders": loaders}}]
    return sources


@pytest.fixture
def write(db):
    """Queue a mail to Ada with few words."""
    return write_mail


def write_mail(to="ada@example.org", **fields):
    return queue(
        **{"to": to, "subject": "Hello", "text": "Good day.\n", "purpose": "test", **fields}
    )


def make_due():
    """Let all the waiting be over."""
    past = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(status="queued").update(not_before=past)
    Message.objects.filter(status="claimed").update(lease_until=past)
