"""The pages of following: what GET shows, what POST does, and that nobody learns who follows."""

import re

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from following import housekeeping
from following.models import Follow, Follower
from newsletter.models.consent import mark_of
from outbox.models import Message
from tests import factories
from tests.accounts.cast import BACKEND
from tests.following import cast
from tests.following.cast import EMAIL, Frequency

pytestmark = pytest.mark.django_db
HERE = {"Origin": "http://testserver"}
DATA = {"email": EMAIL, "frequency": "daily"}
LINK = re.compile(r"http://127\.0\.0\.1:8000(/following/confirm/\S+)")


@pytest.fixture
def topic():
    return factories.topic("vitamin-d", title="Vitamin D")


@pytest.fixture
def strict():
    """A visitor whose forged forms are refused, as on the real site."""
    return Client(enforce_csrf_checks=True)


def mailed_path(email: str = EMAIL) -> str:
    mail = Message.objects.filter(to=email, purpose="following confirmation").latest("pk")
    return LINK.search(mail.text)[1]


# --- Asking ---------------------------------------------------------------------------------


def test_the_whole_way_of_somebody_without_an_account(strict, topic):
    page = strict.get("/topics/vitamin-d/").text
    assert 'href="/topics/vitamin-d/follow/"' in page
    assert 'href="/topics/vitamin-d/follow/"' in strict.get("/topics/vitamin-d/answered/").text
    form = strict.get("/topics/vitamin-d/follow/")
    assert not form.cookies
    assert form["Cache-Control"] == "no-store"

    answer = strict.post("/topics/vitamin-d/follow/", DATA, headers=HERE)

    assert (answer.status_code, answer.url) == (302, "/following/asked/")
    follow = Follow.objects.get()
    assert not follow.is_standing
    assert f"<q>{follow.text}</q>" in form.text
    path = mailed_path()
    assert f"<q>{follow.text}</q> You chose: once a day." in strict.get(path).text

    answer = strict.post(path, follow=True)

    assert "your address is confirmed" in answer.text
    follow.refresh_from_db()
    assert follow.is_standing
    assert follow.frequency == Frequency.DAILY


def test_a_question_is_followed_while_it_is_public(client, cora):
    question = factories.published()
    path = f"/questions/{question.pk}/follow/"
    assert f'href="{path}"' in client.get(question.get_absolute_url()).text

    client.post(path, DATA)

    assert Follow.objects.get().question == question
    question.unpublish(by=cora)
    assert client.get(path).status_code == client.post(path, DATA).status_code == 404
    assert client.get("/questions/999999/follow/").status_code == 404


def test_a_merged_question_is_followed_at_the_one_it_was_merged_into(client, cora):
    first, second, target = factories.pending(), factories.pending(), factories.pending()
    first.merge_into(second, by=cora)
    second.merge_into(target, by=cora)
    path = f"/questions/{first.pk}/follow/"
    assert client.get(path).status_code == 404

    target.edit(by=cora, title=target.title, body=target.body, answer="Stretch.")
    target.publish(by=cora)
    answer = client.get(path)

    assert (answer.status_code, answer.url) == (301, f"/questions/{target.pk}/follow/")
    assert answer["Cache-Control"] == "no-store"
    client.post(path, DATA)
    assert not Follow.objects.exists()


def test_a_forged_form_is_refused(strict, topic):
    elsewhere = {"Origin": "https://other.example"}

    for headers in ({}, elsewhere):
        answer = strict.post("/topics/vitamin-d/follow/", DATA, headers=headers)
        assert answer.status_code == 403

    assert not Follower.objects.exists()


def test_known_and_unknown_addresses_get_the_same_answer(topic):
    cast.follow(topic, EMAIL, Frequency.DAILY)
    answers = [
        Client().post("/topics/vitamin-d/follow/", DATA | {"email": email})
        for email in (EMAIL, "otto@example.org")
    ]

    assert [(a.status_code, a.url, a.content) for a in answers] == [
        (302, "/following/asked/", b"")
    ] * 2
    assert answers[0].headers == answers[1].headers
    assert [mail.purpose for mail in Message.objects.order_by("pk")] == [
        "following already",
        "following confirmation",
    ]
    assert Follow.objects.standing().count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "nonsense"}, "Enter an e-mail address in the usual form"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "Enter an e-mail address in the usual"),
        ({"frequency": ""}, "Choose one"),
        ({"frequency": "hourly"}, "Choose one of the three"),
    ],
)
def test_bad_input_is_said_beside_the_field(client, topic, change, words):
    answer = client.post("/topics/vitamin-d/follow/", DATA | change)

    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Error: " in answer.text
    assert not Follower.objects.exists()


