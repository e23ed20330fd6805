"""What is public has an edition, which changes with it and with nothing else."""

import pytest
from django.db import connection, transaction

from config import edition
from newsletter.models import FactSheet
from qa.models import Edition, Image, Policy, Question, Reference, SiteProfile, Topic, TopicPicture
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db(transaction=True)


def changes(act) -> bool:
    """Whether the edition is another one after `act`."""
    before = edition.read()
    act()
    return edition.read() != before


@pytest.fixture
def question(cora):
    return factories.published()


@pytest.fixture
def cora():
    return factories.curator()


def test_decisions_about_what_is_public_change_it(cora):
    question = factories.pending()
    question.edit(by=cora, title=question.title, body=question.body, answer="Stretch.")
    assert changes(lambda: question.publish(by=cora))
    edit = {"title": "Why do calves cramp?", "body": question.body, "answer": "Stretch more."}
    assert changes(lambda: question.edit(by=cora, **edit))
    assert changes(lambda: question.unpublish(by=cora))
    assert changes(lambda: question.undo(by=cora))
    assert changes(question.anonymise)
    assert changes(question.erase)


def test_reader_answers_change_it_when_they_are_public(question, cora):
    ben = factories.member("Ben")
    answers = question.answers
    assert not changes(lambda: answers.create(kind="reader", author=ben, body="Me too."))
    answer = answers.reader().get()
    assert changes(lambda: answer.publish(by=cora))
    assert changes(ben.delete)  # the answer is nobody's now
    assert changes(answer.delete)


def test_the_sites_own_texts_change_it(question, cora):
    topic = question.topic
    sister = factories.topic("sleep")
    picture = TopicPicture(topic=topic, name="calf")
    picture.store(factories.picture())
    acts = [
        lambda: topic.save(),
        lambda: topic.related.add(sister),
        lambda: picture.publish_files(),
        lambda: Reference.objects.create(topic=topic, title="A study"),
        lambda: SiteProfile.objects.update_or_create(pk=1, defaults={"name": "The Well"}),
        lambda: Policy.objects.create(kind="about", version=1, body="Text."),
        lambda: FactSheet.objects.create(title="Calves", slug="calves"),
        lambda: cast.issue(status="sent", sent_at="2026-01-01T00Z", queued_at="2026-01-01T00Z"),
        lambda: type(cora).objects.filter(pk=cora.pk).update(display_name="Cora L."),
    ]
    assert [changes(act) for act in acts] == [True] * len(acts)


def test_what_is_private_does_not_change_it(cora, client):
    def send():
        question = factories.pending()
        Image(question=question).store(factories.picture())
        question.claim(by=cora)
        question.request_changes(by=cora, reason="Since when?")

    factories.published()
    assert not changes(send)
    assert not changes(
        lambda: client.force_login(cora, "allauth.account.auth_backends.AuthenticationBackend")
    )
    assert not changes(lambda: Question.objects.filter(status="draft").delete())


def test_change_that_is_rolled_back_changes_nothing(question):
    def act():
        with transaction.atomic():
            question.topic.save()
            transaction.set_rollback(True)

    assert not changes(act)


def test_every_table_has_its_triggers_and_gets_them_back():
    with connection.cursor() as cursor:
        before = edition._existing(cursor)
        name, table = sorted(before)[0]
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on}")
        edition.install()
        assert edition._existing(cursor) == before
    assert {table for _, table in before} == {*edition.SHOWN, "accounts_user"}
    assert len(before) == 3 * len(edition.SHOWN) + 1


def test_old_rows_are_pruned(question, monkeypatch):
    monkeypatch.setattr(edition, "KEPT", 2)
    Edition.objects.all().delete()
    Edition.objects.bulk_create(Edition(id=number) for number in range(1, 6))
    assert edition.prune() == 3
    assert list(Edition.objects.order_by("pk").values_list("pk", flat=True)) == [4, 5]


def test_what_is_made_of_public_rows_is_made_once_for_each_edition(cora):
    titles = edition.PerEdition(lambda: [topic.title for topic in Topic.objects.all()])
    topic = factories.topic(title="Sleep")
    found = titles()
    assert found == ["Sleep"]
    assert titles() is found
    Topic.objects.update(title="Sleeping")
    assert titles() == ["Sleeping"]
    with transaction.atomic():
        Topic.objects.update(title="Waking")
        assert titles() == ["Waking"]
        transaction.set_rollback(True)
    # The next change may get the number of the one that was rolled back
    topic.title = "Dreaming"
    topic.save()
    assert titles() == ["Dreaming"]
