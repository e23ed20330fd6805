"""One mail about what is new, at its time, to each curator once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site_settings
from django.db import connection

from outbox.models import Message
from qa import emails
from qa.desk import digest
from qa.models import Answer, Digest, Event, FollowUp, Question
from tests import factories

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 11, 7, 5, tzinfo=UTC)
SETTINGS = "/admin/qa/digest/"


class Clock:
    def __init__(self, monkeypatch):
        self.now = MORNING
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)


@pytest.fixture
def clock(monkeypatch, cora):
    return Clock(monkeypatch)


def at(moment: datetime, **fields) -> Question:
    """A question that was sent at this moment."""
    question = factories.pending(**fields)
    question.events.update(created_at=moment)
    Question.objects.filter(pk=question.pk).update(submitted_at=moment)
    return question


def mails() -> list[Message]:
    return list(Message.objects.filter(purpose=emails.DIGEST).order_by("pk"))


def test_what_is_new_comes_in_one_mail_in_the_morning(clock, settings):
    settings.BASE_URL = "https://ask.example.org"
    first = at(MORNING - timedelta(hours=20))
    second = at(MORNING - timedelta(hours=2), title="Is tonic water\tany good for cramps?")

    assert digest.tell_curators() == 1

    (mail,) = mails()
    assert (mail.to, mail.subject) == ("cora@example.org", "2 new questions, 2 wait")
    assert "2 questions wait for an answer, the oldest for 20\xa0hours." in mail.text
    assert f"- {first.title} (Causes of muscle cramps)" in mail.text
    assert f"https://ask.example.org/admin/qa/question/{second.pk}/change/" in mail.text
    assert f"https://ask.example.org/admin/qa/question/{second.pk}/change/" in mail.html
    for private in ("ada@example.org", "It wakes me", "Leeds", first.key):
        assert private not in mail.text + mail.html


def test_the_same_is_not_told_twice(clock):
    at(MORNING - timedelta(hours=20))

    assert [digest.tell_curators() for _ in range(3)] == [1, 0, 0]
    clock.now += timedelta(days=1)
    assert digest.tell_curators() == 0


def test_nothing_new_is_no_mail(clock):
    assert digest.tell_curators() == 0
    assert Digest.objects.get().sent_at == MORNING.replace(minute=0)


def test_what_comes_after_the_morning_waits_for_the_next(clock):
    digest.tell_curators()
    at(MORNING + timedelta(minutes=1))

    clock.now = MORNING + timedelta(hours=23)
    assert digest.tell_curators() == 0
    clock.now = MORNING + timedelta(hours=24)
    assert digest.tell_curators() == 1


def test_every_hour_for_whoever_wants_that(clock, cora):
    Digest.objects.create(user=cora, every="hour")
    digest.tell_curators()
    at(MORNING)

    clock.now = MORNING.replace(minute=59)
    assert digest.tell_curators() == 0
    clock.now = MORNING.replace(hour=8, minute=1)
    assert digest.tell_curators() == 1


def test_seven_o_clock_is_the_site_s(clock, cora, settings):
    settings.TIME_ZONE = "Pacific/Auckland"  # 13 hours ahead in March
    with _zone():
        turn = Digest(user=cora).last_turn(datetime(2026, 3, 10, 18, 2, tzinfo=UTC))
        before = Digest(user=cora).last_turn(datetime(2026, 3, 10, 18, 0, 30, tzinfo=UTC))

    assert turn == datetime(2026, 3, 10, 18, tzinfo=UTC)
    assert before == datetime(2026, 3, 9, 18, tzinfo=UTC)


def _zone():
    from zoneinfo import ZoneInfo

    from django.utils import timezone

    return timezone.override(ZoneInfo(site_settings.TIME_ZONE))


def test_never_means_never(clock, cora):
    Digest.objects.create(user=cora, every="off")
    at(MORNING - timedelta(days=9))

    assert digest.tell_curators() == 0


def test_only_curators_are_told(clock):
    factories.member("Ben")
    factories.member("Eve", is_staff=True)
    gone = factories.curator("Cleo")
    gone.is_active = False
    gone.save()
    at(MORNING - timedelta(hours=2))

    digest.tell_curators()

    assert [mail.to for mail in mails()] == ["cora@example.org"]


def test_nothing_goes_to_an_address_that_is_not_confirmed(clock, cora):
    """The owner may have mistyped it, and a stranger would read what waits."""
    at(MORNING - timedelta(hours=50))
    cora.emailaddress_set.update(verified=False)
    assert digest.tell_curators() == 0

    cora.emailaddress_set.update(verified=True)
    assert digest.tell_curators() == 1


def test_suspected_spam_is_told_and_brings_no_mail_by_itself(clock):
    at(MORNING - timedelta(hours=2), spam_reason="hidden field filled in")
    assert digest.tell_curators() == 0

    clock.now += timedelta(days=1)
    at(MORNING + timedelta(hours=1))
    at(MORNING + timedelta(hours=2), spam_reason="hidden field filled in", title="Buy pills now")
    digest.tell_curators()

    (mail,) = mails()
    assert mail.subject == "1 new question, 3 wait"
    assert "1 new question looks like spam." in mail.text
    assert "Buy pills" not in mail.text + mail.html


def test_a_question_that_came_back_is_new_again(clock, cora):
    question = at(MORNING - timedelta(days=30))
    question.refresh_from_db()
    question.request_changes(by=cora, reason="Which tablets?")
    question.submit()
    Event.objects.filter(verb="resubmit").update(created_at=MORNING - timedelta(hours=1))

    digest.tell_curators()

    assert question.title in mails()[0].text


def test_what_was_answered_meanwhile_is_not_listed(clock, cora):
    at(MORNING - timedelta(hours=3))
    gone = at(MORNING - timedelta(hours=2))
    gone.refresh_from_db()
    gone.decline(by=cora)

    digest.tell_curators()

    assert mails()[0].subject == "1 new question, 1 waits"


def test_readers_answers_and_askers_words_are_told_too(clock, ben):
    question = factories.published()
    now = {"question": question, "created_at": MORNING - timedelta(hours=1)}
    Answer.objects.create(kind="reader", author=ben, body="Salt helps me.", **now)
    FollowUp.objects.create(from_asker=True, text="And for children?", **now)

    digest.tell_curators()

    (mail,) = mails()
    assert mail.subject == "Somebody wrote to the desk"
    assert "New answers from readers: 1" in mail.text
    assert "Askers who wrote back: 1" in mail.text
    assert "children" not in mail.text


def test_twenty_titles_are_named_and_the_rest_counted(clock):
    for number in range(22):
        at(MORNING - timedelta(minutes=30 - number), email=f"ada{number}@example.org")

    digest.tell_curators()

    assert mails()[0].text.count("/change/") == 20
    assert "and 2 more." in mails()[0].text


class TestNag:
    def test_at_most_once_a_day_from_48_hours_on(self, clock):
        digest.tell_curators()
        clock.now = MORNING + timedelta(days=5)
        digest.tell_curators()
        at(MORNING + timedelta(days=3, minutes=10))
        Digest.objects.update(sent_at=clock.now)

        assert digest.tell_curators() == 0
        clock.now += timedelta(minutes=11)
        assert [digest.tell_curators() for _ in range(2)] == [1, 0]
        clock.now += timedelta(hours=23)
        assert digest.tell_curators() == 0
        clock.now += timedelta(hours=1)
        assert digest.tell_curators() == 1
        assert {mail.subject for mail in mails()} == {
            "1 question has waited for more than two days"
        }

    def test_whoever_is_told_anyway_is_not_reminded_besides(self, clock):
        at(MORNING - timedelta(days=4))
        at(MORNING - timedelta(hours=1))

        assert [digest.tell_curators() for _ in range(2)] == [1, 0]
        assert "1 of them for more than two days." in mails()[0].text

    def test_suspected_spam_is_not_urgent(self, clock):
        at(MORNING - timedelta(days=4), spam_reason="hidden field filled in")

        assert digest.tell_curators() == 0

    def test_what_will_be_published_at_its_time_is_not_late(self, clock, cora):
        from qa.models import Schedule

        question = at(MORNING - timedelta(days=4))
        Schedule.objects.create(question=question, by=cora, at=MORNING + timedelta(days=1))

        assert digest.tell_curators() == 0


def test_of_two_workers_one_takes_the_turn(cora):
    row = Digest.objects.create(user=cora)
    turn = row.last_turn(MORNING)

    assert [Digest.objects.get().take_turn(turn) for _ in range(2)] == [True, False]
    assert [Digest.objects.get().take_nag(MORNING) for _ in range(2)] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_one_mail(clock):
    import threading

    at(MORNING - timedelta(hours=2))
    start, sent = threading.Barrier(4), []

    def work():
        start.wait()
        sent.append(digest.tell_curators())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(sent) == [0, 0, 0, 1]
    assert len(mails()) == 1


def test_title_of_an_erased_question_is_in_no_mail_to_curators(clock):
    kept, erased = at(MORNING - timedelta(hours=2)), at(MORNING - timedelta(hours=1))
    digest.tell_curators()
    assert erased.title in mails()[0].text

    kept.refresh_from_db()
    erased.refresh_from_db()
    erased.erase()

    assert mails() == []


class TestSettings:
    def test_day_is_chosen_at_first_and_looking_stores_nothing(self, desk):
        page = desk.get(SETTINGS)

        assert page.context["form"]["every"].value() == "day"
        assert not Digest.objects.exists()

    def test_each_sets_their_own(self, desk, cora):
        other = Digest.objects.create(user=factories.curator("Cleo"))

        response = desk.post(SETTINGS, {"every": "hour", "user": other.pk})

        assert (response.status_code, response.url) == (302, SETTINGS)
        assert {row.user.display_name: row.every for row in Digest.objects.all()} == {
            "Cora": "hour",
            "Cleo": "day",
        }

    @pytest.mark.parametrize("value", ["", "weekly", "\x00", "day" * 9])
    def test_anything_else_is_refused_in_words(self, desk, value):
        response = desk.post(SETTINGS, {"every": value})

        assert response.status_code == 422
        assert 'id="id_every_error"' in response.text
        assert not Digest.objects.exists()

    def test_not_for_others(self, client, settings):
        settings.STAFF_MFA = False
        editor = factories.member("Eve", is_staff=True)
        client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")

        assert client.get(SETTINGS).status_code == 403
        assert client.post(SETTINGS, {"every": "off"}).status_code == 403
