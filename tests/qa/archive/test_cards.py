from qa import markdown


def test_teaser_is_cut_from_the_words_and_not_from_the_markup():
    link = "[the *long* page](https://example.org/" + "x" * 2000 + ")"
    text = f"See {link} and **rest** well.\n\n" * 20
    assert markdown.teaser(text, 40) == markdown.cut(markdown.plain(text), 40)
    assert markdown.teaser(text, 40) == "See the long page and rest well. See…"


def test_teaser_of_a_short_text_is_the_text():
    assert markdown.teaser("Only *this*.", 150) == "Only this."


def test_teaser_says_that_more_follows():
    assert markdown.teaser("word " * 1000, 12) == "word word…"
