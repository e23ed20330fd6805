"""Snippets: own and shared, put in by `/name`, and nobody else's business."""

import pytest

from qa.desk import snippets
from qa.models import Snippet
from tests.qa.desk.forms import post, url

pytestmark = pytest.mark.django_db
LIST = "/admin/qa/snippet/"


@pytest.fixture
def stretch(cora):
    Snippet.objects.create(name="stretch", text="Shared.")
    return Snippet.objects.create(owner=cora, name="stretch", text="**Stretch** at night.")


def test_snippet_alone_on_a_line_is_put_in():
    texts = {"bye": "Yours\nCora", "hi": "Dear"}

    assert snippets.expand("/hi Ada\n /bye \n/nobody\nand/or /bye", texts) == (
        "/hi Ada\nYours\nCora\n/nobody\nand/or /bye"
    )


def test_saving_and_deciding_puts_own_snippets_before_shared_ones(desk, question, stretch):
    post(desk, question, "change", answer="Dear Ada\r\n/stretch\r\n")
    question.refresh_from_db()
    assert question.official_answer.body == "Dear Ada\n**Stretch** at night."

    post(desk, question, "publish", answer="/stretch")
    question.refresh_from_db()
    assert question.official_answer.body == "**Stretch** at night."


def test_preview_shows_the_snippet(desk, second_desk, question, stretch):
    mine = post(desk, question, "preview", answer="/stretch").text
    others = post(second_desk, question, "preview", answer="/stretch").text

    assert (mine.strip(), others.strip()) == (
        "<p><strong>Stretch</strong> at night.</p>",
        "<p>Shared.</p>",
    )


def test_page_lists_the_curators_snippets(desk, cleo, question, stretch):
    Snippet.objects.create(owner=cleo, name="private", text="Cleo’s own words")

    page = desk.get(url(question)).text

    assert '<dt data-snippet="stretch">' in page
    assert "Cleo’s own words" not in page


@pytest.mark.parametrize("shared", [True, False])
def test_curator_writes_snippets(desk, cora, shared):
    fields = {"name": "hello", "text": "Good day."} | ({"shared": "on"} if shared else {})

    desk.post(f"{LIST}add/", fields)

    assert Snippet.objects.get().owner == (None if shared else cora)


def test_second_snippet_of_a_name_is_refused_in_words(desk, stretch):
    page = desk.post(f"{LIST}add/", {"name": "stretch", "text": "Again", "shared": "on"})

    assert "There is a snippet of this name already." in page.text
    assert Snippet.objects.count() == 2


def test_another_curators_snippets_are_out_of_reach(desk, cleo):
    own = Snippet.objects.create(owner=cleo, name="private", text="Cleo’s own words")

    assert "private" not in desk.get(LIST).text
    desk.post(f"{LIST}{own.pk}/change/", {"name": "mine", "text": "Taken"})
    own.refresh_from_db()
    assert (own.owner, own.name) == (cleo, "private")
