import gzip
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from qa.archive import spelling
from qa.models import OldAddress, SiteProfile, Topic
from tests import factories
from tests.qa.archive import pages


@pytest.fixture
def salt(cora):
    return factories.published(
        title="Does salt stop cramping?", body="I sweat a lot at work.", answer="Rarely, it seems."
    )


def found(client, query, **values) -> list[str]:
    response = client.get("/search/", {"q": query, **values})
    assert response.status_code == 200
    return [url for url, _ in pages.teasers(response)]


def test_search_finds_by_title_text_and_answer(client, salt):
    for query in ("salt", "sweating", "rarely", "cramps", "sal"):
        assert found(client, query) == [salt.get_absolute_url()], query


def test_search_shows_count_and_marked_words(client, salt):
    text = pages.html(client.get("/search/?q=cramping"))
    assert "1 answer for “cramping”" in text
    assert "Does salt stop <mark>cramping</mark>?" in text


def test_search_escapes_questions_before_it_marks(client, db):
    factories.published(
        title="<script>alert(1)</script> & salt",
        body="<img src=x onerror=alert(2)> salt in the text",
    )
    text = pages.main(client.get("/search/?q=salt"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <mark>salt</mark>" in text
    assert "&lt;img src=x onerror=alert(2)&gt; <mark>salt</mark>" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_search_escapes_what_was_typed(client, salt):
    text = pages.html(client.get("/search/", {"q": '"><script>alert(1)</script>'}))
    assert "<script>alert" not in text
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_search_filters_by_topic(client, salt):
    other = factories.published(topic=factories.topic("sleep"), title="Salt before sleeping?")
    assert found(client, "salt", topic="sleep") == [other.get_absolute_url()]
    assert len(found(client, "salt", topic="no-such-topic")) == 2
    text = pages.main(client.get("/search/?q=salt&topic=sleep"))
    assert '<a href="?q=salt&amp;topic=sleep" aria-current="true">Sleep</a>' in text


def test_topic_without_an_answer_says_how_many_there_are_in_all(client, salt):
    factories.topic("sleep")
    text = pages.main(client.get("/search/?q=salt&topic=sleep"))
    assert '<a href="?q=salt">1 answer in all topics</a>' in text
    assert "Perhaps close to it" not in text
    assert 'href="/topics/sleep/ask/?title=salt"' in text
    for query in ("salt", "rhubarb"):
        topic = salt.topic.slug if query == "salt" else "sleep"
        text = pages.main(client.get(f"/search/?q={query}&topic={topic}"))
        assert "in all topics" not in text, query


def test_what_asks_just_that_comes_first(client, db):
    for number in range(1, 4):
        factories.published(
            title=f"Salt, salt and salt in diet {number}?", body="Salt, salt, salt."
        )
    asked = factories.published(title="What is (are) Salt?", body="I wonder about much else, too.")
    for query in ("salt", "what is salt?", "What are salts"):
        assert found(client, query)[0] == asked.get_absolute_url(), query


def test_beside_a_single_answer_stands_what_means_the_same(client, db):
    other = factories.published(title="Good food against depression?", body="Or for migraine?")
    meant = factories.published(title="What are the treatments for migraine?", body="")
    assert found(client, "good food for migraine") == [other.get_absolute_url()]
    text = pages.main(client.get("/search/?q=good food for migraine"))
    assert "Perhaps close to it" in text
    assert f'<a href="{meant.get_absolute_url()}">' in text
    assert text.count(other.get_absolute_url()) == 1


def test_what_is_close_has_each_title_once(client, db):
    for number in range(3):
        factories.published(title="What is glaucoma?", body=f"Text {number}.")
    text = pages.html(client.get("/search/suggest/?q=glaucoma"))
    assert text.count("What is glaucoma?") == 1


def test_accents_are_no_mistake(client, db):
    factories.published(title="What is Meniere disease?")
    factories.published(title="What is Mniere disease?")
    assert "Did you mean" not in pages.main(client.get("/search/?q=Ménière"))


def test_search_that_finds_nothing_offers_to_ask(client, salt):
    text = pages.main(client.get("/search/", {"q": "rhubarb & custard"}))
    assert "No answer for “rhubarb &amp; custard”" in text
    assert 'href="/ask/?title=rhubarb%20%26%20custard"' in text


def test_search_in_a_topic_offers_that_topics_form(client, salt):
    text = pages.main(client.get(f"/search/?q=rhubarb&topic={salt.topic.slug}"))
    assert f'href="/topics/{salt.topic.slug}/ask/?title=rhubarb"' in text


def test_search_without_a_query_is_a_form(client, db):
    text = pages.main(client.get("/search/"))
    assert 'name="q"' in text
    assert "search-count" not in text


def test_search_does_not_find_what_is_not_public(client, salt, cora):
    factories.pending(title="A pending salt question")
    factories.draft(title="A draft about salt")
    assert found(client, "salt") == [salt.get_absolute_url()]
    salt.unpublish(by=cora)
    assert found(client, "salt") == []


def test_search_follows_a_correction(client, salt, cora):
    salt.edit(by=cora, title="Does pepper stop cramping?", body=salt.body, answer="No.")
    assert found(client, "salt") == []
    assert found(client, "pepper") == [salt.get_absolute_url()]


def test_search_goes_on_over_pages(client, db, monkeypatch):
    monkeypatch.setattr("qa.archive.searching.RESULTS", 2)
    for _ in range(5):
        factories.published()
    seen = [url for page in "123" for url in found(client, "calves", page=page)]
    assert len(set(seen)) == len(seen) == 5
    assert pages.beside(client.get("/search/?q=calves&page=3"), "older") == ""


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "٢", "1.5", ""])
def test_search_page_number_that_is_none_is_harmless(client, salt, page):
    assert client.get("/search/", {"q": "salt", "page": page}).status_code == 200


