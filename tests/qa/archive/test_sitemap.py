from datetime import datetime, timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsletter.models import Issue
from qa.archive import sitemaps
from qa.models import Policy, Question
from tests import factories
from tests.newsletter.cast import issue
from tests.qa.archive import pages
from tests.qa.archive.test_shelves import archive

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.BASE_URL = "https://ask.example.org"


def listed(client, path) -> dict:
    """Address -> when it last changed, or None."""
    root = pages.xml(client.get(path))
    return {item.findtext(f"{NAMESPACE}loc"): item.findtext(f"{NAMESPACE}lastmod") for item in root}


def paths(client, path) -> list[str]:
    return [address.removeprefix("https://ask.example.org") for address in listed(client, path)]


def test_every_address_of_the_sitemap_answers(client, cora):
    factories.published()
    factories.published(topic=factories.topic("sleep"))
    files = paths(client, "/sitemap.xml")
    assert len(files) == 3
    found = [path for file in files for path in paths(client, file)]
    assert len(found) == len(set(found)) == 13
    assert f"/people/{cora.pk}/" in found
    for path in found:
        assert client.get(path).status_code == 200, path


def test_sitemap_lists_published_questions_only(client, db):
    question = factories.published()
    factories.pending(title="A pending question, secret")
    assert paths(client, "/sitemap-questions-0.xml") == [question.get_absolute_url()]


def test_lastmod_is_the_last_change(client, db, cora):
    question = factories.published()
    question.edit(by=cora, title=question.title, body=question.body, answer="Better.")
    question.refresh_from_db()
    changed = question.updated_at.isoformat(timespec="seconds")
    assert listed(client, "/sitemap-questions-0.xml").popitem()[1] == changed
    index = listed(client, "/sitemap.xml")
    assert index["https://ask.example.org/sitemap-questions-0.xml"] == changed


def test_topic_changes_with_its_newest_answer(client, db):
    topic = factories.topic()
    before = listed(client, "/sitemap-topics.xml").popitem()[1]
    question = factories.published(topic=topic)
    after = listed(client, "/sitemap-topics.xml").popitem()[1]
    assert datetime.fromisoformat(before) <= datetime.fromisoformat(after)
    assert after == question.published_at.isoformat(timespec="seconds")


def test_policy_is_dated_by_its_version(client, db):
    policy = Policy.objects.create(kind="privacy", version=1, body="Short.")
    assert listed(client, "/sitemap-pages.xml")["https://ask.example.org/privacy/"] == (
        policy.valid_from.isoformat(timespec="seconds")
    )


def test_questions_are_split_into_files_by_number(client, db, monkeypatch):
    monkeypatch.setattr(sitemaps, "BLOCK", 2)
    rows = [factories.published() for _ in range(5)]
    files = [path for path in paths(client, "/sitemap.xml") if "questions" in path]
    found = [path for file in files for path in paths(client, file)]
    assert found == [row.get_absolute_url() for row in rows]
    assert all(len(paths(client, file)) <= 2 for file in files)


def test_sitemap_file_without_questions_is_not_found(client, db):
    assert client.get("/sitemap-questions-7.xml").status_code == 404
    assert client.get(f"/sitemap-questions-{'9' * 30}.xml").status_code == 404


def test_sitemap_of_an_empty_site_is_valid(client, db):
    assert len(listed(client, "/sitemap.xml")) == 2
    assert listed(client, "/sitemap-topics.xml") == {}


@pytest.mark.parametrize("count", [600, pytest.param(100_000, marks=pytest.mark.slow)])
def test_large_archive_is_listed_in_time(client, db, count, monkeypatch):
    """100,000 questions: the index and every file of it within 3 s and 20 queries."""
    if count < 50_000:
        monkeypatch.setattr(sitemaps, "BLOCK", 250)
    archive(count, timedelta(seconds=40))
    client.get("/sitemap.xml")
    began = perf_counter()
    with CaptureQueriesContext(connection) as queries:
        files = paths(client, "/sitemap.xml")
        bodies = [client.get(path) for path in files]
    if count >= 100_000:  # a few of them are not timed beside other tests
        assert perf_counter() - began < 3
    # PostgreSQL goes on counting where an earlier test stopped: a query for each empty block.
    before = Question.objects.earliest("pk").pk // sitemaps.BLOCK
    assert len(queries) - before <= 20
    found = [body.content.count(b"<loc>") for body in bodies]
    assert max(found) <= 50_000
    assert sum(body.content.count(b"/questions/") for body in bodies) == count


def test_letters_that_anyone_may_read_are_listed(client, db):
    assert "https://ask.example.org/newsletter/issues/" not in listed(client, "/sitemap-pages.xml")
    sent = timezone.now().replace(microsecond=0)
    letter = issue(status=Issue.Status.SENT, public=True, sent_at=sent, queued_at=sent)
    issue("second", status=Issue.Status.SENT, public=False, sent_at=sent, queued_at=sent)

    found = listed(client, "/sitemap-pages.xml")

    letters = {url: at for url, at in found.items() if "/newsletter/" in url}
    assert letters == {
        "https://ask.example.org/newsletter/": None,
        "https://ask.example.org/newsletter/issues/": sent.isoformat(),
        f"https://ask.example.org{letter.get_absolute_url()}": sent.isoformat(),
    }
