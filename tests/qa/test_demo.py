"""The demo library: everything in the folder arrives, and nothing is ever overwritten."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from outbox.models import Message
from qa import demo
from qa.models import Answer, Image, Policy, Question, Reference, SiteProfile, Topic, TopicPicture

FOLDER = settings.BASE_DIR / "demo"

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """What loading printed; loaded once for all tests that only look."""
    media = tmp_path_factory.mktemp("media")
    own = {
        alias: settings.STORAGES[alias]
        | {"OPTIONS": settings.STORAGES[alias]["OPTIONS"] | {"location": media / alias}}
        for alias in ["public", "private"]
    }
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(STORAGES=settings.STORAGES | own):
            out = load()
        yield out
        transaction.set_rollback(True)


def documents(pattern: str) -> list[demo.Document]:
    return [demo.Document.read(path) for path in sorted(FOLDER.glob(pattern))]


def test_demo_loads_everything_in_its_folder(loaded):
    topics = documents("topics/*/topic.md")
    questions = documents("topics/*/questions/*.md")
    cards = [card for document in questions for card in document.fields.get("images") or []]
    drawings = [card for document in topics for card in document.fields.get("pictures") or []]
    assert set(Topic.objects.values_list("slug", flat=True)) == {
        document.path.parent.name for document in topics
    }
    assert Question.objects.count() == len(questions)
    assert Image.objects.count() == len(cards)
    assert TopicPicture.objects.exclude(public_key=None).count() == len(drawings)
    assert Policy.objects.count() == 3
    assert Topic.objects.get(slug="causes-of-muscle-cramps").references.count() >= 10


def test_demo_has_what_a_newcomer_needs(loaded):
    assert Topic.objects.count() >= 4
    cramps = Topic.objects.get(slug="causes-of-muscle-cramps")
    assert cramps.questions.published().count() == 13
    assert cramps.created_at.date() < cramps.reviewed_at < timezone.localdate()
    assert Question.objects.pending().count() == 3
    assert SiteProfile.load().disclaimer
    assert Answer.objects.published_reader().exists()


def test_demo_questions_have_their_own_times(loaded):
    document = documents("topics/causes-of-muscle-cramps/questions/01-*.md")[0]
    question = Question.objects.get(asked_title=document.fields["title"])
    answered = document.fields["answered_at"]
    assert question.submitted_at == document.fields["asked_at"]
    assert question.published_at == question.changed_at == answered
    answer = question.answers.official().get()
    assert (answer.published_at, answer.reviewed_at) == (answered, answered.date())
    assert answer.review_due_at == answered.date() + timedelta(days=730)
    assert {event.verb for event in question.events.all()} == {"submit", "edit", "publish"}
    assert Reference.objects.filter(answer=answer).count() == len(document.fields["references"])


def test_demo_writes_no_mail(loaded):
    assert not Message.objects.exists()


def test_demo_pages_answer(loaded, client):
    for question in Question.objects.published():
        assert client.get(question.get_absolute_url()).status_code == 200
    for topic in Topic.objects.all():
        response = client.get(topic.get_absolute_url())
        assert "picture:" not in response.content.decode()
    assert client.get("/about/").status_code == 200
    assert datetime.now(UTC) > Question.objects.published().latest("published_at").published_at
