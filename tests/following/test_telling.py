"""What followers are told, when, in how many mails, and that it is once."""

import pytest
from django.db import connection

from following import telling
from following.models import Bulletin, Follow, News
from outbox.bounces import Report, record
from outbox.models import Message
from outbox.suppression import Suppression
from tests import factories
from tests.following import cast
from tests.following.cast import Frequency

pytestmark = pytest.mark.django_db
DAILY, WEEKLY = Frequency.DAILY, Frequency.WEEKLY


@pytest.fixture
def topic():
    return factories.topic(accepts_reader_answers=True)


# --- Each time --------------------------------------------------------------------------------


def test_who_follows_a_topic_is_mailed_what_is_answered_there(clock, topic, cora, settings):
    follow = cast.follow(topic)
    cast.follow(factories.topic("vitamin-d"), "otto@example.org")
    question = factories.published(topic=topic, title="Do bananas help against cramps?")

    (mail,) = [mail for mail in clock.work() if mail.purpose == "following news"]

    assert (mail.to, mail.subject) == (cast.EMAIL, "Answered: Do bananas help against cramps?")
    text, html = mail.parts
    for part in (text, html):
        assert f"{settings.BASE_URL}{question.get_absolute_url()}" in part
        assert "Stretching the calf helps some people." in part
        assert f"http://127.0.0.1:8000/following/{follow.follower.key}/{follow.pk}/stop/" in part
        assert ".invalid" not in part
    assert mail.headers["List-Unsubscribe"] == f"<{follow.stop_url}>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.headers["List-Id"] == "<following.127.0.0.1>"
    assert "Auto-Submitted" not in mail.headers
    assert mail.bulk
    for private in (question.email, question.key, "Leeds"):
        assert private not in text + html


def test_who_follows_a_question_is_mailed_corrections_and_readers_answers(clock, topic, cora):
    question = factories.published(topic=topic)
    clock.work()
    cast.follow(question)

    cast.correct(clock, question, "Twice a day, not thrice.")
    (correction,) = clock.work()
    cast.reader_answer(question, "I eat bananas.")
    (reader,) = [mail for mail in clock.work() if mail.to == cast.EMAIL]

    assert correction.subject == f"Corrected: {question.title}"
    assert "Twice a day, not thrice." in correction.parts[0]
    assert reader.subject == f"A reader’s answer: {question.title}"
    assert "I eat bananas." in reader.parts[0]


def test_the_same_is_told_once(clock, topic, cora):
    cast.follow(topic)
    question = factories.published(topic=topic)
    assert len(clock.work()) == 1

    assert clock.work() == []
    question.unpublish(by=cora)
    question.publish(by=cora, mails=False)
    assert clock.work(hours=1) == []


def test_what_was_there_before_is_not_told(clock, topic, cora):
    factories.published(topic=topic)
    clock.work()

    cast.follow(topic)

    assert clock.work(days=2) == []


def test_what_an_import_brings_is_not_told(clock, topic, cora):
    cast.follow(topic)
    question = factories.published(topic=topic)
    question.events.all().delete()

    assert clock.work() == []


# --- Merged into another ----------------------------------------------------------------------


@pytest.fixture
def merged(clock, topic, cora):
    """A question that Ada and Otto follow, just merged into another, which Otto follows, too."""
    question, target = factories.published(topic=topic), factories.published(topic=topic)
    cast.follow(question)
    cast.follow(question, "otto@example.org")
    cast.follow(target, "otto@example.org")
    cast.correct(clock, target, "Told before.")
    clock.work()
    question.unpublish(by=cora)
    question.merge_into(target, by=cora)
    question.events.filter(verb="merge").update(created_at=clock.now)
    return question, target


def following(question) -> list[str]:
    standing = Follow.objects.standing().of(question)
    return sorted(standing.values_list("follower__email", flat=True))


def test_who_follows_a_merged_question_follows_the_other_once(clock, merged, cora):
    question, target = merged

    assert [mail for mail in clock.work() if mail.bulk] == []
    cast.correct(clock, target, "Twice a day.")
    mails = clock.work()

    assert (following(question), following(target)) == ([], [cast.EMAIL, "otto@example.org"])
    assert [(mail.to, mail.subject) for mail in mails] == [
        (cast.EMAIL, f"Corrected: {target.title}"),
        ("otto@example.org", f"Corrected: {target.title}"),
    ]
    moved = Follow.objects.standing().of(target).get(follower__email=cast.EMAIL)
    assert moved.stop_url in mails[0].parts[0]
    assert f"“{target.title}”" in moved.text


