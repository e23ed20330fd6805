"""A reader's name on a page is the one that a curator looked at."""

import pytest
from django.test import Client

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(ben, cora):
    question = factories.published()
    question.answers.create(kind="reader", author=ben, body="It helped me.").publish(by=cora)
    return question


def page(question) -> str:
    return Client().get(question.get_absolute_url()).text


def test_a_name_that_is_changed_later_does_not_get_into_the_archive(question, ben):
    User.objects.filter(pk=ben.pk).update(display_name="Buy at example.com", place="Elsewhere")

    shown = page(question)

    assert "Buy at" not in shown
    assert "Elsewhere" not in shown
    assert "Ben" in shown


def test_an_answer_outlives_its_author_without_the_name(question, ben):
    ben.delete()

    shown = page(question)

    assert "It helped me." in shown
    assert "Ben" not in shown
    assert "A member" in shown
