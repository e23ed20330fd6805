"""The search index: the same answers from SQLite and from PostgreSQL."""

from importlib import import_module

import pytest
from django.db import connection

from qa import search
from qa.models import Answer
from qa.search import titles
from tests import factories

ODD = [
    *('"', "'", '"unclosed phrase', "a OR", "NOT", "AND AND", "NEAR(a b)", "title:salt", "salt*"),
    *(
        "^salt",
        "-salt",
        "salt - ",
        "(",
        "))((",
        "salt & | ! <-> pepper",
        ":*",
        "a:*b",
        "\\",
        "%",
        "_",
    ),
    *("____", "%s %(query)s", "'; DROP TABLE qa_search; --", "\x00", "a\x00b", "\x02\x03", "½ ² ª"),
    *(
        "的",
        "夜中に足がつる",
        "👍🏽",
        "\u202esalt",
        "é" * 5000,
        "x" * 100_000,
        "a " * 50_000,
        "٣",
        "İ",
    ),
    *('""', '" "', "“”", "«x»", '"" salt', "0", "1e308", "the", "of the and", "\ud7ff\ue000", "ﷺ"),
]
# Of these: what is the word salt with signs around it; and what is not found, and yet like it.
ODD_SALT = {"salt*", "^salt", "-salt", "salt - ", "\u202esalt", '"" salt'}
ODD_LIKE_SALT = {"title:salt", "salt & | ! <-> pepper"}
# Small words of the question.
ODD_SMALL = {"a " * 50_000, "the", "İ"}


@pytest.fixture
def salt(cora):
    return factories.published(
        title="Does salt stop cramping?",
        body="I sweat a lot. My café au lait has none.",
        answer="Rarely: the *trials* of salt tablets were small.",
    )


def found(text: str, **options) -> list[int]:
    hits, total = search.search(text, **options)
    assert total >= len(hits)
    return [hit.id for hit in hits]


@pytest.mark.parametrize(
    "query",
    [
        *("salt", "SALT", "cramps", "cramp", "tablets", "trial", "cram", "sweating a lot"),
        *('"salt tablets"', "“salt tablets”", "cafe", "café", "lait cafe", "how does the salt"),
    ],
)
def test_search_finds(salt, query):
    assert found(query) == [salt.pk]


@pytest.mark.parametrize(
    "query", ["pepper", "salt pepper", '"tablets salt"', '"salt cramping"', "ramping", ""]
)
def test_search_does_not_find(salt, query):
    assert found(query) == []


@pytest.mark.parametrize("query", ["C++", "ä ö", 'a"b OR (', "s", "sa"])
def test_one_or_two_letters_are_no_beginning(salt, query):
    assert found(query) == []


def test_a_short_word_is_found_as_it_is(db):
    question = factories.published(title="Does vitamin D3 help, or C?")
    assert found("vitamin d3") == found("vitamin c") == [question.pk]
    assert found("vitamin d") == []


@pytest.mark.parametrize("query", ODD)
def test_odd_queries_are_words_and_never_fail(salt, query):
    assert found(query) == ([salt.pk] if query in ODD_SALT | ODD_SMALL else [])
    assert search.similar(query) == ([salt.pk] if query in ODD_SALT | ODD_LIKE_SALT else [])


def test_small_words_alone_are_searched_for_as_they_are(db):
    assert search.search("the of") == ([], 0)


def test_title_counts_more_than_text(db):
    text = factories.published(title="What about pepper?", body="Is it like salt in soup or not?")
    title = factories.published(title="What about salt?", body="Is it like pepper in soup or not?")
    assert found("salt") == [title.pk, text.pk]


def test_hits_are_marked_in_title_and_snippet(salt):
    hit = search.search("salt")[0][0]
    assert f"Does {search.OPEN}salt{search.CLOSE} stop" in hit.title
    assert f"{search.OPEN}salt{search.CLOSE}" in hit.snippet


