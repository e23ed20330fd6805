from django.utils import timezone
from django.utils.formats import date_format

from qa import markdown
from qa.archive import cards
from qa.models import Question
from tests import factories


def test_teaser_is_cut_from_the_words_and_not_from_the_markup():
    link = "[the *long* page](https://example.org/" + "x" * 2000 + ")"
    text = f"See {link} and **rest** well.\n\n" * 20
    assert markdown.teaser(text, 40) == markdown.cut(markdown.plain(text), 40)
    assert markdown.teaser(text, 40) == "See the long page and rest well. See…"


def test_teaser_of_a_short_text_is_the_text():
    assert markdown.teaser("Only *this*.", 150) == "Only this."


def test_teaser_says_that_more_follows():
    assert markdown.teaser("word " * 1000, 12) == "word word…"


def test_teaser_without_a_stored_excerpt_is_worked_out(db):
    question = factories.published(answer="Rarely, it **seems**.", name="Ada")
    Question.objects.filter(pk=question.pk).update(excerpt="")
    (teaser,) = cards.teasers(cards.latest(), topic=False)
    assert teaser == {
        "title": question.title,
        "url": question.get_absolute_url(),
        "text": "Rarely, it seems.",
        "topic": "",
        "name": "Ada",
        "date": question.published_at,
        "month": date_format(timezone.localtime(question.published_at), "F Y"),
        "pictures": 0,
    }