def test_suggestions_are_links_only(client, salt):
    response = client.get("/search/suggest/", {"q": "stop cramping with salt"})
    text = pages.html(response)
    assert f'<a href="{salt.get_absolute_url()}">Does salt stop cramping?</a>' in text
    assert "<html" not in text


def test_suggestions_begin_with_the_first_letters(client, salt):
    assert salt.title in pages.html(client.get("/search/suggest/?q=cramp"))


def suggested(client, query):
    text = pages.html(client.get("/search/suggest/", {"q": query}))
    return re.findall(r'href="(/questions/[^"]+)"', text)


def test_suggestions_begin_with_what_is_called_so_and_name_each_title_once(client, salt):
    plain = [factories.published(title=title) for title in ("What is salt?", "what is SALT")]
    assert suggested(client, "what is sal") == [
        plain[0].get_absolute_url(),
        salt.get_absolute_url(),
    ]


def test_letters_behind_other_words_are_passed_over_where_nothing_has_them(client, salt):
    assert suggested(client, "cramping sa") == suggested(client, "cramping") != []


def test_many_letters_cost_no_more_than_one(client, salt, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        found = suggested(client, f"cramping{' zq' * 90}")
    assert found == suggested(client, "cramping")


def test_no_suggestion_is_an_empty_answer(client, salt):
    response = client.get("/search/suggest/?q=rhubarb")
    assert (response.status_code, response.content.strip()) == (200, b"")


def test_search_that_finds_nothing_shows_what_is_close(client, salt):
    response = client.get("/search/", {"q": "salt cramping rhubarb"})
    assert pages.teasers(response) == []
    link = f'<a href="{salt.get_absolute_url()}">{salt.title}</a>'
    assert link in pages.main(response).partition("Perhaps close to it")[2]


def test_many_topics_become_a_list_in_the_form(client, salt):
    for number in range(12):
        factories.topic(f"topic-{number}")
    text = pages.main(client.get("/search/?q=salt&topic=topic-3"))
    assert '<option value="topic-3" selected>Topic 3</option>' in text
    assert "filters__links" not in text


@pytest.fixture
def article(salt):
    salt.topic.body = "Some asthma drugs, such as **terbutaline**.\n\nCalcium contracts a muscle."
    salt.topic.save()
    return salt.topic


@pytest.mark.parametrize(
    "query",
    ["terbutaline", "Terbutaline", "calcium contracts", "the asthma", "asthma drug", "muscles"],
)
def test_search_finds_words_of_an_article(client, article, query):
    response = client.get("/search/", {"q": query})
    text = pages.main(response)
    assert f"No answer, but 1 article for “{query}”" in text
    link = f'<a href="{article.get_absolute_url()}">{article.title}</a>'
    assert link in text.partition("Articles</h2>")[2]
    assert "Perhaps close to it" not in text


@pytest.mark.parametrize("query", ["terbutaline salt", "rhubarb", "a of", "as", "calcium b"])
def test_search_shows_no_article_without_every_word(client, article, query):
    assert pages.articles(client.get("/search/", {"q": query})) == []


def test_search_shows_articles_above_answers(client, article):
    text = pages.main(client.get("/search/", {"q": "cramp"}))
    assert "1 answer and 1 article for “cramp”" in text
    assert text.index("Articles</h2>") < text.index("Answers</h2>") < text.index("teaser__title")


def test_search_shows_three_articles_those_with_the_word_in_the_title_first(client, article):
    for number in range(3):
        factories.topic(f"about-{number}", body="Terbutaline is a medicine.")
    factories.topic("terbutaline", body="A medicine.")
    found = pages.articles(client.get("/search/?q=terbutaline"))
    assert (len(found), found[0]) == (3, "Terbutaline")


@pytest.mark.django_db(transaction=True)
def test_search_shows_an_article_as_it_is_by_now(client, article):
    assert pages.articles(client.get("/search/?q=terbutaline")) == ["Causes of muscle cramps"]
    Topic.objects.update(title="Cramps")
    SiteProfile(pk=1, name="Cramps and all").save()
    response = client.get("/search/?q=terbutaline")
    assert pages.articles(response) == ["Cramps"]
    assert "Cramps and all</title>" in response.content.decode()
    Topic.objects.update(body="")
    assert pages.articles(client.get("/search/?q=terbutaline")) == []


def test_search_in_another_topic_shows_no_article(client, article):
    factories.topic("sleep")
    assert pages.articles(client.get("/search/?q=terbutaline&topic=sleep")) == []


@pytest.fixture
def potassium(cora):
    return factories.published(title="Do bananas have enough potassium?", answer="Some, yes.")


def meant(client, query, **values) -> bool:
    page = pages.html(client.get("/search/", {"q": query, **values}))
    return "Did you mean" in page


def test_mistyped_word_is_put_right_by_a_link(client, potassium):
    text = pages.main(client.get("/search/", {"q": "enough potasium"}))
    link = '<a href="?q=enough+potassium">enough potassium</a>'
    assert f"Did you mean {link}?" in text
    assert found(client, "enough potassium") == [potassium.get_absolute_url()]


def test_word_that_is_like_none_is_not_put_right(client, potassium):
    assert not meant(client, "rhubarb")
    assert not meant(client, "potassium")


def test_nothing_is_meant_that_would_find_nothing(client, potassium):
    factories.topic("sleep")
    assert not meant(client, "potasium rhubarb")
    assert not meant(client, "potasium", topic="sleep")


def test_words_that_are_not_public_are_not_suggested(client, potassium, cora):
    factories.pending(title="Is magnesium of any use to me?")
    assert not meant(client, "magnesum")
    potassium.unpublish(by=cora)
    assert not meant(client, "potasium")


@pytest.mark.parametrize("query", ["potasium", "potassuim", "potassui", "enough pottasium"])
def test_mistyped_word_finds_what_was_meant(client, potassium, query):
    assert found(client, query) == [potassium.get_absolute_url()]
    text = pages.main(client.get("/search/", {"q": query}))
    assert f"No answer for “{query}”" in text
    assert "Here is what we have about that." in text
    assert potassium.title in pages.html(client.get("/search/suggest/", {"q": query}))


def test_few_answers_leave_it_open_whether_another_word_was_meant(client, db, monkeypatch):
    monkeypatch.setattr("qa.archive.spelling._kept", {})
    factories.published(title="What is larva migrans?", body="A worm.")
    for n in range(2):
        factories.published(title=f"Does migraine number {n} go away?", body="")
    text = pages.main(client.get("/search/?q=migrane"))
    assert "1 answer for “migrane”" in text
    assert 'Did you mean <a href="?q=migraine">migraine</a>?</p>' in text
    assert [title for _, title in pages.teasers(client.get("/search/?q=migrane"))] == [
        "What is larva migrans?"
    ]


@pytest.mark.parametrize(
    ("here", "typed"),
    [
        ("edema", "oedema"),
        ("oedema", "edema"),
        ("tumours", "tumors"),
        ("hospitalization", "hospitalisation"),
        ("fiber", "fibre"),
        ("paralysed", "paralyzed"),
        ("sulfur", "sulphur"),
        ("diarrhea", "diarrhoea"),
        ("color", "colour"),
    ],
)
def test_word_is_found_that_is_spelled_otherwise_on_the_other_side_of_the_sea(
    client, db, monkeypatch, here, typed
):
    monkeypatch.setattr(spelling, "_kept", {})
    question = factories.published(title=f"What is {here} like?", body="")
    factories.published(title="Do finer fires cure odd tremors?", body="")  # these are nearer
    assert found(client, typed) == [question.get_absolute_url()]
    assert question.title in pages.html(client.get("/search/suggest/", {"q": typed}))
    text = pages.main(client.get("/search/", {"q": typed}))
    assert f"<mark>{here}</mark>" in text
    assert f"1 answer for “{typed}”" in text
    assert "Did you mean" not in text


@pytest.mark.parametrize("query", ["tumour", "Tumor", "tumor tumour", "what's a tumour"])
def test_all_spellings_of_a_word_are_found(client, db, monkeypatch, query):
    monkeypatch.setattr(spelling, "_kept", {})
    titles = ["What is a tumor?", "Is a tumor benign?", "Is this tumour of any age?"]
    for title in titles:
        factories.published(title=title, body="")
    factories.topic("tumors", title="Tumors of the brain")
    page = client.get("/search/", {"q": query})
    hits = pages.teasers(page)
    assert sorted(title for _, title in hits) == sorted(titles)
    assert hits[0][1] == "What is a tumor?"
    assert "3 answers and 1 article" in pages.main(page)
    suggested = pages.html(client.get("/search/suggest/", {"q": query}))
    assert [title in suggested for title in titles] == [True, True, True]


def test_phrase_in_quotes_is_meant_as_it_is_spelled(client, db, monkeypatch):
    monkeypatch.setattr(spelling, "_kept", {})
    factories.published(title="Is every brain tumor benign?", body="")
    question = factories.published(title="Is a brain tumour of any age?", body="")
    assert found(client, '"brain tumour"') == [question.get_absolute_url()]
    assert len(found(client, "brain tumour")) == 2


def test_word_that_several_texts_have_is_not_mistyped(client, db, monkeypatch):
    monkeypatch.setattr(spelling, "MOST_TITLES", 3)
    monkeypatch.setattr(spelling, "MOST_TEXTS", 3)
    monkeypatch.setattr(spelling, "_kept", {})
    for n in range(2):
        factories.published(title=f"Does flour in a theater, number {n}, help?", body="")
    for n in range(3):
        factories.published(title=f"Do four of those there, number {n}, help?", body="")
    for word in "flour", "theatre":
        text = pages.main(client.get("/search/", {"q": word}))
        assert f"2 answers for “{word}”" in text
        assert "Did you mean" not in text
    assert spelling.mended("flour theatre") == "four there"


@pytest.mark.parametrize(
    ("here", "typed"),
    [("pocket", "poet"), ("theyre", "tyre"), ("meats", "maths"), ("pocket", "pocet")],
)
def test_short_word_with_more_than_one_slip_may_be_any(client, db, monkeypatch, here, typed):
    monkeypatch.setattr(spelling, "_kept", {})
    factories.published(title=f"What is {here} like?", body="")
    meant = here if typed == "pocet" else ""
    assert spelling.mended(typed) == meant


@pytest.mark.parametrize("typed", ["sleap", "slepe", "slee", "sleeep", "sleeo"])
def test_short_word_with_one_slip_is_put_right(db, monkeypatch, typed):
    monkeypatch.setattr(spelling, "_kept", {})
    factories.published(title="What is sleep like?", body="")
    assert spelling.mended(typed) == "sleep"


def test_words_of_an_edited_article_are_known(client, potassium):
    assert not meant(client, "selenum")
    topic = Topic.objects.get(pk=potassium.topic_id)
    topic.body += " Selenium is another matter, and so selenium is left alone."
    topic.save()
    text = pages.main(client.get("/search/?q=selenum"))
    assert 'Did you mean <a href="?q=selenium">' in text


@pytest.mark.parametrize(("here", "typed"), [("pem", "poem"), ("por", "pour"), ("tes", "toes")])
def test_short_words_are_no_other_spellings(client, db, monkeypatch, here, typed):
    monkeypatch.setattr(spelling, "_kept", {})
    factories.published(title=f"What is {here} like?", body="")
    assert found(client, typed) == []
    assert "Did you mean" not in pages.main(client.get("/search/", {"q": typed}))


def test_words_are_gathered_by_one_and_again_only_where_nothing_was_found(db, monkeypatch):
    monkeypatch.setattr(spelling, "_kept", {})
    factories.published(title="Does migraine go away?", body="")
    with spelling._gathering:
        assert spelling.mended("migrane") == ""
    assert spelling.mended("migrane") == "migraine"
    factories.published(title="Does potassium help?", body="")
    assert spelling.mended("potasium", anew=False) == ""
    assert spelling.mended("potasium") == "potassium"


def test_words_of_texts_are_known_unless_they_may_be_mistyped_themselves(client, db):
    factories.published(title="Which salts?", body="", answer="Potassium, and qinine.")
    assert "Did you mean" not in pages.main(client.get("/search/?q=potasium"))
    factories.published(title="Which else?", body="", answer="Potassium, say some. Quinine.")
    text = pages.main(client.get("/search/?q=potasium"))
    assert 'Did you mean <a href="?q=potassium">potassium</a>' in text
    assert "Did you mean" not in pages.main(client.get("/search/?q=quinnine"))


def test_of_words_that_are_as_close_the_frequent_one_was_meant(client, db):
    factories.published(title="What helps against a canker?", body="")
    for n in range(3):
        factories.published(title=f"Which cancer is number {n}?", body="")
    text = pages.main(client.get("/search/?q=canser"))
    assert "Did you mean" in text
    assert 'href="?q=cancer"' in text


def test_page_behind_the_last_is_the_last(client, db, monkeypatch):
    monkeypatch.setattr("qa.archive.searching.RESULTS", 2)
    for _ in range(3):
        factories.published()
    last = client.get("/search/?q=calves&page=2")
    behind = client.get("/search/?q=calves&page=7")
    assert len(pages.teasers(last)) == 1
    assert pages.main(behind) == pages.main(last)
    assert pages.main(client.get("/search/?q=zebra&page=7")).count("No answer for “zebra”") == 1


def test_hyphens_that_nobody_sees_part_no_word(client, db):
    question = factories.published(title="Does mag\u00adne\u00adsium help?")
    for query in ("magnesium", "mag\u00adnesium", "\ufeffmagne\u200bsium"):
        assert found(client, query) == [question.get_absolute_url()], query


def test_topic_may_be_named_as_it_was_called(client, salt):
    topic = factories.topic("rest", title="Rest")
    OldAddress.objects.keep("/topics/sleep/", topic=topic)
    assert found(client, "salt", topic="sleep") == []
    assert " in Rest</p>" in pages.main(client.get("/search/?q=salt&topic=sleep"))


def test_results_are_compressed(client, salt):
    plain = client.get("/search/?q=salt")
    packed = client.get("/search/?q=salt", headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_equally_good_answers_come_newest_first(client, db):
    days = [timezone.now() - timedelta(days=n) for n in (3, 1, 2)]
    rows = [factories.published(title="Is salt good?") for _ in days]
    for row, day in zip(rows, days, strict=True):
        type(row).objects.filter(pk=row.pk).update(published_at=day)
    assert found(client, "salt") == [rows[n].get_absolute_url() for n in (1, 2, 0)]


def test_more_than_a_thousand_answers_are_not_counted(client, salt, monkeypatch):
    monkeypatch.setattr("qa.search.lexical.MOST_COUNTED", 1)
    monkeypatch.setattr("qa.search.MOST_COUNTED", 1)
    text = pages.main(client.get("/search/?q=salt&page=2"))
    assert "1,000 answers or more for “salt”" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ear", ["An ear aches"]),
        ("ears", []),
        ("men", []),
        ("épilepsy", ["What epilepsy is"]),
        ("epileps", ["What epilepsy is"]),
        ("learning epilepsy", []),
        ('"an ear"', ["An ear aches"]),
        ('"ear an"', []),
        ("ear an x", []),
    ],
)
def test_articles_have_the_words_and_not_pieces_of_others(client, db, query, words):
    for n, title in enumerate(["An ear aches", "Learning treatments", "What epilepsy is"]):
        factories.topic(f"topic-{n}", title=title)
    assert pages.articles(client.get("/search/", {"q": query})) == words