def test_search_is_limited_to_a_topic(salt):
    other = factories.published(topic=factories.topic("sleep"), title="Salt before sleeping?")
    assert found("salt", topic_id=other.topic_id) == [other.pk]
    assert search.search("salt", topic_id=salt.topic_id)[1] == 1


def test_search_counts_beyond_its_page(db):
    rows = [factories.published(title=f"Is salt number {n} good?") for n in range(3)]
    hits, total = search.search("salt", limit=2)
    assert (len(hits), total) == (2, 3)
    rest, _ = search.search("salt", limit=2, offset=2)
    assert {hit.id for hit in [*hits, *rest]} == {row.pk for row in rows}


def test_similar_finds_the_same_thing_in_other_words(salt):
    factories.published(title="Is magnesium oxide any good?", body="The label says 250 mg of it.")
    assert search.similar("Will eating salt help against my cramps?") == [salt.pk]


def test_similar_leaves_out_the_question_itself(salt):
    assert search.similar(salt.title, exclude=salt.pk) == []


def test_similar_shows_nothing_when_nothing_fits(salt):
    assert search.similar("Which shoes shall I wear to the opera?") == []
    assert search.similar("what is it that you have") == []


def test_unpublished_question_leaves_the_index(salt, cora):
    salt.unpublish(by=cora)
    assert found("salt") == []
    assert search.similar("salt cramping") == []


def test_published_reader_answers_are_found_with_their_question(salt, ben, cora):
    answer = salt.answers.create(kind="reader", author=ben, body="I use a *kitchen timer*.")
    search.index(salt)
    assert found("kitchen timer") == []
    answer.publish(by=cora)
    assert found("kitchen timer") == [salt.pk]
    answer.decline(by=cora)
    assert found("kitchen timer") == []
    assert found("salt") == [salt.pk]


def test_reader_answer_to_what_is_no_longer_public_is_not_found(salt, ben, cora):
    answer = salt.answers.create(kind="reader", author=ben, body="I use a kitchen timer.")
    salt.unpublish(by=cora)
    answer.publish(by=cora)
    assert found("kitchen timer") == []


def test_erased_reader_answers_leave_the_index(salt, ben, cora):
    salt.answers.create(kind="reader", author=ben, body="I use a kitchen timer.").publish(by=cora)
    Answer.objects.reader().filter(author=ben).erase()
    assert found("kitchen timer") == []
    assert found("salt") == [salt.pk]


def test_index_takes_text_that_a_form_would_not(cora):
    question = factories.published(title="NUL-free?", body="a\x02b salt " + "x" * 9000)
    question.answers.update(body="nul \x02 " + "word " * 8000)
    search.index(question)
    assert found("salt") == [question.pk]


@pytest.fixture
def many(db):
    """More questions than are compared one by one, so that the signs choose."""
    rows = [(n, 1, f"What about subject number {n} of the list?", "") for n in range(1000, 1600)]
    search.add(rows)


def test_similar_finds_one_among_many(many, salt):
    assert search.similar("Will eating salt help against my cramps?")[0] == salt.pk


def test_similar_knows_at_once_what_another_process_published(many, salt, cora):
    search.similar("anything")  # this process knows all there is
    other = factories.published(title="Is it safe to run with a plaster cast?")
    assert search.similar("May I go running in a plaster cast?")[0] == other.pk
    other.unpublish(by=cora)
    assert other.pk not in search.similar("May I go running in a plaster cast?")


def test_similar_follows_a_correction(many, salt, cora):
    search.similar("anything")
    salt.edit(by=cora, title="Is magnesium oxide any good?", body=salt.body, answer="No.")
    assert search.similar("Does magnesium oxide do any good?")[0] == salt.pk


def test_similar_understands_other_words(db):
    tired = factories.published(title="What are the causes of fatigue?", body="")
    factories.published(title="How is a broken arm treated?", body="")
    assert search.similar("Why am I always so tired?")[:1] == [tired.pk]


def test_questions_of_an_older_site_are_filled_in(salt):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM qa_vector")
    assert search.similar("salt against cramps") == []
    assert search.fill() == 1
    assert search.fill() == 0
    assert search.similar("salt against cramps") == [salt.pk]


