"""What following has to do with the rest: mails that wait, accounts, the desk."""

import io
import json
import zipfile

import pytest
from django.test import Client

from accounts.erasing import erase
from accounts.exporting import archive
from following import gathering
from following.models import Bulletin, Follow, Follower
from outbox.models import Message
from outbox.wording import Wording
from tests import factories
from tests.accounts.cast import BACKEND
from tests.following import cast
from tests.following.cast import Frequency

pytestmark = pytest.mark.django_db
DESK = "/admin/following/follower/"


@pytest.fixture
def topic():
    return factories.topic(accepts_reader_answers=True)


# --- What is taken back while its mail waits ------------------------------------------------------


def test_a_mail_that_waits_is_stopped_when_its_question_is_not_public_any_more(clock, topic, cora):
    cast.follow(topic)
    question = factories.published(topic=topic)
    (mail,) = clock.work()
    assert gathering.recall() == 0

    question.unpublish(by=cora)

    assert [gathering.recall(), gathering.recall()] == [1, 0]
    mail.refresh_from_db()
    assert (mail.status, mail.subject, mail.parts) == ("cancelled", "", ("", ""))


def test_a_digest_that_waits_tells_what_is_left_with_the_right_links(clock, topic, cora):
    question = factories.published(topic=topic)
    clock.work()
    follows = [cast.follow(target, frequency=Frequency.DAILY) for target in (topic, question)]
    gone = factories.published(topic=topic)
    cast.correct(clock, question, "Not at noon.")
    clock.work()
    clock.until(hour=7)
    (mail,) = clock.work()
    title = gone.title
    assert title in mail.parts[0]

    gone.erase()
    gathering.recall()

    mail = Message.objects.get(pk=mail.pk)
    assert (mail.status, mail.subject) == ("queued", f"Corrected: {question.title}")
    for part in mail.parts:
        assert title not in part
        assert "Not at noon." in part
        assert follows[1].stop_url in part
        assert follows[0].stop_url not in part
        assert ".invalid" not in part


def test_what_an_asker_erases_is_in_no_words_that_are_kept(clock, topic, cora):
    question = factories.published(topic=topic)
    clock.work()
    cast.follow(question)
    cast.correct(clock, question, "It was her mother's.")
    cast.reader_answer(question, "Mine, too.")
    (mail,) = [mail for mail in clock.work() if mail.to == cast.EMAIL and mail.bulk]
    Message.objects.filter(pk=mail.pk).update(status="sent", sent_at=clock.now)

    question.erase()
    gathering.recall()

    kept = str([*Wording.objects.values_list(), *Bulletin.objects.values_list()])
    kept += str(list(Message.objects.filter(pk=mail.pk).values_list()))
    for words in ("cramp at night", "It was her mother's.", "Mine, too."):
        assert words not in kept


# --- Accounts -----------------------------------------------------------------------------------


def test_a_member_takes_along_what_they_follow_and_leaves_nothing(ben, topic):
    follow = cast.follow(topic, "Ben@example.org")
    cast.follow(topic, "otto@example.org")

    text = zipfile.ZipFile(io.BytesIO(archive(ben).read())).read("account.json")
    [row] = json.loads(text)["following"]
    assert (row["email"], row["frequency"]) == ("Ben@example.org", "instant")
    assert (row["text"], row["withdrawn_at"]) == (follow.text, None)
    assert row["confirmed_at"]

    erase(ben, keep_published=True)

    assert [follower.email for follower in Follower.objects.all()] == ["otto@example.org"]
    assert Follow.objects.standing().count() == 1


def test_the_account_page_shows_nobody_elses(client, ben, topic):
    cast.follow(topic, "otto@example.org")
    client.force_login(ben, BACKEND)

    assert "/following/" not in client.get("/accounts/me/").text


# --- The desk -----------------------------------------------------------------------------------


@pytest.fixture
def editor(client, settings):
    settings.STAFF_MFA = False
    edith = factories.member("Edith", is_staff=True)
    edith.groups.add(factories.role("Editor"))
    client.force_login(edith, BACKEND)
    return client


def test_an_editor_looks_an_address_up_and_stops_it(editor, topic):
    follow = cast.follow(topic)
    cast.follow(topic, "otto@example.org")

    page = editor.get(DESK, {"q": "ADA@example"}).text
    assert cast.EMAIL in page
    assert "otto@example.org" not in page
    one = f"{DESK}{follow.follower.pk}/"
    assert follow.text in editor.get(f"{one}change/").text
    editor.get(f"{one}stop/")
    assert Follow.objects.standing().count() == 2

    answer = editor.post(f"{one}stop/", follow=True)

    assert "Stopped: 1. No more mails go to this address." in answer.text
    assert Follow.objects.standing().get().follower.email == "otto@example.org"


def test_a_curator_sees_how_many_follow_a_topic_and_not_who(desk, topic):
    cast.follow(topic)
    cast.follow(topic, "otto@example.org").stop()
    Follow.objects.ask(email="never@example.org", target=topic, frequency="daily")

    page = desk.get(f"/admin/qa/topic/{topic.pk}/change/").text

    assert "1 reader" in page
    assert cast.EMAIL not in page
    assert desk.get(DESK).status_code == 403


def test_public_pages_are_the_same_for_followers(client, topic, ben):
    anonymous = Client().get(f"/topics/{topic.slug}/")
    cast.follow(topic, "ben@example.org")
    client.force_login(ben, BACKEND)

    assert client.get(f"/topics/{topic.slug}/").content == anonymous.content
