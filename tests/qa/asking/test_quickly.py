"""A good form without pictures becomes a draft in one short transaction (SQLite has one writer)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session
from qa.models import Question, Trace
from tests.qa.asking.conftest import ASK, WORDS, ticket, url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def statements(client):
    """What a POST asks of the database, but for savepoints: the first word of each statement."""

    def post(path, data):
        with CaptureQueriesContext(connection) as queries:
            assert client.post(path, data).status_code == 303
        first = [query["sql"].split()[0] for query in queries]
        return [word for word in first if word not in {"SAVEPOINT", "RELEASE"}]

    return post


def begins(words: list[str]) -> int:
    return words.count("BEGIN")


def test_draft_and_session_are_written_in_one_transaction(topic, statements):
    sent = statements(ASK, {"ticket": ticket(topic)} | WORDS)

    draft = Question.objects.get()
    assert [word for word in sent if word not in {"BEGIN", "SELECT"}] == [
        *("INSERT", "INSERT", "COMMIT")
    ]
    assert begins(sent) == 1
    assert len(sent) <= 6
    assert draft.status == Question.Status.DRAFT
    assert (draft.title, draft.asked_title) == (WORDS["title"], WORDS["title"])
    assert (draft.body, draft.asked_body, draft.revision) == (WORDS["body"], WORDS["body"], 1)
    assert Session.objects.get().get_decoded()["drafts"][topic.slug]["key"] == draft.key


def test_sending_is_one_transaction(draft, statements):
    sent = statements(url(draft(), "submit/"), {"sent": "1"})

    assert begins(sent) == 1
    assert len(sent) <= 13
    assert Question.objects.get().status == Question.Status.PENDING


def test_same_form_twice_makes_one_draft_and_counts_once(topic, client, limited):
    data = {"ticket": ticket(topic)} | WORDS

    first, second = (client.post(ASK, data) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Question.objects.count() == 1
    assert Trace.objects.filter(what="draft").count() == 1


def test_draft_that_is_one_too_many_leaves_nothing(topic, client, limited, settings):
    settings.LIMITS = settings.LIMITS | {"draft": [(0, 3600)]}

    response = client.post(ASK, {"ticket": ticket(topic)} | WORDS)

    assert response.status_code == 429
    assert WORDS["title"] in response.text
    assert not Question.objects.exists()
    assert not Session.objects.exists()