def test_questions_that_another_model_placed_are_filled_in(salt):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE qa_vector SET model = 'older'")
    assert search.fill() == 1
    assert search.similar("salt against cramps") == [salt.pk]


def test_a_thousand_hits_are_counted_and_no_more(db, monkeypatch):
    search.add([(n, 1, f"Is salt number {n} good?", "") for n in range(1, 30)])
    monkeypatch.setattr("qa.search.lexical.MOST_COUNTED", 25)
    hits, total = search.search("salt")
    assert (len(hits), total) == (20, 25)
    assert search.count("salt") == 25


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("salt", 12),
        ("salt 3", 1),
        ("sal", 12),
        ("sa", 0),
        ("sugar", 0),
        ("", 0),
        ("saltt number", 12),
    ],
)
def test_count_is_what_search_finds(db, query, number):
    search.add([(n, 1, f"Is salt number {n} good?", "") for n in range(1, 13)])

    def otherwise(word):
        return ["salt"] if word == "saltt" else []

    assert search.search(query, spellings=otherwise)[1] == number
    assert search.count(query, otherwise) == number


def test_of_very_many_hits_the_newest_are_ranked(db, monkeypatch):
    search.add([(n, 1, f"Is salt number {n} good?", "") for n in range(1, 100)])
    search.add([(100, 1, "What of pepper?", "Salt is something else, and so is all the rest.")])
    monkeypatch.setattr("qa.search.lexical.MOST_COUNTED", 10)
    monkeypatch.setattr("qa.search.lexical.MOST_RANKED", 20)
    assert [hit.id for hit in search.search("salt", limit=5)[0]] == [99, 98, 97, 96, 95]


def test_pages_of_very_many_hits_are_parts_of_one_list(db, monkeypatch):
    titles = ["Is salt good?", "Is salt and salt good?", "What of pepper and much else?"]
    search.add([(n * n, 1, titles[n % 3], "It is salt." * (n % 4)) for n in range(1, 120)])
    monkeypatch.setattr("qa.search.lexical.MOST_RANKED", 30)
    whole = found("salt", limit=30)
    newest = [n * n for n in range(119, 0, -1) if n % 3 < 2 or n % 4][:30]
    assert sorted(whole, reverse=True) == newest
    for size in (1, 4, 7):
        pages = [found("salt", limit=size, offset=at) for at in range(0, 30, size)]
        assert [number for page in pages for number in page] == whole


def test_in_a_large_archive_fewer_are_ranked(db, monkeypatch):
    search.add([(1, 1, "Salt, salt and salt in food?", "Salt.")])
    search.add([(n, 1, "What of salt and of much else that is in food?", "") for n in range(2, 16)])
    monkeypatch.setattr("qa.search.lexical.MOST_RANKED", 20)
    monkeypatch.setattr("qa.search.lexical.MOST_COUNTED", 10)
    assert found("salt", limit=1) == [1]

    monkeypatch.setattr("qa.search.lexical.LARGE", 10)

    assert found("salt", limit=1) == [15]
    assert len(search.search("salt", limit=20)[0]) == 10


def test_beginnings_of_very_many_words_are_the_newest(db, monkeypatch):
    search.add([(n, 1, f"Is salt{n} good?", "") for n in range(1, 40)])
    monkeypatch.setattr("qa.search.lexical.MOST_RANKED", 10)
    if connection.vendor == "sqlite":
        assert found("salt", limit=3, offset=2) == [37, 36, 35]
    assert len(found("salt", limit=4)) == 4
    assert search.beginning_with("salt", 4) == found("salt", limit=4)


