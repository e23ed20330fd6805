"""Readers' answers at the desk."""

import pytest
from django.urls import reverse

from outbox.models import Message
from qa.models import Answer
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/qa/answer/"


@pytest.fixture
def answer(ben):
    question = factories.published()
    return Answer.objects.create(
        question=question, kind="reader", author=ben, body="A *warm* bath helped me."
    )


def address(answer, act: str = "change") -> str:
    return reverse(f"admin:qa_answer_{act}", args=[answer.pk])


def reader_mails() -> list[Message]:
    return list(Message.objects.filter(purpose="reader answer"))


def test_list_shows_readers_answers_waiting_first(desk, answer, cora):
    later = Answer.objects.create(question=answer.question, kind="reader", body="Me too.")
    answer.publish(by=cora)

    response = desk.get(LIST)

    assert [row.pk for row in response.context["cl"].result_list] == [later.pk, answer.pk]
    assert "Stretching the calf" not in response.text


@pytest.mark.parametrize("number", ["x", "0", "9" * 21, "9" * 5000, "²", "١"])
def test_a_number_that_is_none_is_not_found(desk, number):
    assert desk.get(f"{LIST}{number}/change/").status_code == 404


def test_publish_shows_it_and_tells_its_author(desk, answer, cora):
    response = desk.post(address(answer, "publish"))

    answer.refresh_from_db()
    (mail,) = reader_mails()
    event = answer.events.get()
    assert response.headers["Location"] == LIST
    assert (answer.status, answer.published_at is not None) == ("published", True)
    assert (event.verb, event.actor, event.question) == (
        "publish_reader_answer",
        cora,
        answer.question,
    )
    assert (mail.to, mail.subject) == (
        "ben@example.org",
        f"Your answer is published: {answer.question.title}",
    )
    assert answer.question.get_absolute_url() in mail.text
    assert "<em>warm</em>" in mail.html


def test_decline_tells_the_reason_and_gives_the_words_back(desk, answer):
    desk.post(address(answer, "decline"), {"reason": "It names a\x00 brand."})

    answer.refresh_from_db()
    (mail,) = reader_mails()
    assert answer.status == "declined"
    assert answer.events.get().note == "It names a brand."
    assert mail.subject == f"Your answer is not published: {answer.question.title}"
    assert "It names a brand." in mail.text
    assert answer.body in mail.text


def test_decision_twice_is_told_and_mails_once(desk, answer):
    answers = [desk.post(address(answer, "publish")) for _ in range(2)]

    assert [response.status_code for response in answers] == [302, 409]
    assert "this answer is published already" in answers[1].text
    assert len(reader_mails()) == 1


def test_published_answer_can_be_taken_away_and_put_back(desk, answer):
    for act, status in [
        ("publish", "published"),
        ("decline", "declined"),
        ("publish", "published"),
    ]:
        desk.post(address(answer, act))
        answer.refresh_from_db()
        assert answer.status == status


def test_actions_decide_about_several(desk, answer, ben):
    other = Answer.objects.create(
        question=answer.question, kind="reader", author=ben, body="Me too.", status="published"
    )
    chosen = {"_selected_action": [answer.pk, other.pk]}

    response = desk.post(LIST, chosen | {"action": "publish_selected"}, follow=True)

    answer.refresh_from_db()
    assert answer.status == "published"
    assert "1 published." in response.text
    assert "“Me too.” is published already." in response.text

    desk.post(LIST, chosen | {"action": "decline_selected"})

    assert set(Answer.objects.reader().values_list("status", flat=True)) == {"declined"}


def test_page_shows_the_words_and_leads_to_the_question(desk, answer):
    page = desk.get(address(answer)).text

    assert "<em>warm</em>" in page
    assert reverse("admin:qa_question_change", args=[answer.question_id]) in page


def test_official_answer_has_no_page_of_its_own(desk, answer):
    official = answer.question.official_answer

    assert desk.get(address(official)).status_code == 404
    assert desk.post(address(official, "decline")).status_code == 404