def test_a_merge_that_is_undone_in_time_moves_nobody(clock, merged, cora):
    question, target = merged
    clock.work(seconds=50)
    question.refresh_from_db()
    question.undo(by=cora)
    clock.work()

    assert following(question) == [cast.EMAIL, "otto@example.org"]
    assert following(target) == ["otto@example.org"]


def test_nobody_is_moved_to_what_is_not_public(clock, merged, cora):
    question, target = merged
    target.unpublish(by=cora)
    clock.work()
    assert following(question) == [cast.EMAIL, "otto@example.org"]

    target.publish(by=cora, mails=False)
    clock.work()
    assert following(target) == [cast.EMAIL, "otto@example.org"]


# --- Undo -------------------------------------------------------------------------------------


def test_what_is_undone_in_time_is_not_told_until_it_is_published_again(clock, topic, cora):
    cast.follow(topic)
    question = factories.published(topic=topic)
    clock.forward(seconds=50)
    question.undo(by=cora)
    question.publish(by=cora, mails=False)

    assert clock.work(seconds=30) == []
    assert len(clock.work(seconds=31)) == 1


def test_what_is_added_and_undone_in_time_is_not_told(clock, topic, cora):
    question = factories.published(topic=topic)
    clock.work()
    cast.follow(question)
    cast.correct(clock, question)
    answer = cast.reader_answer(question)
    told = [mail for mail in clock.work(seconds=50) if mail.to == cast.EMAIL]
    question.undo(by=cora)
    answer.undo(by=cora)

    assert told + clock.work() == []


def test_what_is_moved_or_taken_back_before_the_morning_is_not_told(clock, topic, cora):
    cast.follow(topic, frequency=DAILY)
    moved, withdrawn, stays = (factories.published(topic=topic) for _ in range(3))
    clock.work()
    moved.move_topic(factories.topic("vitamin-d"), by=cora)
    withdrawn.unpublish(by=cora)

    clock.until(hour=7)
    (mail,) = clock.work()

    assert mail.subject == f"Answered: {stays.title}"


# --- Digests ----------------------------------------------------------------------------------


def test_a_digest_comes_in_the_morning_with_all_that_one_address_follows(clock, topic, cora):
    other = factories.topic("vitamin-d", title="Vitamin D")
    question = factories.published(topic=other)
    clock.work()
    follows = [cast.follow(target, frequency=DAILY) for target in (topic, other, question)]
    cast.follow(factories.topic("sleep", title="Sleep"), frequency=DAILY)
    first, second = factories.published(topic=topic), factories.published(topic=topic)
    cast.correct(clock, question, "Not at noon.")
    assert clock.work() == []

    clock.until(hour=7)
    (mail,) = clock.work()

    text, html = mail.parts
    assert mail.subject == f"Answered: {first.title} (and 2 more)"
    for part in (text, html):
        assert part.index(first.title) < part.index(second.title) < part.index("Not at noon.")
        assert "Vitamin D" not in part
        assert "Sleep" not in part
        assert follows[0].stop_url in part
        assert follows[2].stop_url in part
        assert follows[0].follower.stop_url in part
    assert mail.headers["List-Unsubscribe"] == f"<{follows[0].follower.stop_url}>"
    assert clock.work(hours=1) == []
    assert clock.work(days=1) == []


def test_by_the_week_it_comes_on_monday(clock, topic, cora):
    cast.follow(topic, frequency=WEEKLY)
    question = factories.published(topic=topic)
    clock.work()
    days = []
    for _ in range(7):
        clock.until(hour=7)
        days += [(clock.now.strftime("%A"), mail.subject) for mail in clock.work()]

    assert days == [("Monday", f"Answered: {question.title}")]


def test_on_monday_days_and_weeks_come_in_one_mail(clock, topic, cora):
    question = factories.published(topic=topic)
    clock.work()
    cast.follow(topic, frequency=WEEKLY)
    cast.follow(question, frequency=DAILY)
    answered = factories.published(topic=topic)
    clock.work()
    clock.forward(days=4)  # Sunday
    cast.correct(clock, question)
    clock.work()

    clock.until(hour=7)
    (mail,) = clock.work()

    assert mail.subject == f"Answered: {answered.title} (and 1 more)"


