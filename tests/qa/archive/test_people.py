"""The page of somebody who answers."""

import pytest
from django.test import Client

from accounts.models import User
from tests import factories
from tests.qa.archive import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of_cora(cora):
    User.objects.filter(pk=cora.pk).update(bio="I *work* in a pharmacy.")
    return f"/people/{cora.pk}/"


def test_an_answer_leads_to_the_page_of_who_wrote_it(client, page_of_cora):
    question = factories.published()

    assert f'href="{page_of_cora}"' in client.get(question.get_absolute_url()).text


def test_it_shows_who_it_is_and_their_answers_alone(client, page_of_cora):
    mine = factories.published(title="Answered by Cora, is it?")
    other = factories.published(by=factories.curator("Carl"), title="Answered by Carl, is it?")

    page = client.get(page_of_cora).text

    assert "MSc, pharmacist" in page
    assert "I <em>work</em> in a pharmacy." in page
    assert mine.get_absolute_url() in page
    assert other.title not in page
    assert "cora@example.org" not in page


def test_what_is_not_published_is_not_on_it(client, page_of_cora, cora):
    factories.published()
    waiting = factories.pending(title="Still waiting here, is it?")
    waiting.edit(by=cora, title=waiting.title, body=waiting.body, answer="A draft.")

    assert waiting.title not in client.get(page_of_cora).text


@pytest.mark.parametrize("number", [0, 10**30])
def test_there_is_no_page_of_nobody(client, number):
    assert client.get(f"/people/{number}/").status_code == 404


def test_there_is_no_page_of_a_member_or_of_a_curator_without_answers(client, ben, cora):
    factories.published(by=factories.curator("Carl"))

    assert [client.get(f"/people/{who.pk}/").status_code for who in (ben, cora)] == [404, 404]


def test_who_wrote_an_article_has_a_page_with_it(client, page_of_cora, cora):
    topic = factories.topic("sleep", author=cora)

    page = client.get(page_of_cora).text

    assert f'<a href="{topic.get_absolute_url()}">{topic.title}</a>' in page
    assert "<h1>Articles by Cora</h1>" in page
    assert "Answered questions</h2>" not in page
    assert f'href="{page_of_cora}"' in client.get(topic.get_absolute_url()).text


def test_there_is_no_page_where_only_the_address_could_be_the_name(client, page_of_cora, cora):
    question = factories.published()
    User.objects.filter(pk=cora.pk).update(display_name="")

    assert client.get(page_of_cora).status_code == 404
    assert page_of_cora not in client.get(question.get_absolute_url()).text


def test_it_is_the_same_for_everybody(page_of_cora, desk):
    factories.published()
    answers = [client.get(page_of_cora) for client in (desk, Client())]

    assert answers[0].content == answers[1].content
    assert "public" in answers[0]["Cache-Control"]
    assert not answers[1].cookies


def test_search_engines_are_told_who_it_is(client, page_of_cora, settings):
    settings.BASE_URL = "https://ask.example.org"
    factories.published()

    data = pages.json_ld(client.get(page_of_cora))

    [profile] = [item for item in data if item["@type"] == "ProfilePage"]
    assert profile["mainEntity"] == {
        "@type": "Person",
        "name": "Cora",
        "jobTitle": "MSc, pharmacist",
        "description": "I work in a pharmacy.",
        "url": f"https://ask.example.org{page_of_cora}",
    }


def test_further_pages_have_titles_of_their_own(client, page_of_cora, monkeypatch):
    monkeypatch.setattr("qa.archive.keyset.PAGE", 1)
    for _ in range(2):
        factories.published()

    first = client.get(page_of_cora)
    second = client.get(pages.beside(first, "older"))

    assert "<title>Answers by Cora – " in first.text
    assert "<title>Answers by Cora, " in second.text
    assert "<h1>Answers by Cora</h1>" in second.text
