"""The demo library: everything in the folder arrives, and nothing is ever overwritten."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from outbox.models import Message
from qa import demo
from qa.models import Answer, Image, Policy, Question, Reference, SiteProfile, Topic, TopicPicture

FOLDER = settings.BASE_DIR / "demo"

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def loaded(monkeypatch):
    monkeypatch.setenv("DEMO_CURATOR_PASSWORD", "a demo password")
    return load()


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


def test_demo_curator_can_sign_in(loaded, client):
    curator = User.objects.get(email="curator@example.org")
    assert curator.is_staff
    assert curator.is_superuser
    assert curator.check_password("a demo password")
    assert list(curator.groups.values_list("name", flat=True)) == ["Curator"]
    assert EmailAddress.objects.get(user=curator).verified
    assert curator.display_name == SiteProfile.load().curator_name


def test_demo_prints_the_sign_in_once(loaded):
    assert loaded == "Curator: curator@example.org\nPassword: a demo password\n"
    assert load() == "There is content already; nothing was changed.\n"


def test_demo_makes_up_a_password_where_none_is_given(monkeypatch):
    monkeypatch.delenv("DEMO_CURATOR_PASSWORD", raising=False)
    password = re.search(r"^Password: (\S{16,})$", load(), re.MULTILINE)[1]
    assert User.objects.get(email="curator@example.org").check_password(password)


def test_demo_leaves_a_database_with_a_topic_alone():
    Topic.objects.create(slug="own", title="My own topic")
    assert load() == "There is content already; nothing was changed.\n"
    assert Topic.objects.count() == 1
    assert not User.objects.exists()


def test_demo_is_loaded_whole_or_not_at_all(monkeypatch):
    def broken(*args):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(demo, "_relate", broken)
    with pytest.raises(RuntimeError):
        load()
    assert not Topic.objects.exists()
    assert not User.objects.exists()


def test_demo_pages_answer(loaded, client):
    for question in Question.objects.published():
        assert client.get(question.get_absolute_url()).status_code == 200
    for topic in Topic.objects.all():
        response = client.get(topic.get_absolute_url())
        assert "picture:" not in response.content.decode()
    assert client.get("/about/").status_code == 200
    assert datetime.now(UTC) > Question.objects.published().latest("published_at").published_at
