"""How many queries a page may take, whatever stands on it. The site's profile is one of them."""

import re

import pytest

from qa.models import Image, Question, Reference, TopicPicture
from tests import factories
from tests.qa.archive import pages


@pytest.fixture
def full(cora, ben):
    """A topic and a question with all that they can have."""
    fields = {"accepts_reader_answers": True, "daily_limit": 5, "body": "![](picture:calf)"}
    topic = factories.topic(author=cora, **fields)
    picture = TopicPicture(topic=topic, name="calf")
    picture.store(factories.picture())
    picture.publish_files()
    topic.related.add(factories.topic("sleep"), factories.topic("salt"))
    for number in range(4):
        Reference.objects.create(topic=topic, title=f"Study {number}", heading=f"Part {number % 2}")
    question = factories.pending(topic=topic)
    for _ in range(2):
        Image(question=question).store(factories.picture())
    question.edit(by=cora, title=question.title, body=question.body, answer="Yes.")
    for number in range(3):
        Reference.objects.create(answer=question.answers.get(), title=f"Trial {number}")
    question.publish(by=cora)
    for _ in range(3):
        question.answers.create(kind="reader", author=ben, body="Me too.").publish(by=cora)
    for _ in range(7):
        factories.published(topic=topic)
    return question


def test_question_page_takes_three_queries_and_one_about_the_limit_of_the_day(
    client, full, django_assert_num_queries
):
    Question.prepare_pages()
    with django_assert_num_queries(4):
        page = client.get(full.get_absolute_url()).content.decode()
    related = page.partition('<h2 id="related">')[2].partition("</section>")[0]
    assert related.count("<li>") == 5
    assert page.count("A reader's answer") == 3
    assert page.count("<figure") == 2
    assert page.count('class="references__item"') == 3


def test_question_page_loads_nothing_that_it_may_not_show(
    client, full, django_assert_max_num_queries
):
    Question.prepare_pages()
    with django_assert_max_num_queries(4) as asked:
        client.get(full.get_absolute_url())
    columns = set(re.findall(r'"\."(\w+)"', " ".join(query["sql"] for query in asked)))
    assert {"rendered", "display_name"} < columns
    assert not columns & {"asked_title", "asked_body", "email", "key", "typed", "password"}


def test_topic_page_takes_six_queries(client, full, django_assert_max_num_queries):
    client.get(full.topic.get_absolute_url())
    with django_assert_max_num_queries(6):
        response = client.get(full.topic.get_absolute_url())
    assert pages.main(response).count('class="teaser"') == 8
    assert pages.main(response).count("<figure") == 1


@pytest.mark.parametrize(
    ("path", "number"),
    [
        *(("/", 3), ("/topics/", 2), ("/answered/", 2), ("/search/?q=calves", 12), ("/feed/", 7)),
        *(("/topics/causes-of-muscle-cramps/answered/", 3), ("/sitemap.xml", 3)),
        *(("/topics/causes-of-muscle-cramps/feed/", 8), ("/sitemap-questions-0.xml", 1)),
        *(("/embed/causes-of-muscle-cramps/", 4), ("/search/suggest/?q=calves", 10)),
    ],
)
def test_lists_take_the_same_number_however_long(
    client, full, path, number, django_assert_max_num_queries
):
    with django_assert_max_num_queries(number):
        client.get(path)
