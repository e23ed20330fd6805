"""Each decision: the state, the event, the mail, and where the curator goes next."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.storage import storages
from django.utils import timezone

from outbox.models import Message
from qa import search
from qa.models import Question
from tests import factories
from tests.qa.desk.forms import post, url

pytestmark = pytest.mark.django_db
ANSWER = "Stretching the calf **before bed** helps some people."


def decision_mails(question) -> list[Message]:
    return list(Message.objects.filter(about=question.about, purpose="decision"))


def last_event(question):
    event = question.events.last()
    return (event.verb, event.role, event.actor, event.from_status, event.to_status, event.note)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_publish_saves_edits_publishes_and_mails(desk, question, cora):
    response = post(
        desk,
        question,
        "publish",
        title="Why do calves cramp at night?",
        body="It wakes me twice a week.\r\n\r\nWhat helps?",
        answer=ANSWER,
        note="Thank you for the clear words, Ada.",
    )

    question.refresh_from_db()
    (mail,) = decision_mails(question)
    assert response.headers["Location"] == "/admin/qa/question/"
    assert question.status == "published"
    assert question.title == "Why do calves cramp at night?"
    assert question.body == "It wakes me twice a week.\n\nWhat helps?"
    assert question.slug == "why-do-calves-cramp-at-night"
    assert question.official_answer.body == ANSWER
    assert question.official_answer.author == cora
    assert question.official_answer.reviewed_at == timezone.localdate()
    assert question.claimed_by is None
    assert last_event(question) == (
        "publish",
        "curator",
        cora,
        "pending",
        "published",
        "Thank you for the clear words, Ada.",
    )
    assert (mail.to, mail.subject, mail.status) == (
        "ada@example.org",
        "Your question is answered: Why do calves cramp at night?",
        "queued",
    )
    assert ANSWER in mail.text
    assert "Thank you for the clear words, Ada." in mail.text
    assert f"/questions/{question.pk}/why-do-calves-cramp-at-night/" in mail.text
    assert question.get_private_url() in mail.text
    assert "<strong>before bed</strong>" in mail.html
    assert "Undo</a>" in said(response)[0]


def test_publish_leaves_the_askers_own_words_alone(desk, question):
    own = question.asked_title, question.asked_body

    post(desk, question, "publish", title="Something else entirely", answer=ANSWER)

    question.refresh_from_db()
    assert (question.asked_title, question.asked_body) == own


def test_publish_puts_it_into_the_search_and_unpublish_takes_it_out(desk, question):
    post(desk, question, "publish", title="Quokkas and calf cramps", answer=ANSWER)

    assert [hit.id for hit in search.search("quokkas")[0]] == [question.pk]

    post(desk, question, "unpublish", reason="A mistake in it")

    question.refresh_from_db()
    assert search.search("quokkas") == ([], 0)
    assert (question.status, question.published_at) == ("pending", None)
    assert last_event(question)[-1] == "A mistake in it"


def test_publish_publishes_ticked_pictures_alone(desk, pictured):
    kept, hidden = pictured.images.all()

    post(desk, pictured, "publish", answer=ANSWER, **{f"picture-{hidden.pk}-publish": ""})

    kept.refresh_from_db()
    hidden.refresh_from_db()
    assert kept.publish
    assert not hidden.publish
    assert hidden.public_key is None
    assert storages["public"].listdir("")[0] == [kept.public_key]
    assert sorted(storages["public"].listdir(kept.public_key)[1]) == sorted(kept.rendition_names)


def test_unpublish_takes_the_public_pictures_away(
    desk, pictured, django_capture_on_commit_callbacks
):
    post(desk, pictured, "publish", answer=ANSWER)

    with django_capture_on_commit_callbacks(execute=True):
        post(desk, pictured, "unpublish")

    assert storages["public"].listdir("")[0] == []
    assert set(pictured.images.values_list("public_key", flat=True)) == {None}


def test_published_picture_unticked_later_is_withdrawn(
    desk, pictured, django_capture_on_commit_callbacks
):
    post(desk, pictured, "publish", answer=ANSWER)
    first, second = pictured.images.all()

    with django_capture_on_commit_callbacks(execute=True):
        response = post(desk, pictured, "change", **{f"picture-{first.pk}-publish": ""})

    assert response.status_code == 302
    assert storages["public"].listdir("")[0] == [second.public_key]


def test_picture_description_is_saved(desk, pictured):
    image = pictured.images.first()

    post(desk, pictured, "change", **{f"picture-{image.pk}-alt": "A calf, seen from behind"})

    image.refresh_from_db()
    assert image.alt == "A calf, seen from behind"


def test_answer_privately_mails_and_publishes_nothing(desk, question, cora):
    post(desk, question, "answer_privately", answer=ANSWER, note="Take care.")

    question.refresh_from_db()
    (mail,) = decision_mails(question)
    assert (question.status, question.published_at) == ("answered", None)
    assert last_event(question)[:5] == (
        "answer_privately",
        "curator",
        cora,
        "pending",
        "answered",
    )
    assert mail.subject == f"Your question is answered: {question.asked_title}"
    assert ANSWER in mail.text
    assert "Take care." in mail.text
    assert "/questions/" not in mail.text
    assert search.search("stretching") == ([], 0)


def test_request_changes_mails_the_reason_and_the_way_back(desk, question, cora):
    post(desk, question, "request_changes", reason="Which side, and since when?")

    question.refresh_from_db()
    (mail,) = decision_mails(question)
    assert question.status == "needs_changes"
    assert last_event(question) == (
        "request_changes",
        "curator",
        cora,
        "pending",
        "needs_changes",
        "Which side, and since when?",
    )
    assert mail.subject == f"About your question: {question.asked_title}"
    assert "Which side, and since when?" in mail.text
    assert f"/asked/{question.key}/edit/" in mail.text
    assert f"/asked/{question.key}/edit/" in mail.html


@pytest.mark.parametrize("reason", ["", "This is for your doctor."])
def test_decline_carries_the_askers_text_back(desk, question, reason):
    post(desk, question, "decline", reason=reason, title="Edited by the curator")

    question.refresh_from_db()
    (mail,) = decision_mails(question)
    assert question.status == "declined"
    assert last_event(question)[-1] == reason
    assert mail.subject == f"Your question cannot be answered here: {question.asked_title}"
    assert question.asked_body in mail.text
    assert question.asked_title in mail.text
    assert reason in mail.text


def test_spam_mails_nobody(desk, question):
    post(desk, question, "spam")

    question.refresh_from_db()
    assert question.status == "spam"
    assert decision_mails(question) == []


def test_merge_into_a_published_question_mails_its_answer(desk, question, cora):
    target = factories.published(by=cora, title="Do calf stretches help at night?")

    response = post(desk, question, "merge", target=target.reference_number, note="Sleep well.")

    question.refresh_from_db()
    (mail,) = decision_mails(question)
    assert response.status_code == 302
    assert (question.status, question.merged_into) == ("merged", target)
    assert mail.to == "ada@example.org"
    assert mail.subject == f"An answer to your question: {question.asked_title}"
    assert "Stretching the calf helps *some* people." in mail.text
    assert "Sleep well." in mail.text
    assert target.get_absolute_url() in mail.text


def test_merge_into_a_waiting_question_mails_everybody_when_it_is_answered(desk, question):
    target = factories.pending(email="zoe@example.org")
    farther = factories.pending(email="yan@example.org")
    post(desk, question, "merge", target=str(target.pk))
    post(desk, target, "merge", target=str(farther.pk))

    assert decision_mails(question) + decision_mails(target) == []

    post(desk, farther, "publish", answer=ANSWER)

    mails = Message.objects.filter(purpose="decision").order_by("to")
    assert [mail.to for mail in mails] == ["ada@example.org", "yan@example.org", "zoe@example.org"]
    assert {ANSWER in mail.text for mail in mails} == {True}


def test_merge_by_the_radio_button_beside_a_similar_question(desk, question, cora):
    target = factories.published(by=cora)

    post(desk, question, "merge", similar=str(target.pk))

    question.refresh_from_db()
    assert question.merged_into == target


def test_merged_askers_wait_again_when_their_question_is_declined(desk, question):
    target = factories.pending()
    post(desk, question, "merge", target=str(target.pk))

    post(desk, target, "decline")

    question.refresh_from_db()
    assert (question.status, question.merged_into) == ("pending", None)
    assert last_event(question)[:3] == ("unmerge", "site", None)


def test_decisions_work_for_an_unconfirmed_address_and_clear_the_suspicion(desk):
    question = factories.pending(spam_reason="too fast")

    post(desk, question, "publish", answer=ANSWER)

    question.refresh_from_db()
    assert (question.status, question.email_confirmed_at, question.spam_reason) == (
        "published",
        None,
        "",
    )


def test_decision_then_next_opens_the_oldest_that_is_free(desk, question, cleo):
    hour = timedelta(hours=1)
    taken, oldest, newest = (factories.pending() for _ in range(3))
    for age, other in enumerate([newest, oldest, taken]):
        then = timezone.now() - age * hour - hour
        Question.objects.filter(pk=other.pk).update(submitted_at=then)
    taken.claim(by=cleo)

    response = post(desk, question, "spam", then_next="1", then_next_shown="1")

    assert response.headers["Location"] == url(oldest)
    assert " checked" in desk.get(url(oldest)).text.split('name="then_next"')[1][:40]


def test_decision_with_nothing_next_leads_to_the_queue(desk, question):
    response = post(desk, question, "spam", then_next="1", then_next_shown="1")

    assert response.headers["Location"] == "/admin/qa/question/"


def test_bare_post_of_one_field_leaves_the_texts_alone(desk, pictured):
    before = Question.objects.values("title", "body").get(pk=pictured.pk)

    response = desk.post(url(pictured, "decline"), {"reason": "Not for us."})

    pictured.refresh_from_db()
    assert response.status_code == 302
    assert {"title": pictured.title, "body": pictured.body} == before
    assert list(pictured.images.values_list("publish", flat=True)) == [True, True]
    assert pictured.status == "declined"


def test_save_draft_keeps_texts_and_words_and_tells_nobody(desk, question, cora):
    mails = Message.objects.count()

    response = post(
        desk, question, "change", answer="Half an answer", note="Dear Ada", reason="Hmm", title="x"
    )

    question.refresh_from_db()
    page = desk.get(url(question)).text
    assert response.headers["Location"] == url(question)
    assert (question.status, question.title) == ("pending", "x")
    assert question.official_answer.body == "Half an answer"
    assert Message.objects.count() == mails
    assert last_event(question)[:3] == ("edit", "curator", cora)
    assert "Dear Ada</textarea>" in page
    assert "Hmm</textarea>" in page


def test_save_without_a_change_writes_nothing(desk, pictured):
    post(desk, pictured, "change")

    assert [event.verb for event in pictured.events.all()] == ["submit"]


def test_saving_a_published_question_brings_the_search_up_to_date(desk, question):
    post(desk, question, "publish", answer=ANSWER)

    post(desk, question, "change", answer="Ask a quokka.")

    assert [hit.id for hit in search.search("quokka")[0]] == [question.pk]


def test_double_click_publishes_once_and_says_no_more(desk, question):
    first = {"title": question.title, "body": question.body, "answer": ANSWER}
    form = {"revision": question.revision, **first}

    answers = [desk.post(url(question, "publish"), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(decision_mails(question)) == 1
    assert question.events.filter(verb="publish").count() == 1


def test_opening_claims_a_waiting_question_and_deciding_gives_it_back(desk, question, cora):
    desk.get(url(question))

    question.refresh_from_db()
    assert question.active_claim == cora

    post(desk, question, "request_changes", reason="Which side?")

    question.refresh_from_db()
    assert (question.claimed_by, question.claimed_at) == (None, None)


def test_leaving_the_page_gives_the_question_back(desk, question):
    desk.get(url(question))

    response = desk.post(url(question, "release"))

    question.refresh_from_db()
    assert (response.status_code, question.claimed_by) == (204, None)


def test_page_says_who_else_has_it(desk, second_desk, question, cleo):
    second_desk.get(url(question))

    page = desk.get(url(question)).text

    question.refresh_from_db()
    assert "<strong>Cleo</strong> has had this question open" in page
    assert question.claimed_by == cleo
