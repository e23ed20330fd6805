"""A prepared queryset says the same as the queryset it was made of."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.prepared import Prepared, insert, refresh, update
from outbox.models import Message
from qa.archive.questions import load_answer
from qa.models import Event, Question
from tests import factories

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def questions(db):
    made = [factories.published(title=f"Question number {number}?") for number in range(4)]
    for days, question in enumerate(made):
        Question.objects.filter(pk=question.pk).update(published_at=AT + timedelta(days=days))
    return made


def test_numbers_texts_and_times_are_put_into_their_places(questions):
    first, second, third, fourth = questions

    @Prepared
    def some(at, title, *numbers):
        rows = Question.objects.filter(published_at__gt=at, pk__in=numbers).exclude(title=title)
        return rows.order_by("pk")

    everybody = [question.pk for question in questions]
    assert some(AT, fourth.title, *everybody) == [second, third]
    assert some(AT + timedelta(days=1), first.title, *everybody) == [third, fourth]
    assert some(AT - timedelta(days=1), "", first.pk, third.pk) == [first, third]


def test_values_may_be_asked_for_instead_of_instances(questions):
    titles = Prepared(lambda pk: Question.objects.filter(pk=pk).values_list("title", flat=True))

    assert [titles(question.pk) for question in questions] == [[q.title] for q in questions]


def test_question_page_is_planned_once_not_for_each_question(questions):
    """SQLite plans anew where a parameter decides whether a partial index serves."""
    sent = []
    with connection.execute_wrapper(lambda call, sql, *rest: sent.append(sql) or call(sql, *rest)):
        assert load_answer(questions[0].pk).question == questions[0]

    [sql] = sent
    assert """"qa_answer"."kind" = 'official'""" in sql
    assert sql.count("%s") == 1


def test_its_sql_is_written_once(questions):
    made = []

    @Prepared
    def one(pk):
        made.append(pk)
        return Question.objects.filter(pk=pk)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = [one(question.pk) for question in questions]

    assert found == [[question] for question in questions]
    assert len(queries) == 4
    assert len(made) == 1


def test_constants_are_written_into_its_sql(questions):
    strange = "Is it 50%, or %s' OR 1=1 --?"
    Question.objects.filter(pk=questions[0].pk).update(title=strange)

    @Prepared
    def others(pk, title):
        rows = Question.objects.published().filter(pk__gte=pk).exclude(title=strange)
        return rows.exclude(title=title).order_by("pk")

    with CaptureQueriesContext(connection) as queries:
        found = others(questions[0].pk, questions[2].title)

    assert found == [questions[1], questions[3]]
    [sql] = (query["sql"] for query in queries)
    assert "= 'published'" in sql


@pytest.fixture
def row():
    return Prepared(lambda pk: Question.objects.filter(pk=pk))


def test_a_row_is_refreshed_by_a_prepared_queryset(questions, row):
    question, other = questions[0], factories.topic(slug="elsewhere", title="Elsewhere")
    question = (
        Question.objects.select_related("topic").prefetch_related("images").get(pk=question.pk)
    )
    Question.objects.filter(pk=question.pk).update(title="What now?", revision=7, topic=other)

    refresh(question, row(question.pk))

    assert (question.title, question.revision, question.topic) == ("What now?", 7, other)
    assert question._prefetched_objects_cache == {}


def test_a_refreshed_row_keeps_what_it_still_points_to(questions, row, django_assert_num_queries):
    question = Question.objects.select_related("topic").get(pk=questions[0].pk)
    title = questions[0].topic.title

    with django_assert_num_queries(1):
        refresh(question, row(question.pk))
        assert question.topic.title == title


def test_a_row_that_is_gone_is_not_refreshed(questions, row):
    with pytest.raises(Question.DoesNotExist):
        refresh(questions[0], row(-1))


def columns(instance) -> dict:
    """As the database has them, but for the number."""
    fields = [field.attname for field in instance._meta.concrete_fields if not field.primary_key]
    return type(instance).objects.filter(pk=instance.pk).values(*fields).get()


def made(kind, question):
    """A new row of each kind that is written while others wait; always the same."""
    if kind is Question:
        given = {"title": "Is “salt” 100 % good?", "typed": {"a": ["ü"]}, "body": "a\nb"}
        return Question(topic=question.topic, key="one", created_at=AT, submitted_at=AT, **given)
    if kind is Event:
        return Event(question=question, verb="edit", before={"at": None}, batch=UUID(int=1))
    given = {"message_id": "<one@example.org>", "headers": {"X-%s": "%s"}, "not_before": AT}
    return Message(to="ada@example.org", subject="Hello", created_at=AT, **given)


@pytest.mark.parametrize("kind", [Question, Event, Message])
def test_inserted_is_what_is_saved(questions, monkeypatch, kind):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)  # for what notes when it was made
    inserted, saved = made(kind, questions[0]), made(kind, questions[0])

    insert(inserted)
    as_inserted = columns(inserted)
    assert inserted.pk == kind.objects.latest("pk").pk
    assert not inserted._state.adding
    kind.objects.filter(pk=inserted.pk).delete()
    saved.save(force_insert=True)

    assert as_inserted == columns(saved)


def test_what_is_there_already_is_not_inserted(questions):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Question(topic=questions[0].topic, key=questions[0].key))
    assert Question.objects.count() == len(questions)


def test_updated_is_only_what_has_all_of_it(questions):
    first, second, *_ = questions
    where = {"id": first.pk, "title": first.title}
    changes = {"body": "100 % 'new'", "claimed_by_id": None, "typed": {"a": 1}, "submitted_at": AT}

    assert update(Question, where | {"title": "another"}, changes) == 0
    assert update(Question, where, changes) == 1

    first.refresh_from_db()
    assert {name: getattr(first, name) for name in changes} == changes
    second.refresh_from_db()
    assert second.typed == {}
