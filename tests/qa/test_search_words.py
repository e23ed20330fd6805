"""Words are the same to both databases, everyday ones and those with signs in them."""

import pytest
from django.db import connection

from qa import search
from qa.search import words
from tests import factories


@pytest.mark.parametrize(
    ("query", "number"),
    [
        *(("the", 1), ("what is the", 1), ('"what is the"', 1), ('"the is what"', None)),
        *(('"cause of the"', 1), ('"cause in the"', None), ('"crohn disease 1"', None)),
        *(("X-ray", 2), ("ray", 2), ("café_au", 3), ("cafe\u0301", 3), ("ETUDE", 3), ("i", 4)),
        *(("example", 5), ("org", 5), ("strong", 5), ("1.5", 6), ("5", 6), ("news", 2)),
        *(('"rash sudden"', None), ("sjogren", 4), ("generally", 5), ("generic", 5), ("is", 1)),
    ],
)
def test_words_are_the_same_on_both_databases(db, query, number):
    rows = [
        ("What is the cause of the Crohn disease?", ""),
        ("An X-ray of a rash", "Sudden ones, new."),
        ("Café_au lait", "An étude."),
        ("İ am Sjögren", ""),
        ("See http://example.org/page", "<strong>General</strong> ones"),
        ("1.5 mg", "-5"),
    ]
    search.add([(n, 1, title, text) for n, (title, text) in enumerate(rows, 1)])
    hits, _ = search.search(query)
    assert [hit.id for hit in hits] == ([number] if number else [])


def test_what_an_older_site_indexed_is_indexed_anew(db):
    factories.published(title="What is the cause?")
    postgres = connection.vendor == "postgresql"
    if postgres:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE qa_search SET plain = false, document = to_tsvector(title)")
    assert search.search("the")[1] == (0 if postgres else 1)
    assert search.fill() == (1 if postgres else 0)
    assert search.fill() == 0
    assert search.search("the")[1] == 1


def test_word_counts_once_however_often_it_is_typed():
    assert words.terms('Salt the salt "salt and pepper" SALT') == [
        ["SALT"],
        ["salt", "and", "pepper"],
    ]
