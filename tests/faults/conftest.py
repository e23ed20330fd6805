"""The real site under fire, one for all tests of this folder, and the mail server it sends to."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from qa.asking import tickets
from tests import factories
from tests.faults.target import attacked
from tests.site import Mailbox

SMALL = 300  # megabytes


@pytest.fixture
def topic(db, monkeypatch):
    """A topic with its guidelines; a form sent back at once is no spam here."""
    monkeypatch.setattr(tickets, "FASTEST", 0)
    factories.guidelines()
    return factories.topic()


@pytest.fixture(scope="session")
def mailbox():
    mailbox = Mailbox()
    mailbox.controller.start()
    yield mailbox
    mailbox.controller.stop()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where the site keeps everything: a small file system of its own, where root may mount one.

    FAULTS_FOLDER names another place, such as a real disk for a long run.
    """
    if given := os.environ.get("FAULTS_FOLDER"):
        yield Path(given)
        return
    folder = tmp_path_factory.mktemp("faults")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}m", "askwell-faults", str(folder)]
    with contextlib.suppress(OSError):
        subprocess.run(mount, capture_output=True)
    yield folder
    if os.path.ismount(folder):
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="session")
def target(folder, mailbox):
    with attacked(folder, mailbox) as site:
        yield site