def test_a_change_of_frequency_loses_and_doubles_nothing(clock, topic, cora):
    follow = cast.follow(topic, frequency=WEEKLY)
    factories.published(topic=topic)
    assert clock.work() == []

    follow.prefer(Frequency.INSTANT)
    assert len(clock.work()) == 1
    follow.prefer(DAILY)
    clock.until(hour=7)
    assert clock.work() == []


def test_those_who_follow_the_same_share_one_text(clock, topic, cora):
    for name in ("ada", "ben", "otto"):
        cast.follow(topic, f"{name}@example.net", DAILY)
    factories.published(topic=topic)
    clock.work()
    clock.until(hour=7)

    mails = clock.work()

    assert len(mails) == 3
    assert len({mail.wording_id for mail in mails}) == 1
    assert Bulletin.objects.count() == 1
    assert len({mail.parts for mail in mails}) == 3


# --- Killed, leaving, held back -----------------------------------------------------------------


class Killed(Exception):
    pass


@pytest.mark.parametrize("at", range(1, 9))
def test_a_worker_that_is_killed_anywhere_goes_on_without_doubling(
    clock, topic, cora, monkeypatch, at
):
    """It dies at its n-th INSERT or UPDATE, and another takes over."""
    monkeypatch.setattr(telling, "BATCH", 2)
    for number in range(5):
        cast.follow(topic, f"reader{number}@example.net")
    factories.published(topic=topic)
    writes = iter(range(1, 1000))

    def die(execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE")) and next(writes) == at:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die), pytest.raises(Killed):
        clock.work()
    clock.work(seconds=5)

    to = sorted(mail.to for mail in cast.mails("following news"))
    assert to == [f"reader{number}@example.net" for number in range(5)]


def test_the_job_stops_after_a_while_and_goes_on_later(clock, topic, cora, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    monkeypatch.setattr(telling, "SECONDS", 0)
    for number in range(5):
        cast.follow(topic, f"reader{number}@example.net")
    factories.published(topic=topic)

    rounds = [len(clock.work()), *(telling.tell() for _ in range(3))]

    assert rounds == [2, 2, 1, 0]


def test_whoever_stops_gets_not_even_what_was_queued(clock, topic, cora):
    follow = cast.follow(topic)
    factories.published(topic=topic)
    (mail,) = clock.work()

    follow.stop()

    mail.refresh_from_db()
    assert mail.status == "cancelled"
    factories.published(topic=topic)
    assert clock.work() == []


def test_who_stops_one_thing_goes_on_hearing_of_others(clock, topic, cora):
    other = factories.topic("vitamin-d")
    gone, stays = cast.follow(topic, frequency=DAILY), cast.follow(other, frequency=DAILY)
    factories.published(topic=topic)
    question = factories.published(topic=other)
    clock.work()
    gone.stop()
    clock.until(hour=7)

    (mail,) = clock.work()

    assert mail.subject == f"Answered: {question.title}"
    assert mail.about == stays.about


def test_a_complaint_about_news_holds_back_news_and_not_letters(clock, topic, cora):
    cast.follow(topic)
    factories.published(topic=topic)
    (mail,) = clock.work()
    Message.objects.filter(pk=mail.pk).update(status="sent", sent_at=clock.now)

    record(Report(mail.message_id, Suppression.Reason.COMPLAINT))

    assert not Suppression.objects.holds(cast.EMAIL)
    factories.published(topic=topic)
    assert clock.work() == []
    assert Follow.objects.get().told_at > News.objects.last().created_at


def test_a_mailbox_that_is_none_gets_no_news_until_it_confirms_again(clock, topic, cora):
    cast.follow(topic)
    Suppression.objects.create(address=cast.EMAIL, reason="bounce")
    factories.published(topic=topic)
    assert clock.work() == []

    cast.follow(topic)
    factories.published(topic=topic)

    assert len(clock.work()) == 1


def test_whoever_is_idle_costs_few_queries(clock, topic, cora, django_assert_max_num_queries):
    for number in range(5):
        cast.follow(topic, f"reader{number}@example.net", WEEKLY)
        factories.published(topic=topic)
    clock.work()

    with django_assert_max_num_queries(3):
        assert telling.tell() == 0
