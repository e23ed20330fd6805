"""Old addresses lead to where the page is now, in one step, and only there."""

import pytest

from qa.models import OldAddress
from qa.models.old_address import spelled
from tests import factories


@pytest.fixture
def desk(desk, cora):
    """An editor's, who names topics."""
    cora.groups.add(factories.role("Editor"))
    return desk


@pytest.fixture
def question(cora):
    return factories.published(by=cora)


@pytest.mark.parametrize(
    "path", ["/index.php?qa=123&qa_1=salt", "/old/S%C3%A4lz.html", "/123/does-salt-help"]
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_old_address_leads_to_the_question(client, question, path, method):
    OldAddress.objects.keep(spelled(f"https://old.example{path}"), question=question)
    response = getattr(client, method)(path)
    assert response.status_code == 301
    assert response.headers["Location"] == question.get_absolute_url()
    assert client.get(response.headers["Location"]).status_code == 200


def test_old_address_takes_any_query(client, question):
    OldAddress.objects.keep("/123/salt", question=question)
    response = client.get("/123/salt?utm_source=x")
    assert response.headers["Location"] == question.get_absolute_url()
    assert client.get("/123/sal").status_code == 404


def test_old_address_of_what_was_merged_later_leads_on_in_one_step(client, question, cora):
    other = factories.published(by=cora)
    OldAddress.objects.keep("/123/salt", question=other)
    other.unpublish(by=cora)
    assert client.get("/123/salt").status_code == 404
    other.merge_into(question, by=cora)
    assert client.get("/123/salt").headers["Location"] == question.get_absolute_url()


def test_posting_to_an_old_address_is_no_redirect(client, question):
    OldAddress.objects.keep("/123/salt", question=question)
    assert client.post("/123/salt").status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/topics/cramps/", "/topics/muscle-cramps/"),
        ("/topics/cramps", "/topics/muscle-cramps/"),
        ("/topics/cramps/feed/", "/topics/muscle-cramps/feed/"),
        ("/topics/cramps/answered?before=x", "/topics/muscle-cramps/answered/?before=x"),
        ("/topics/cramps/ask/?title=Salt", "/topics/muscle-cramps/ask/?title=Salt"),
        ("/embed/cramps/", "/embed/muscle-cramps/"),
    ],
)
def test_pages_of_a_renamed_topic_lead_to_it(client, desk, old, new):
    topic = factories.topic("cramps")
    rename(desk, topic, "cramp")
    rename(desk, topic, "muscle-cramps")
    response = client.get(old)
    assert (response.status_code, response.headers["Location"]) == (301, new)
    assert client.get("/topics/cramp/").headers["Location"] == "/topics/muscle-cramps/"


def test_topic_that_gets_its_slug_back_is_at_it(client, desk):
    topic = factories.topic("cramps")
    rename(desk, topic, "muscle-cramps")
    rename(desk, topic, "cramps")
    assert client.get("/topics/cramps/").status_code == 200
    assert client.get("/topics/muscle-cramps/").headers["Location"] == "/topics/cramps/"


def rename(desk, topic, slug: str) -> None:
    """As a curator does it in the admin."""
    empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    data = {f"{part}-{name}": n for part in ("pictures", "references") for name, n in empty.items()}
    data |= {"title": topic.title, "slug": slug, "order": 0, "is_open": "on"}
    response = desk.post(f"/admin/qa/topic/{topic.pk}/change/", data)
    assert response.status_code == 302, response.context["errors"]


def test_question_without_the_last_slash_is_one_step_away(client, question):
    for path in (f"/questions/{question.pk}", f"/questions/{question.pk}/other"):
        assert client.get(path).headers["Location"] == question.get_absolute_url()


def test_erased_question_leaves_no_words_in_old_addresses(client, question):
    OldAddress.objects.keep("/does-ada-have-cramps", question=question)
    question.erase()
    assert client.get("/does-ada-have-cramps").status_code == 404


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/" + "x" * 3000, "/topics//", "/topics/%00/"])
def test_odd_addresses_are_not_found(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("url", ["salt", "ftp://x.example/a", "//", "", "https://[x/"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValueError):  # noqa: PT011 (the standard library's words differ)
        spelled(url)


def test_feeds_of_a_renamed_topic_are_found_in_one_step(client, db):
    topic = factories.topic("new")
    OldAddress.objects.keep("/topics/old/", topic=topic)
    for rest in ("feed.json", "feed/", "feed", "answered/"):
        place = client.get(f"/topics/old/{rest}").headers["Location"]
        assert client.get(place).status_code == 200, place


def test_oembed_knows_old_addresses_and_numbers(client, question, settings):
    OldAddress.objects.keep("/topics/old/", topic=question.topic)
    for path, title in [
        ("/topics/old/", question.topic.title),
        (f"/questions/{question.pk}/", question.title),
    ]:
        answer = client.get("/oembed/", {"url": settings.BASE_URL + path})
        assert answer.json()["title"] == title
