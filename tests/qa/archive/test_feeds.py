import pytest

from qa.models import Image, Question, Reference, SiteProfile
from tests import factories
from tests.qa.archive import pages

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.BASE_URL = "https://ask.example.org"


@pytest.fixture
def question(cora):
    SiteProfile.objects.update_or_create(pk=1, defaults={"name": "The Well", "curator_name": "C."})
    return factories.published(
        title="Salt & <cramps>?", body="It is <b>bad</b>.", answer="See [sleep](/topics/sleep/)."
    )


def entries(client, path="/feed/"):
    return pages.xml(client.get(path)).findall(f"{ATOM}entry")


def test_feed_has_the_whole_answer(client, question):
    entry = entries(client)[0]
    assert entry.findtext(f"{ATOM}title") == "Salt & <cramps>?"
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert "<p>It is &lt;b&gt;bad&lt;/b&gt;.</p>" in content.text
    assert '<a href="/topics/sleep/"' in content.text


def test_feed_has_the_sources(client, question):
    answer = question.answers.get()
    for order, title in enumerate(["A <trial>", "A review"]):
        url = f"https://example.org/{order}/"
        Reference.objects.create(answer=answer, title=title, url=url, order=order)
    content = entries(client)[0].findtext(f"{ATOM}content")
    _, _, sources = content.partition("<h3>Sources</h3>")
    assert sources.index("https://example.org/0/") < sources.index("https://example.org/1/")
    assert "A &lt;trial&gt;" in sources
    assert (
        sources.partition("<ol")[2] in client.get("/feed.json").json()["items"][0]["content_html"]
    )


def test_feed_says_what_its_relative_links_mean(client, question):
    root = pages.xml(client.get("/feed/"))
    assert root.get("{http://www.w3.org/XML/1998/namespace}base") == "https://ask.example.org/"


def test_feed_names_itself_and_its_author(client, question):
    root = pages.xml(client.get("/feed/"))
    assert root.findtext(f"{ATOM}title") == "The Well"
    assert root.findtext(f"{ATOM}id") == "https://ask.example.org/feed/"
    assert root.find(f"{ATOM}author/{ATOM}name").text == "C."
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "https://ask.example.org/feed/"


def test_entry_keeps_its_id_when_its_title_changes(client, question):
    old = entries(client)[0].findtext(f"{ATOM}id")
    Question.objects.update(title="Another title?", slug="another-title")
    new = entries(client)[0]
    assert new.findtext(f"{ATOM}id") == old == f"https://ask.example.org/questions/{question.pk}/"
    assert new.find(f"{ATOM}link").get("href").endswith("/another-title/")


def test_entry_is_dated_by_its_last_change(client, question, cora):
    question.edit(by=cora, title=question.title, body=question.body, answer="A better answer.")
    entry = entries(client)[0]
    question.refresh_from_db()
    assert entry.findtext(f"{ATOM}updated") == question.updated_at.isoformat()
    assert entry.findtext(f"{ATOM}published") == question.published_at.isoformat()


def test_entry_changes_when_a_reader_answer_is_published(client, question, ben, cora):
    before = entries(client)[0].findtext(f"{ATOM}updated")
    question.answers.create(kind="reader", author=ben, body="It helped me.").publish(by=cora)
    assert entries(client)[0].findtext(f"{ATOM}updated") > before


def test_entry_has_the_answers_of_readers_and_the_pictures(client, cora, ben):
    question = factories.pending(title="Does salt stop cramps?")
    Image(question=question, alt='A "calf"').store(factories.picture())
    Image(question=question, alt="Kept back", publish=False, order=1).store(factories.picture())
    question.edit(by=cora, title=question.title, body=question.body, answer="Probably not.")
    question.publish(by=cora)
    answers = question.answers
    answers.create(kind="reader", author=ben, body="It *helped* me.").publish(by=cora)
    answers.create(kind="reader", author=ben, body="Nobody has read this.")

    content = entries(client)[0].findtext(f"{ATOM}content")

    key = question.images.first().public_key
    picture = f'<img src="https://ask.example.org/pictures/{key}/640.jpg" alt="A &quot;calf&quot;"'
    assert picture in content
    assert content.count("<img") == 1
    assert "<h3>A reader's answer, by Ben</h3>" in content
    assert "<p>It <em>helped</em> me.</p>" in content
    assert "Nobody has read this" not in content


