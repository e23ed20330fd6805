"""Whoever had a mail of what is taken back is told so, and a later answer says what it replaces."""

import pytest
from django.utils import timezone

from outbox.models import Message
from tests import factories
from tests.qa.desk.forms import post, url

pytestmark = pytest.mark.django_db
ANSWER = "Stretching helps some people."
REPLACES = "It replaces the answer that we mailed you on "


def mails(to: str) -> list[Message]:
    """Without the acknowledgement, and what was stopped."""
    rows = Message.objects.filter(to=to).exclude(purpose="question received")
    return list(rows.exclude(status="cancelled").order_by("pk"))


def let_leave() -> None:
    Message.objects.filter(status="queued").update(status="sent", sent_at=timezone.now())


def test_undo_after_the_mail_has_left_asks_to_disregard_it(desk, question):
    post(desk, question, "decline")
    let_leave()
    assert 'name="tell_undo" value="1" checked' in desk.get(url(question)).text

    page = desk.post(url(question, "undo"), {"tell_undo_shown": "1", "tell_undo": "1"}, follow=True)

    told = mails("ada@example.org")[-1]
    assert told.subject == f"Please disregard our last mail: {question.asked_title}"
    assert f"on {timezone.localtime():%-d %B %Y} we wrote to you" in told.text
    assert "Your question waits for an answer again." in told.text
    assert "Another asks to disregard it." in page.text


def test_unticked_tells_nobody(desk, question):
    post(desk, question, "decline")
    let_leave()

    desk.post(url(question, "undo"), {"tell_undo_shown": "1"})

    assert [mail.purpose for mail in mails("ada@example.org")] == ["decision"]


def test_undo_in_time_and_undo_of_spam_tell_nobody(desk, question):
    post(desk, question, "decline")
    assert "tell_undo" not in desk.get(url(question)).text
    desk.post(url(question, "undo"))
    post(desk, question, "spam")

    page = desk.post(url(question, "undo"), follow=True)

    assert mails("ada@example.org") == []
    assert '<li class="success">Taken back.</li>' in page.text


def test_later_answer_says_that_it_replaces_the_earlier(desk, question):
    post(desk, question, "publish", answer=ANSWER)
    let_leave()
    assert REPLACES not in mails("ada@example.org")[-1].text
    desk.post(url(question, "undo"))
    question.refresh_from_db()
    assert not question.was_mailed()

    post(desk, question, "answer_privately", answer=ANSWER)

    told = mails("ada@example.org")[-1]
    assert f"{REPLACES}{timezone.localtime():%-d %B %Y}." in told.text
    assert REPLACES in told.html


def test_answer_after_a_decline_that_was_taken_back_replaces_none(desk, question):
    post(desk, question, "decline")
    let_leave()
    desk.post(url(question, "undo"))

    post(desk, question, "publish", answer=ANSWER)

    assert REPLACES not in mails("ada@example.org")[-1].text


def test_demerge_after_the_mail_has_left_tells_every_asker_who_had_it(desk, question, cora):
    published = factories.published(by=cora, email="paul@example.org")
    nested = factories.pending(email="zoe@example.org")
    post(desk, nested, "merge", target=str(question.pk))
    post(desk, question, "merge", target=str(published.pk))
    let_leave()
    assert 'name="tell_apart" value="1" checked' in desk.get(url(question)).text

    desk.post(url(question, "demerge"), {"tell_apart_shown": "1", "tell_apart": "1"})

    for to in ["ada@example.org", "zoe@example.org"]:
        assert [mail.purpose for mail in mails(to)] == ["decision", "decision taken back"], to
    assert [mail.purpose for mail in mails("paul@example.org")] == ["decision"]


def test_demerge_in_time_tells_nobody(desk, question, cora):
    post(desk, question, "merge", target=str(factories.published(by=cora).pk))
    Message.objects.filter(about=question.about, status="sent").delete()

    desk.post(url(question, "demerge"))

    question.refresh_from_db()
    assert question.status == "pending"
    assert not Message.objects.filter(purpose="decision taken back").exists()


def test_mail_to_merged_askers_speaks_to_all_of_them(desk, question, cora):
    post(desk, question, "merge", target=str(factories.published(by=cora).pk))
    (mail,) = [mail for mail in mails("ada@example.org") if mail.about == question.about]
    assert "this is the answer to everyone who did" in mail.text


def test_page_shows_the_end_of_a_chain_and_its_answer(desk, question, cora):
    middle = factories.pending(email="zoe@example.org")
    end = factories.published(by=cora, answer="Only the end of it has this.")
    post(desk, question, "merge", target=str(middle.pk))
    assert "There is no answer to" in desk.get(url(question)).text
    post(desk, middle, "merge", target=str(end.pk))

    page = desk.get(url(question)).text

    assert "Only the end of it has this." in page
    assert (
        f'which leads to <a href="{url(end)}">{end.reference_number} {end}</a> (published)' in page
    )
    hanging = desk.get(url(end)).text
    assert "2 other askers get this answer too" in hanging
    assert f'<a href="{url(question)}">{question.reference_number}' in hanging


def test_private_answer_says_how_it_may_be_published(desk, question):
    post(desk, question, "answer_privately", answer=ANSWER)
    assert "To publish it after all" in desk.get(url(question)).text
