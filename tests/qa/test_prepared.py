"""A prepared queryset says the same as the queryset it was made of."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qa.archive.questions import load_answer
from qa.models import Question
from qa.prepared import Prepared, refresh
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