def test_a_robot_that_fills_the_decoy_gets_the_same_answer_and_no_mail(client, topic):
    answer = client.post("/topics/vitamin-d/follow/", DATA | {"website": "https://example.com"})

    assert answer.url == "/following/asked/"
    assert not Message.objects.exists()


@pytest.mark.usefixtures("limited")
def test_neither_one_visitor_nor_many_can_fill_a_mailbox(client, topic):
    def ask(email: str, address: str):
        return client.post(
            "/topics/vitamin-d/follow/", DATA | {"email": email}, REMOTE_ADDR=address
        )

    same_visitor = [ask(f"reader{n}@example.net", "192.0.2.1").status_code for n in range(11)]
    same_mailbox = [ask(f"ada+{n}@example.net", f"192.0.2.{n + 2}").status_code for n in range(11)]

    assert same_visitor == same_mailbox == [302] * 10 + [429]
    assert Message.objects.count() == 20


# --- Confirming -----------------------------------------------------------------------------


def test_opening_the_link_confirms_nothing_and_the_button_twice_once(client, topic):
    client.post("/topics/vitamin-d/follow/", DATA)
    path = mailed_path()
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert not Follow.objects.standing().exists()

    client.post(path)
    first = Follow.objects.get().confirmed_at
    client.post(path)

    assert Follow.objects.get().confirmed_at == first


def test_a_link_is_dead_after_7_days_and_after_leaving(client, topic, monkeypatch):
    client.post("/topics/vitamin-d/follow/", DATA)
    path = mailed_path()
    with monkeypatch.context() as later:
        later.setattr(signing.time, "time", lambda: timezone.now().timestamp() + 7 * 86400 + 1)
        assert client.post(path).status_code == 404
    assert not Follow.objects.standing().exists()

    client.post(path)
    Follower.objects.get().stop()

    assert client.get(path).status_code == client.post(path).status_code == 404
    assert client.post("/following/confirm/nonsense/").status_code == 404
    assert not Follow.objects.standing().exists()


def test_asking_for_another_frequency_changes_it_only_by_the_mail(client, topic):
    first = cast.follow(topic, EMAIL, Frequency.DAILY)
    client.post("/topics/vitamin-d/follow/", DATA | {"frequency": "weekly"})
    assert Follow.objects.standing().get() == first

    client.post(mailed_path())

    standing = Follow.objects.standing().get()
    assert (standing.frequency, standing.told_at) == (Frequency.WEEKLY, first.told_at)
    first.refresh_from_db()
    assert first.withdrawn_at


# --- With an account --------------------------------------------------------------------------


@pytest.fixture
def member(client, ben):
    client.force_login(ben, BACKEND)
    return client


def test_whoever_is_signed_in_with_the_address_need_not_confirm_it(member, topic):
    assert 'value="ben@example.org"' in member.get("/topics/vitamin-d/follow/").text

    answer = member.post("/topics/vitamin-d/follow/", DATA | {"email": "Ben@example.org"})

    follow = Follow.objects.standing().get()
    assert answer.url == f"/following/{follow.follower.key}/?saved"
    assert not Message.objects.exists()
    page = member.get("/accounts/me/").text
    assert f'action="/following/{follow.follower.key}/{follow.pk}/"' in page
    assert f'formaction="/following/{follow.follower.key}/{follow.pk}/stop/"' in page


def test_somebody_elses_address_is_confirmed_by_mail(member, ben, topic):
    ben.emailaddress_set.create(email="new@example.org", verified=False)

    for email in (EMAIL, "new@example.org"):
        answer = member.post("/topics/vitamin-d/follow/", DATA | {"email": email})
        assert answer.url == "/following/asked/"

    assert not Follow.objects.standing().exists()
    assert len(cast.mails("following confirmation")) == 2


# --- By the key of the mails --------------------------------------------------------------------