@pytest.mark.parametrize("act", ["publish", "decline", "spam", "undo"])
def test_decision_by_get_does_nothing(desk, answer, act):
    response = desk.get(address(answer, act))

    answer.refresh_from_db()
    assert (response.headers["Location"], answer.status) == (address(answer), "pending")


@pytest.mark.parametrize("act", ["change", "publish", "decline", "spam", "undo"])
def test_staff_without_the_role_are_refused(client, answer, settings, act):
    settings.STAFF_MFA = False
    otto = factories.member("Otto", is_staff=True)
    client.force_login(otto, "allauth.account.auth_backends.AuthenticationBackend")

    assert client.post(address(answer, act)).status_code == 403
    assert Answer.objects.get(pk=answer.pk).status == "pending"


def test_answer_without_an_author_can_be_decided(desk, answer):
    Answer.objects.filter(pk=answer.pk).update(author=None)

    assert desk.get(address(answer)).status_code == 200
    assert desk.post(address(answer, "publish")).status_code == 302
    assert reader_mails() == []


def test_mail_that_cannot_be_written_takes_the_decision_with_it(desk, answer, monkeypatch):
    from qa import emails

    monkeypatch.setattr(emails.mail, "queue", lambda **mail: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        desk.post(address(answer, "publish"))

    answer.refresh_from_db()
    assert (answer.status, answer.events.count()) == ("pending", 0)


def columns(answer) -> dict:
    values = Answer.objects.filter(pk=answer.pk).values().get()
    return {name: values[name] for name in values if name != "updated_at"}


@pytest.mark.parametrize("act", ["publish", "decline", "spam"])
def test_undo_restores_the_row_and_stops_the_mail(desk, answer, act, cora):
    before = columns(answer)
    desk.post(address(answer, act), {"reason": "It names a brand."})
    decided = columns(answer)
    page = desk.get(address(answer)).text

    desk.post(address(answer, "undo"), {"event": answer.events.last().pk})

    event = answer.events.last()
    assert decided != before
    assert 'id="undo"' in page
    assert columns(answer) == before
    assert {mail.status for mail in reader_mails()} == (set() if act == "spam" else {"cancelled"})
    assert (event.verb, event.actor, event.undone.verb) == ("undo", cora, f"{act}_reader_answer")
    assert "warm" not in desk.get(answer.question.get_absolute_url()).text
    assert 'id="undo"' not in desk.get(address(answer)).text


def test_mail_waits_for_the_time_of_undo(desk, answer, settings):
    settings.UNDO_SECONDS = 60
    desk.post(address(answer, "publish"))

    [mail] = reader_mails()
    assert 50 < (mail.not_before - mail.created_at).total_seconds() <= 60


def test_undo_after_the_mail_has_left_says_so(desk, answer):
    desk.post(address(answer, "publish"))
    Message.objects.filter(purpose="reader answer").update(status="sent", sent_at=answer.created_at)

    response = desk.post(address(answer, "undo"), follow=True)

    assert "the mail about it had left already" in response.text
    assert Answer.objects.get(pk=answer.pk).status == "pending"


def test_undo_of_nothing_and_of_what_is_not_the_last_is_told(desk, answer):
    assert desk.post(address(answer, "undo")).status_code == 409
    desk.post(address(answer, "publish"))
    first = answer.events.last().pk
    desk.post(address(answer, "decline"))

    assert desk.post(address(answer, "undo"), {"event": first}).status_code == 409
    assert Answer.objects.get(pk=answer.pk).status == "declined"


def test_spam_mails_nobody_and_leaves_the_queue(desk, answer):
    assert "A *warm* bath helped me." in desk.get("/admin/qa/question/").text

    desk.post(address(answer, "spam"))

    assert Answer.objects.get(pk=answer.pk).status == "spam"
    assert reader_mails() == []
    assert "A *warm* bath helped me." not in desk.get("/admin/qa/question/").text
