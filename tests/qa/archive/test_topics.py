import pytest
from django.utils import timezone

from qa.models import Reference, Topic, TopicPicture
from tests import factories
from tests.qa.archive import pages


@pytest.fixture
def topic(cora):
    topic = factories.topic(
        title="Muscle cramps",
        summary="Why they happen.",
        body="First words.\n\n## Salt & water\n\nSee [sleep](/topics/sleep/).\n\n![](picture:calf)",
        invitation="A question about cramps? Ask here.",
        author=cora,
        reviewed_at=timezone.datetime(2026, 3, 4).date(),
    )
    topic.related.add(factories.topic("sleep", title="Sleep"))
    for order, (heading, title) in enumerate([("Trials", "A trial"), ("Reviews", "A review")]):
        Reference.objects.create(
            topic=topic, order=order, heading=heading, title=title, doi="10.1000/x", note="Small."
        )
    return topic


def body(client, topic) -> str:
    return pages.html(client.get(topic.get_absolute_url()))


def main(client, topic) -> str:
    return pages.main(client.get(topic.get_absolute_url()))


def test_topic_page_shows_article_author_and_review(client, topic):
    text = body(client, topic)
    assert "<h1>Muscle cramps</h1>" in text
    assert '<h2 id="salt-water">Salt &amp; water</h2>' in text
    assert '<a href="#salt-water">Salt &amp; water</a>' in text
    about = f"/people/{topic.author_id}/"
    name = f'<span class="byline__name"><a href="{about}">Cora</a></span>, MSc, pharmacist'
    assert name in text
    assert client.get(about).status_code == 200
    published = topic.created_at.date()
    assert f'<time datetime="{published}">' in text
    assert 'Reviewed <time datetime="2026-03-04">4 March 2026</time>' in text
    assert 'Next review due <time datetime="2028-03-03">March 2028</time>' in text


def test_topic_page_parts_stand_in_order(client, topic):
    factories.published(topic=topic, title="Is it the salt?")
    text = main(client, topic)
    parts = [
        'class="breadcrumbs"',
        "<h1>",
        "byline__name",
        'class="toc"',
        "First words.",
        'class="invitation"',
        "Already answered</h2>",
        "Is it the salt?",
        "Research</h2>",
        "Related topics</h2>",
        "Link to this page</h2>",
        "newsletter-box",
        "Back to top",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_topic_page_groups_research_under_headings(client, topic):
    text = main(client, topic)
    assert text.index(">Trials</h3>") < text.index("A trial") < text.index(">Reviews</h3>")
    assert '<a href="https://doi.org/10.1000/x" rel="noopener">A review</a>' in text


def test_topic_page_invites_with_a_get_form(client, topic):
    text = body(client, topic)
    assert f'action="/topics/{topic.slug}/ask/" method="get"' in text
    assert "A question about cramps? Ask here." in text
    assert 'name="title"' in text


def test_paused_topic_says_so_and_has_no_form(client, topic):
    Topic.objects.filter(pk=topic.pk).update(is_open=False, paused_note="Back in May.")
    text = body(client, topic)
    assert "Back in May." in text
    assert 'class="invitation"' not in text


def test_topic_page_counts_only_published_questions(client, topic):
    factories.published(topic=topic, title="The published one?")
    factories.pending(topic=topic, title="The pending one, secret?")
    text = body(client, topic)
    assert "The one answered question" in text
    assert "The pending one" not in text


def test_topic_page_cuts_the_teaser_at_a_word(client, topic):
    factories.published(topic=topic, answer="word " * 60)
    text = body(client, topic)
    assert f'<p class="teaser__text">{("word " * 29).strip()}…</p>' in text


def test_topic_page_shares_its_own_drawing(client, topic, settings):
    settings.BASE_URL = "https://ask.example.org"
    picture = TopicPicture(topic=topic, name="calf", alt="A calf", caption="The muscle")
    picture.store(factories.picture())
    picture.publish_files()
    text = body(client, topic)
    assert 'alt="A calf"' in text
    assert (
        f'<meta property="og:image" content="https://ask.example.org/media/{picture.public_key}/640.jpg">'
        in text
    )
    assert client.get(picture.public_links.src).status_code == 200
    assert f'<a class="picture__link" href="{picture.public_links.largest}">' in text


def test_contents_list_leads_to_the_invitation(client, topic):
    text = main(client, topic)
    contents = text.partition('class="toc"')[2].partition("</nav>")[0]
    places = [contents.index(f'href="#{name}"') for name in ("salt-water", "ask-here", "answered")]
    assert places == sorted(places)
    assert text.count('id="ask-here"') == 1
    Topic.objects.filter(pk=topic.pk).update(is_open=False)
    assert "ask-here" not in main(client, topic)


def test_topic_page_links_its_html_to_copy(client, topic, settings):
    settings.BASE_URL = "https://ask.example.org"
    text = body(client, topic)
    address = f"https://ask.example.org/topics/{topic.slug}/"
    assert f'value="&lt;a href=&quot;{address}&quot;&gt;Muscle cramps&lt;/a&gt;"' in text


def test_topic_list_counts_answers(client, topic):
    factories.published(topic=topic)
    factories.pending(topic=topic)
    assert "1 answered question<" in pages.html(client.get("/topics/"))


def test_unknown_topic_is_not_found(client, db):
    for path in ("/topics/none/", "/topics/none/answered/", "/topics/none/feed/", "/embed/none/"):
        assert client.get(path).status_code == 404
