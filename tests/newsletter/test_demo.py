"""The demo's fact sheet and letter."""

import os

import pytest

from newsletter import demo
from newsletter.models import FactSheet, Issue
from outbox.models import Message
from qa import housekeeping
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "factsheets").mkdir()
    (tmp_path / "newsletter").mkdir()
    (tmp_path / "factsheets/cramps.pdf").write_bytes(cast.PDF)
    (tmp_path / "factsheets/cramps.yaml").write_text(
        "title: Cramps\nfile: cramps.pdf\ntopic: vitamin-d\nsummary: To print.\n"
    )
    (tmp_path / "newsletter/welcome.md").write_text(
        "---\nsubject: Hello\nslug: hello\nsent_at: 2026-11-02T09:00:00Z\n---\nDear.\n"
    )
    return tmp_path


def test_load_twice_is_as_good_as_once(folder):
    topic = factories.topic("vitamin-d")

    demo.load(folder)
    demo.load(folder)

    sheet, issue = FactSheet.objects.get(), Issue.objects.get()
    assert (sheet.title, sheet.topic, sheet.open().read()) == ("Cramps", topic, cast.PDF)
    assert (issue.subject, issue.body, issue.is_sent) == ("Hello", "Dear.", True)
    assert Message.objects.count() == 0


def test_housekeeping_of_pictures_leaves_fact_sheets_alone(folder, settings):
    demo.load(folder)
    store = settings.STORAGES["private"]["OPTIONS"]["location"]
    os.utime(store / "factsheets", (0, 0))

    housekeeping.purge_orphan_files()

    assert FactSheet.objects.get().open().read() == cast.PDF