@pytest.mark.parametrize("most", [5, 30, 1000])
def test_of_few_hits_and_of_many_those_of_the_topic_are_found(db, monkeypatch, most):
    one, other = factories.topic("one"), factories.topic("two")
    questions = [
        factories.published(topic=[one, other][n % 2], title=f"Is salt{n} good for salt?", body="")
        for n in range(20)
    ]
    monkeypatch.setattr("qa.search.lexical.MOST_RANKED", most)
    for query in ("salt", "sal", '"good for" salt'):
        within = {hit.id for hit in search.search(query, topic_id=one.pk, limit=10)[0]}
        assert within
        assert within <= {question.pk for question in questions[::2]}
    assert search.search("salt", topic_id=one.pk)[1] == min(10, most)


def test_hits_that_are_all_old_are_found_among_very_many(db, monkeypatch):
    search.add([(n, 1, f"Is salt number {n} good?", "") for n in range(1, 40)])
    search.add([(n, 1, "What of pepper?", "") for n in range(40, 400)])
    monkeypatch.setattr("qa.search.lexical.MOST_RANKED", 10)
    assert [hit.id for hit in search.search("salt", limit=3)[0]] == [39, 38, 37]


@pytest.mark.parametrize("topic", [None, 2])
@pytest.mark.parametrize("step", [1, 4, 16, 60])
def test_the_newest_are_found_wherever_they_lie(db, monkeypatch, step, topic):
    if connection.vendor == "sqlite":
        topic = None  # its topics are those of the questions themselves
    for name, number in {
        "SMALL_BLOCK": 8,
        "LARGE_BLOCK": 32,
        "LARGE": 10,
        "MOST_COUNTED": 10,
    }.items():
        monkeypatch.setattr(f"qa.search.lexical.{name}", number)
    monkeypatch.setattr("qa.search.lexical.FEW", 1)
    words = {0: "salt", 1: "salt", 2: "pepper"}
    search.add(
        [(n, n % 2 + 1, f"What of {words[min(n % step, 2)]}?", "") for n in range(1, 601)]
        + [(n, 2, "What of pepper?", "") for n in range(601, 604)]
    )
    hits = [n for n in range(600, 0, -1) if n % step < 2 and topic in (None, n % 2 + 1)]
    assert search.search("salt", topic_id=topic) == search.search("SALT", topic_id=topic)
    assert found("salt", topic_id=topic, limit=10) == hits[:10]
    assert found("sal", topic_id=topic, limit=10) == hits[:10]


def test_marks_of_a_full_table_are_made_by_the_migration(db):
    migration = import_module("qa.migrations.0021_search_by_block")
    search.add([(number, number % 2 + 1, "What is salt?", "") for number in range(1, 8)])
    editor = connection.schema_editor()
    migration.drop(None, editor)
    postgres = connection.vendor == "postgresql"
    if postgres:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE qa_search SET document = to_tsvector('qa_words', title)")
        assert found("salt", topic_id=1) == []

    migration.create(None, editor)

    search.remove(4)
    search.add([(9, 1, "What is salt?", ""), (70_000, 2, "What is salt?", "")])
    assert found("salt") == [70_000, 9, 7, 6, 5, 3, 2, 1]
    assert found("salt", topic_id=1) == ([9, 6, 2] if postgres else [])


def test_a_word_that_is_there_is_no_beginning(db):
    search.add([(n, 1, "What of salt?", "") for n in range(1, 6)])
    search.add([(9, 2, "What of saltpetre?", "")])
    assert found("salt") == [5, 4, 3, 2, 1]
    assert found('"salt"') == [5, 4, 3, 2, 1]
    assert search.search("salt", topic_id=2) == ([], 0)
    assert found("saltp") == [9]


def test_a_word_that_is_found_often_is_no_beginning(db, monkeypatch):
    search.add([(n, 1, "What of salt?", "") for n in range(1, 6)])
    search.add([(9, 1, "What of pepper and saltpetre?", "")])
    assert found("pepper salt") == [9]
    monkeypatch.setattr("qa.search.lexical.MOST_COUNTED", 5)
    assert found("pepper salt") == []


