"""What came back from its asker, what waits in the same words, and what hangs on a question."""

import re

import pytest

from qa.desk import lookalikes
from qa.desk.diff import compare
from qa.models import FollowUp, Image
from tests import factories
from tests.qa.desk.forms import post, row, url

pytestmark = pytest.mark.django_db
OTHER_BODY = "It began after a marathon, in the right foot, and never at rest. Is it harmless?"


def test_returned_question_shows_the_request_and_what_changed(desk, question, cora):
    post(desk, question, "request_changes", reason="Which leg is it,\nand since when?")
    question.refresh_from_db()
    question.rewrite(asked_body="It wakes me twice a week, mostly in the right leg.\n\nWhat helps?")
    assert desk.get(url(question)).context["returned"] is None
    question.submit()

    page = desk.get(url(question))

    assert '<span class="mark mark--claim">Came back</span>' in page.text
    assert "<blockquote>Which leg is it,<br>and since when?</blockquote>" in page.text
    assert [str(change.html) for change in page.context["returned"].changes] == [
        "It wakes me twice a week, mostly in the <del>left </del><ins>right </ins>leg.\n\n"
        "What helps?"
    ]
    post(desk, question, "publish", answer="Stretch.")
    assert desk.get(url(question)).context["returned"] is None


def test_undone_request_leaves_the_question_as_it_was(desk, question):
    before = row(question)
    post(desk, question, "request_changes", reason="Which leg?")
    desk.post(url(question, "undo"))

    assert row(question) == before
    assert desk.get(url(question)).context["returned"] is None


@pytest.mark.parametrize("forget", ["erase", "anonymise"])
def test_former_words_are_forgotten_with_the_question(desk, question, forget):
    post(desk, question, "request_changes", reason="Which leg?")
    question.refresh_from_db()
    assert question.events.last().before["asked"]["body"] == question.asked_body
    question.submit()
    post(desk, question, "publish", answer="Stretch.")
    question.refresh_from_db()

    getattr(question, forget)()

    assert not any("asked" in event.before for event in question.events.all())


def test_waiting_questions_in_the_same_words_are_offered_and_merged(desk, question):
    twin = factories.pending(email="zoe@example.org")
    factories.pending(email="zoe@example.org", title="Is a foot cramp harmless?", body=OTHER_BODY)
    factories.published(email="paul@example.org")

    page = desk.get(url(question))

    assert page.context["waiting"] == [twin]
    assert f'name="similar" value="{twin.pk}">Merge into this' in page.text
    post(desk, question, "merge", similar=str(twin.pk))
    question.refresh_from_db()
    assert question.merged_into == twin


def test_same_asker_needs_fewer_shared_words(question):
    body = "It still wakes me twice a week in the leg, and exercise changed nothing at all."
    words = {"title": "Cramp in my calves again", "body": body}
    other = factories.pending(email="zoe@example.org", **words)
    assert lookalikes.waiting(question) == []
    type(other).objects.filter(pk=other.pk).update(email=question.email)
    assert lookalikes.waiting(question) == [other]


def test_row_and_page_show_who_hangs_on_a_question(desk, question):
    twin = factories.pending(email="zoe@example.org")
    post(desk, twin, "merge", target=str(question.pk))

    assert "With 1 more asker<" in desk.get("/admin/qa/question/").text
    assert f'<a href="{url(twin)}">{twin.reference_number}' in desk.get(url(question)).text


def test_asked_before_counts_earlier_ones_alone(desk, question):
    factories.pending()

    page = desk.get("/admin/qa/question/").text

    assert page.count("asked before:") == page.count("asked before: 1 from this address") == 1


def test_details_in_a_message_are_marked(desk, question):
    FollowUp.objects.create(question=question, from_asker=True, text="Write to ada@example.net.")
    page = desk.get(url(question)).text
    assert '<mark title="E-mail address">ada@example.net</mark>' in page


def test_details_in_a_reader_answer_are_marked_beside_its_preview(desk, question, cora, ben):
    published = factories.published(by=cora)
    answer = published.answers.create(
        kind="reader", author=ben, body="*Salt* helped. Write to ben@example.net."
    )
    page = desk.get(f"/admin/qa/answer/{answer.pk}/change/").text
    assert '*Salt* helped. Write to <mark title="E-mail address">ben@example.net</mark>.' in page
    assert "<em>Salt</em> helped." in page


def test_words_in_a_difference_stand_apart():
    assert compare("left leg", "right leg.") == "<del>left leg</del> <ins>right leg.</ins>"


def test_empty_stored_text_is_not_offered(desk, second_desk, question):
    post(second_desk, question, "change", title="Why do calves cramp?")
    stale = {"revision": question.revision - 1, "title": "Calves", "answer": "Stretch."}
    page = post(desk, question, "publish", **stale)
    assert 'name="take" value="title"' in page.text
    assert 'name="take" value="answer"' not in page.text


def test_small_pictures_are_enlarged_twice_at_most(desk, db):
    question = factories.draft()
    Image(question=question, alt="A mole").store(factories.picture(90, 60))
    question.submit()
    assert 'alt="A mole" width="180" height="120"' in desk.get(url(question)).text


def test_list_of_topics_says_what_is_open_and_waits(desk, question):
    factories.pending()
    factories.topic("sleep", is_open=False)

    page = desk.get("/admin/qa/topic/").text

    assert re.findall(r'<td class="field-(asking|waiting)">(\w+)</td>', page) == [
        ("asking", "Open"),
        ("waiting", "2"),
        ("asking", "Paused"),
        ("waiting", "0"),
    ]
