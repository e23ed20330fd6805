"""Structured data: valid, true, and made of words that stand on the page."""

from html import unescape

import pytest

from qa.models import Reference, SiteProfile
from tests import factories
from tests.newsletter import cast as newsletter
from tests.qa.archive import pages

ANSWER = """It helps *some* people.

- One **thing** & another
- See [a page](/topics/sleep/)

| a | b |
|---|---|
| 1 | 2 |
"""


@pytest.fixture(autouse=True)
def _address(settings):
    settings.BASE_URL = "https://ask.example.org"


@pytest.fixture
def question(cora):
    question = factories.pending(
        title='Is "salt" <good>?', body="First </script><script>alert(1)</script>\n\nthen\nmore."
    )
    question.edit(by=cora, title=question.title, body=question.body, answer=ANSWER)
    Reference.objects.create(answer=question.answers.get(), title="A trial", doi="10.1000/x")
    question.publish(by=cora)
    return question


def page(client, question):
    return client.get(question.get_absolute_url())


def open_topic(question):
    type(question.topic).objects.update(accepts_reader_answers=True)


def test_texts_of_the_data_stand_on_the_page(client, question):
    response = page(client, question)
    entity = pages.typed(response, "MedicalWebPage")["mainEntity"]
    words = pages.words(response)
    for text in (entity["name"], entity["text"], entity["acceptedAnswer"]["text"]):
        assert pages.squeezed(text) in words
    assert entity["acceptedAnswer"]["text"].startswith("It helps some people. One thing & another")


def test_text_cannot_close_the_data_block(client, question):
    text = pages.html(page(client, question))
    assert "<script>alert(1)" not in text
    assert text.count("</script>") == text.count("<script ")


def test_page_names_author_reviewer_date_and_sources(client, question, cora):
    data = pages.typed(page(client, question), "MedicalWebPage")
    about = f"/people/{cora.pk}/"
    assert client.get(about).status_code == 200
    cora = {"@type": "Person", "name": "Cora", "jobTitle": "MSc, pharmacist"}
    cora["url"] = f"https://ask.example.org{about}"
    assert data["author"] == data["reviewedBy"] == cora
    assert data["lastReviewed"] == question.answers.get().reviewed_at.isoformat()
    assert data["citation"] == [
        {"@type": "CreativeWork", "name": "A trial", "url": "https://doi.org/10.1000/x"}
    ]
    assert data["url"] == f"https://ask.example.org{question.get_absolute_url()}"


def test_site_that_is_not_about_health_has_plain_web_pages(client, question):
    SiteProfile.objects.update_or_create(pk=1, defaults={"is_medical": False})
    assert pages.typed(page(client, question), "WebPage")["lastReviewed"]


def test_qapage_only_where_readers_may_answer(client, question, ben, cora):
    assert all(item["@type"] != "QAPage" for item in pages.json_ld(page(client, question)))
    open_topic(question)
    question.answers.create(kind="reader", author=ben, body="It *helped*.").publish(by=cora)
    entity = pages.typed(page(client, question), "QAPage")["mainEntity"]
    assert entity["answerCount"] == 2
    assert entity["suggestedAnswer"][0]["text"] == "It helped."
    assert entity["suggestedAnswer"][0]["author"] == {"@type": "Person", "name": "Ben"}
    assert entity["acceptedAnswer"]["author"]["name"] == "Cora"


def test_asker_without_name_is_left_out(client, db):
    question = factories.published(name="", location="Leeds")
    entity = pages.typed(page(client, question), "MedicalWebPage")["mainEntity"]
    assert "author" not in entity


def test_breadcrumbs_agree_with_the_visible_ones(client, question):
    response = page(client, question)
    steps = pages.typed(response, "BreadcrumbList")["itemListElement"]
    assert [step["name"] for step in steps] == [
        "Home",
        "Topics",
        question.topic.title,
        question.title,
    ]
    assert [step["position"] for step in steps] == [1, 2, 3, 4]
    for step in steps[:-1]:
        path = step["item"].removeprefix("https://ask.example.org")
        assert f'<li><a href="{path}">{step["name"]}</a></li>' in pages.html(response)
        assert client.get(path).status_code == 200


def test_topic_is_described_with_its_research(client, question):
    Reference.objects.create(topic=question.topic, title="A review", pmid="5")
    data = pages.typed(client.get(question.topic.get_absolute_url()), "MedicalWebPage")
    assert data["name"] == question.topic.title
    assert data["citation"][0]["name"] == "A review"


def test_home_says_how_to_search(client, db):
    action = pages.typed(client.get("/"), "WebSite")["potentialAction"]
    assert action["target"] == "https://ask.example.org/search/?q={search_term_string}"


def test_lists_have_breadcrumbs(client, question):
    for path in ("/topics/", "/answered/", f"{question.topic.get_absolute_url()}answered/"):
        assert pages.typed(client.get(path), "BreadcrumbList")


SAID = {"name", "headline", "description", "text", "jobTitle"}


def said(data) -> list[str]:
    """Every text of structured data that a reader must be able to find on the page."""
    if isinstance(data, list):
        return [text for item in data for text in said(item)]
    if not isinstance(data, dict):
        return []
    own = [value for name, value in data.items() if name in SAID and isinstance(value, str)]
    return own + [text for value in data.values() for text in said(value)]


def test_every_kind_of_page_says_only_what_stands_on_it(client, question, cora):
    SiteProfile.objects.update_or_create(pk=1, defaults={"name": "The Well", "tagline": "Asked."})
    factories.guidelines()
    topic, at = question.topic.get_absolute_url(), question.published_at
    newsletter.sent(author=cora)
    kinds = [
        "/",
        "/topics/",
        topic,
        f"{topic}answered/",
        "/answered/",
        "/answered/all/",
        f"/answered/{at:%Y/%m}/",
        f"/answered/letter/{question.slug[0]}/",
        question.get_absolute_url(),
        f"/people/{cora.pk}/",
        "/guidelines/",
        "/newsletter/",
        "/newsletter/issues/",
        "/newsletter/issues/first/",
    ]
    for path in kinds:
        response = client.get(path)
        data = pages.json_ld(response)
        assert data, path
        shown = pages.words(response)
        # What breadcrumbs end with is the title, which stands above the page.
        shown += pages.squeezed(unescape(pages.html(response).split("<title>")[1][:300]))
        assert [text for text in said(data) if pages.squeezed(text) not in shown] == [], path


@pytest.mark.parametrize("path", ["/answered/letter/{0}/", "/answered/{1:%Y/%m}/", "{2}answered/"])
def test_last_breadcrumb_is_what_the_page_calls_itself(client, db, path):
    question = factories.published()
    topic = question.topic.get_absolute_url()
    text = pages.html(client.get(path.format(question.slug[0], question.published_at, topic)))
    heading = text.partition("<h1>")[2].partition("</h1>")[0]
    assert f'"name":"{heading}","item"' in text.rpartition('"position"')[2]