def test_who_asks_just_that_is_first_on_the_first_page_alone(db):
    search.add([(1, 1, "What is (are) Salt?", "It is eaten.")])
    title = "Do potatoes boiled in salt and salt water make children thirsty?"
    search.add([(n, 1, title, "Salt, salt and more salt.") for n in range(2, 30)])
    for query in ("salt", "what is salt", "Salts"):
        assert search.asking_just(query) == [1]
    pages = [search.search("salt", limit=8, offset=at)[0] for at in (0, 8, 16, 24)]
    numbers = [hit.id for page in pages for hit in page]
    assert numbers[0] == 1
    assert sorted(numbers) == list(range(1, 30))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("salt cramps", []),
        ("pepper", []),
        ("", []),
        ("what of it", []),
        ("salt and what of it", [1]),
        ("good salts for a cramp", [2]),
        ("good salt for cramps and more pepper", []),
    ],
)
def test_who_asks_just_that_says_neither_more_nor_less(db, query, numbers):
    search.add([(1, 1, "What is (are) Salt?", ""), (2, 1, "Is salt good for cramps?", "")])
    assert search.asking_just(query) == numbers


def test_of_those_who_ask_just_that_the_same_words_are_first(db):
    said = ["Why is salt?", "What is salt?", "Why salt?", "Is salt good?", "What is salt?"]
    search.add([(number, 1, title, "") for number, title in enumerate(said, 1)])
    assert search.asking_just("What is salt") == [5, 2, 1, 3]
    search.remove(5)
    assert search.asking_just("What is salt") == [2, 1, 3]


def test_words_in_quotes_must_follow_each_other_in_who_asks_just_that(db):
    search.add([(1, 1, "Salt and pepper?", ""), (2, 1, "Pepper salt?", "")])
    search.add([(n, 1, "Is pepper salt, as a spice, any good?", "") for n in range(3, 9)])
    assert [hit.id for hit in search.search("pepper salt", limit=2)[0]][:2] == [2, 1]
    assert 1 not in [hit.id for hit in search.search('"pepper salt"', limit=2)[0]]


def test_titles_of_a_full_table_are_filled_in_by_the_migration(db, monkeypatch):
    migration = import_module("qa.migrations.0020_titles")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    search.add([(number, 1, "What is salt?", "") for number in range(1, 8)])
    editor = connection.schema_editor()
    migration.drop(None, editor)
    migration.create(None, editor)
    assert sorted(titles.with_words_of("salt")) == list(range(1, 8))


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("down's syndrome", 1),
        ("Down’s syndrome", 1),
        ("downs syndrome", 1),
        ("what's lupus", 2),
        ("I'm tired", 3),
        ("can't sleep", 4),
    ],
)
def test_what_an_apostrophe_adds_is_no_word(db, query, number):
    said = ["What is Down syndrome?", "What is lupus?", "Am I tired?", "Why do I not sleep?"]
    search.add([(at, 1, title, "") for at, title in enumerate(said, 1)])
    assert found(query) == [number]


def test_possessives_and_plurals_of_titles_are_one_word(db):
    search.add([(1, 1, "What is Crohn's disease?", ""), (2, 1, "What are Bell's palsies?", "")])
    for query in ("crohns disease", "Crohn's disease", "crohn disease", "Crohn’s diseases"):
        assert search.asking_just(query) == [1], query
    assert titles.with_words_of("bells palsies") == [2]


def test_words_in_quotes_keep_what_an_apostrophe_adds(db):
    search.add([(1, 1, "What is Crohn's disease?", ""), (2, 1, "What is Crohn disease?", "")])
    assert found('"Crohn\'s disease"') == [1]


def test_what_is_called_what_is_typed_has_the_fewest_letters_first(db):
    said = ["What is diabetic foot?", "What is diabetes?", "Dialysis, diabetes and much more?"]
    search.add([(at, 1, title, "") for at, title in enumerate(said, 1)])
    assert search.called("what is diab", 5) == [2, 1]
    assert search.called("dia", 1) == [2]
    for text in ("di", "", "causes of diab", "z{", "what is"):
        assert search.called(text, 5) == [], text