def test_topic_feed_has_that_topic_only(client, question):
    other = factories.published(topic=factories.topic("sleep"), title="About sleeping well?")
    found = entries(client, "/topics/sleep/feed/")
    assert [entry.findtext(f"{ATOM}title") for entry in found] == [other.title]


def test_feed_is_newest_first_and_ends_at_thirty(client, db, monkeypatch):
    monkeypatch.setattr("qa.archive.feeds.ENTRIES", 2)
    rows = [factories.published() for _ in range(3)]
    found = [entry.findtext(f"{ATOM}title") for entry in entries(client)]
    assert found == [rows[2].title, rows[1].title]


def test_feed_can_carry_characters_that_xml_cannot(client, db):
    factories.published(title="Bell \x07 and \x0b tab?", body="One \x1b[31m two \ufffe three, four")
    entry = entries(client)[0]
    assert entry.findtext(f"{ATOM}title") == "Bell  and  tab?"


def test_empty_feed_is_a_feed(client, db):
    assert entries(client) == []
    assert client.get("/feed/").headers["Content-Type"] == "application/atom+xml; charset=utf-8"


@pytest.mark.parametrize("path", ["/feed", "/topics/causes-of-muscle-cramps/feed"])
def test_json_feed_has_what_the_atom_feed_has(client, question, path):
    response = client.get(f"{path}.json")
    assert response.headers["Content-Type"] == "application/feed+json"
    assert response.headers["Cache-Control"].startswith("public")
    feed, entry = response.json(), entries(client, f"{path}/")[0]
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"https://ask.example.org{path}.json"
    (item,) = feed["items"]
    assert item["id"] == entry.findtext(f"{ATOM}id")
    assert item["url"] == entry.find(f"{ATOM}link").get("href")
    assert item["title"] == entry.findtext(f"{ATOM}title") == "Salt & <cramps>?"
    assert item["content_html"] == entry.findtext(f"{ATOM}content")
    assert item["summary"] == entry.findtext(f"{ATOM}summary") == "See sleep."
    assert item["date_published"] == entry.findtext(f"{ATOM}published")
    assert item["date_modified"] == entry.findtext(f"{ATOM}updated")
    assert item["authors"] == [{"name": entry.find(f"{ATOM}author/{ATOM}name").text}]
    assert item["tags"] == [question.topic.title]


def test_json_feed_of_no_topic_is_not_found(client, db):
    assert client.get("/topics/none/feed.json").status_code == 404
    assert client.get("/feed.json").json()["items"] == []


def test_pages_point_to_their_feeds(client, question):
    path = f"/topics/{question.topic.slug}/"
    assert f'href="{path}feed/"' in pages.html(client.get(path))
    assert f'href="{path}feed.json"' in pages.html(client.get(path))
    assert 'href="/feed/"' in pages.html(client.get("/"))
    assert 'href="/feed.json"' in pages.html(client.get("/"))


def test_summary_is_text_that_looks_like_markup(client, question):
    Question.objects.update(excerpt="Below <0.7 & a<b> tag.")
    [entry] = entries(client)
    summary = entry.find(f"{ATOM}summary")
    assert (summary.get("type"), summary.text) == ("html", "Below &lt;0.7 &amp; a&lt;b&gt; tag.")
    assert client.get("/feed.json").json()["items"][0]["summary"] == "Below <0.7 & a<b> tag."


def test_feed_of_a_topic_keeps_its_id(client, question):
    path = question.topic.get_absolute_url()
    before = pages.xml(client.get(f"{path}feed/")).findtext(f"{ATOM}id")
    question.topic.slug = "another"
    question.topic.save()
    after = pages.xml(client.get("/topics/another/feed/")).findtext(f"{ATOM}id")
    assert before == after != "https://ask.example.org/feed/"