def test_frequency_and_end_by_the_page_without_a_cookie(strict, topic):
    follow, other = cast.follow(topic), cast.follow(factories.topic("sleep"))
    base = f"/following/{follow.follower.key}/"
    for path in ("", "stop/", "erase/", f"{follow.pk}/", f"{follow.pk}/stop/"):
        for _ in range(3):
            assert strict.get(base + path, follow=True).status_code == 200
    follow.refresh_from_db()
    assert (follow.frequency, follow.withdrawn_at) == (Frequency.INSTANT, None)

    assert strict.post(f"{base}{follow.pk}/", {"frequency": "weekly"}).status_code == 302
    strict.post(f"{base}{follow.pk}/", {"frequency": "hourly"})
    follow.refresh_from_db()
    assert follow.frequency == Frequency.WEEKLY

    one_click = {"List-Unsubscribe": "One-Click"}
    assert strict.post(f"{base}{follow.pk}/stop/", one_click).status_code == 200
    assert list(Follow.objects.standing()) == [other]
    assert strict.post(f"{base}stop/", one_click).status_code == 200
    assert not Follow.objects.standing().exists()
    assert strict.get(f"{base}{follow.pk}/stop/").status_code == 200


def test_a_key_reaches_nothing_of_others(client, topic):
    ada, otto = cast.follow(topic), cast.follow(topic, "otto@example.org")

    for act in ("", "stop/"):
        path = f"/following/{ada.follower.key}/{otto.pk}/{act}"
        assert client.post(path, {"frequency": "weekly"}).status_code == 404
    assert client.get("/following/nonsense/").status_code == 404
    assert Follow.objects.standing().filter(frequency=Frequency.INSTANT).count() == 2


def test_what_is_not_public_is_not_named(client, cora):
    question = factories.published()
    follow = cast.follow(question)
    question.unpublish(by=cora)

    for path in ("", "stop/", f"{follow.pk}/stop/"):
        page = client.get(f"/following/{follow.follower.key}/{path}").text
        assert question.title not in page
        assert "A question that is not public at present" in page
    assert question.title not in client.get(f"/following/confirm/{follow.token}/").text


def test_erasing_leaves_the_agreement_without_the_address(client, clock, topic, cora):
    follow = cast.follow(topic)
    Follow.objects.request(email=EMAIL, target=factories.topic("sleep"), frequency="daily")
    factories.published(topic=topic, email="otto@example.org")
    clock.work()
    path = f"/following/{follow.follower.key}/erase/"

    answers = [client.post(path) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert not Follower.objects.exists()
    assert not Message.objects.filter(to=EMAIL).exists()
    kept = Follow.objects.get()
    assert (kept.pk, kept.follower, kept.mark) == (follow.pk, None, mark_of(EMAIL))
    assert kept.withdrawn_at


def test_what_is_never_confirmed_and_who_left_long_ago_is_forgotten(clock, topic):
    Follow.objects.request(email="never@example.org", target=topic, frequency="daily")
    left, stays = cast.follow(topic, "left@example.org"), cast.follow(topic, "stays@example.org")
    left.stop()
    Follow.objects.update(asked_at=clock.now)
    Follower.objects.update(created_at=clock.now)

    clock.forward(days=7)
    assert housekeeping.purge() == 0
    clock.forward(seconds=1)
    assert housekeeping.purge() == 1
    assert not Follower.objects.filter(email="never@example.org").exists()
    assert not Message.objects.filter(to="never@example.org").exists()
    clock.forward(days=173)
    assert housekeeping.purge() == 1

    assert list(Follower.objects.all()) == [stays.follower]


def test_a_title_with_quotation_marks_stands_in_none_of_the_same(clock, cora):
    title = "Is “magnesium” the same as “magnesium salts”?"
    question = factories.published(title=title)
    Follow.objects.request(email=EMAIL, target=question, frequency="instant")
    follow = cast.follow(question)
    Follow.objects.request(email=EMAIL, target=question, frequency="instant")
    clock.work()
    cast.correct(clock, question)
    news = clock.work()

    (confirm,), (already,) = cast.mails("following confirmation"), cast.mails("following already")
    for part in confirm.parts:
        assert "the answer to “Is ‘magnesium’ the same as ‘magnesium salts’?” is corrected" in part
        assert "““" not in part
    assert follow.text in confirm.parts[0]
    for part in (*already.parts, *news[0].parts):
        assert title in part
        assert f"“{title}”" not in part
