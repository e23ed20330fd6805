"""Five questions an hour, twenty a day; what is typed is kept when it is one too many."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from outbox.models import Message
from qa.asking import limits
from qa.models import Image, Question, Trace
from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, errors, jpeg, ticket, url
from tests.qa.asking.parallel import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limited")]


def send(client, question, address: str = "203.0.113.7"):
    return client.post(url(question, "submit/"), REMOTE_ADDR=address)


def retry_after(response) -> int:
    return int(response.headers["Retry-After"])


def near(seconds: int):
    """The tests themselves take a moment."""
    return pytest.approx(seconds, abs=50)


def later(**delta) -> None:
    """Time goes by for what was counted."""
    Trace.objects.update(created_at=F("created_at") - timedelta(**delta))


@pytest.fixture
def drafts(topic):
    """Makes drafts of as many topics and askers, or as told."""

    def make(count: int, **fields) -> list[Question]:
        return [
            factories.draft(
                **{"topic": factories.topic(f"topic-{n}"), "email": f"ada{n}@example.org"} | fields
            )
            for n in range(count)
        ]

    return make


class TestQuestions:
    def test_sixth_in_an_hour_from_one_address_waits(self, client, drafts):
        questions = drafts(6)

        codes = [send(client, question).status_code for question in questions]

        assert codes == [303] * 5 + [429]
        assert Question.objects.pending().count() == 5
        assert Message.objects.count() == 5

    def test_sixth_in_an_hour_for_one_mailbox_waits(self, client, drafts):
        questions = drafts(6, email="ada@example.org")
        Question.objects.update(email_confirmed_at=factories.timezone.now())

        codes = [send(client, q, f"203.0.113.{n}").status_code for n, q in enumerate(questions)]

        assert codes == [303] * 5 + [429]

    def test_neighbours_in_one_ipv6_network_are_one_visitor(self, client, drafts):
        questions = drafts(6)

        codes = [send(client, q, f"2001:db8:0:1::{n}").status_code for n, q in enumerate(questions)]

        assert codes == [303] * 5 + [429]

    def test_forwarded_address_of_a_stranger_counts_for_nothing(self, client, drafts):
        questions = drafts(6)

        codes = [
            client.post(
                url(question, "submit/"), headers={"X-Forwarded-For": f"198.51.100.{n}"}
            ).status_code
            for n, question in enumerate(questions)
        ]

        assert codes == [303] * 5 + [429]

    def test_twenty_a_day(self, client, drafts):
        questions = drafts(21)
        for question in questions[:20]:
            assert send(client, question).status_code == 303
            later(minutes=15)

        response = send(client, questions[20])

        assert response.status_code == 429
        assert retry_after(response) == near(19 * 3600)
        assert "in about 19 hours" in response.text

    def test_refusal_says_when_and_keeps_everything(self, client, drafts):
        *sent, last = drafts(6)
        for question in sent:
            send(client, question)
        later(minutes=20)

        response = send(client, last)

        assert response.status_code == 429
        assert retry_after(response) == near(2400)
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Your question was not sent" in response.text
        assert "Please send it again in 40 minutes." in response.text
        assert last.asked_title in response.text
        last.refresh_from_db()
        assert (last.status, last.submitted_at) == ("draft", None)
        later(minutes=40)
        assert send(client, last).status_code == 303

    def test_refused_ones_do_not_make_it_longer(self, client, drafts):
        *sent, last = drafts(6)
        for question in sent:
            send(client, question)

        assert [send(client, last).status_code for _ in range(3)] == [429] * 3
        assert Trace.objects.filter(what="question").count() == 10

    def test_sending_one_again_counts_once(self, client, drafts):
        question = drafts(1)[0]

        codes = [send(client, question).status_code for _ in range(8)]

        assert codes == [303] * 8
        assert Trace.objects.filter(what="question").count() == 2

    def test_changed_question_may_always_be_sent_back(self, client, drafts, cora):
        questions = drafts(5)
        for question in questions:
            send(client, question)
        question = questions[0]
        question.refresh_from_db()
        question.request_changes(by=cora, reason="How old are you?")

        assert send(client, question).status_code == 303

    @pytest.mark.django_db(transaction=True)
    def test_ten_at_once_are_five(self, drafts):
        questions = drafts(10)

        answers = at_once(10, lambda n: send(Client(), questions[n]).status_code)

        assert sorted(answers) == [303] * 5 + [429] * 5
        assert Question.objects.pending().count() == 5

    def test_erasing_does_not_make_room(self, client, drafts):
        *sent, last = drafts(6)
        for question in sent:
            send(client, question)
            client.post(url(question, "erase/"))

        assert send(client, last).status_code == 429


class TestUnconfirmed:
    def test_one_question_waits_for_each_topic(self, client, topic, drafts):
        first, second = drafts(2, topic=topic, email="ada@example.org")
        other = drafts(1, email="ADA@example.org")[0]
        send(client, first)

        response = send(client, second)

        assert response.status_code == 429
        assert retry_after(response) == near(600)
        assert "open the link that we mailed you" in response.text
        assert Trace.objects.filter(what="question").count() == 2
        assert send(client, other).status_code == 303

    def test_not_once_the_address_is_confirmed(self, client, topic, drafts):
        first, second = drafts(2, topic=topic, email="ada@example.org")
        send(client, first)
        factories.confirmed(first)

        assert send(client, second).status_code == 303

    def test_what_was_confirmed_before_tells_nothing(self, client, topic, drafts):
        factories.confirmed(factories.pending(email="ada@example.org"))
        first, second = drafts(2, topic=topic, email="ada@example.org")
        send(client, first)

        assert send(client, second).status_code == 429

    def test_not_for_a_member_with_this_address(self, client, topic, drafts, ben):
        first, second = drafts(2, topic=topic, email=ben.email)
        client.force_login(ben)
        send(client, first)

        assert send(client, second).status_code == 303

    def test_not_because_of_suspected_spam_which_gets_no_mail(self, client, topic, drafts):
        first, second = drafts(2, topic=topic, email="ada@example.org")
        Question.objects.filter(pk=first.pk).update(spam_reason="hidden field filled in")
        send(client, first)

        assert send(client, second).status_code == 303


class TestNewAddress:
    def test_counts_like_another_question(self, client, draft, settings):
        settings.LIMITS = settings.LIMITS | {"question": [(3, 3600)]}
        question = draft()
        client.post(url(question, "submit/"))
        for number in range(2):
            changed = WORDS | {"email": f"victim{number}@example.org"}
            assert client.post(url(question, "edit/"), changed).status_code == 303
            question.refresh_from_db()

        response = client.post(url(question, "edit/"), WORDS | {"email": "last@example.org"})

        assert response.status_code == 429
        assert retry_after(response) == near(3600)
        assert 'value="last@example.org"' in response.text
        question.refresh_from_db()
        assert question.email == "victim1@example.org"
        assert question.typed["email"] == "last@example.org"
        assert not Message.objects.filter(to="last@example.org").exists()

    def test_other_changes_do_not_count(self, client, draft):
        question = draft()
        client.post(url(question, "submit/"))

        for number in range(6):
            changed = WORDS | {"title": f"Why do my calves cramp, version {number}?"}
            assert client.post(url(question, "edit/"), changed).status_code == 303


class TestDrafts:
    def test_thirty_first_in_an_hour_waits(self, client, ask):
        for _ in range(30):
            assert ask(title="").status_code == 422

        response = ask(images=jpeg())

        assert response.status_code == 429
        assert retry_after(response) == near(3600)
        assert "Please send it again in 60 minutes." in response.text
        assert WORDS["title"] in response.text
        assert WORDS["body"].partition("\n")[0] in response.text
        assert errors(response) == {}
        assert (Question.objects.count(), Image.objects.count()) == (30, 0)

    def test_refused_form_keeps_its_ticket(self, client, topic, settings):
        settings.LIMITS = settings.LIMITS | {"draft": [(0, 3600)]}
        data = {"ticket": ticket(topic)} | WORDS
        response = client.post(ASK, data)
        settings.LIMITS = settings.LIMITS | {"draft": [(30, 3600)]}

        assert f'name="ticket" value="{data["ticket"]}"' in response.text
        assert client.post(ASK, data).status_code == 303

    def test_one_form_counts_once(self, client, topic):
        data = {"ticket": ticket(topic)} | WORDS

        for _ in range(3):
            client.post(ASK, data)

        assert Trace.objects.filter(what="draft").count() == 1


class TestPictures:
    @pytest.fixture
    def question(self, draft):
        return draft(images=jpeg("first.jpg", "red"))

    @pytest.fixture
    def full(self, question, settings):
        """Hardly any room is left after the first picture."""
        taken = Trace.objects.get(what="picture bytes").amount
        settings.LIMITS = settings.LIMITS | {"picture bytes": [(taken + 100, 3600)]}

    def test_stored_bytes_are_counted(self, question):
        assert Trace.objects.get(what="picture bytes").amount == question.images.get().size()

    def test_picture_that_is_too_much_is_not_stored(self, client, question, full):
        response = client.post(
            url(question, "edit/"), WORDS | {"images": jpeg("second.jpg", "blue")}
        )

        assert response.status_code == 429
        assert retry_after(response) == near(3600)
        assert errors(response)["images"] == [
            "“second.jpg” was not taken. You have sent as many pictures as we can take in so short "
            "a time. Please choose it again in 60 minutes."
        ]
        assert WORDS["title"] in response.text
        assert Image.objects.count() == 1

    def test_script_is_told_so(self, client, question, full):
        response = client.post(
            url(question, "images/"),
            {"images": jpeg("second.jpg", "blue")},
            headers={"X-Requested-With": "fetch"},
        )

        assert response.status_code == 429
        assert "“second.jpg” was not taken." in response.text

    def test_nothing_is_decoded_once_all_is_taken(self, client, question, settings, monkeypatch):
        taken = Trace.objects.get(what="picture bytes").amount
        settings.LIMITS = settings.LIMITS | {"picture bytes": [(taken, 3600)]}
        monkeypatch.setattr(Image, "stage", None)

        response = client.post(
            url(question, "edit/"), WORDS | {"images": jpeg("second.jpg", "blue")}
        )

        assert response.status_code == 429

    def test_removing_makes_no_room(self, client, question, full):
        client.post(url(question, f"images/{question.images.get().pk}/remove/"), WORDS)

        response = client.post(url(question, "edit/"), WORDS | {"images": jpeg("b.jpg", "blue")})

        assert response.status_code == 429

    def test_same_picture_again_counts_once(self, client, question):
        client.post(url(question, "edit/"), WORDS | {"images": jpeg("first.jpg", "red")})

        assert Trace.objects.filter(what="picture bytes").count() == 1


class TestPicturesThatWentAway:
    def test_question_is_not_sent_without_what_was_shown(self, client, draft):
        question = draft(images=jpeg())
        text = client.get(url(question, "preview/")).text
        assert 'name="pictures" value="1"' in text
        question.images.get().discard()

        response = client.post(url(question, "submit/"), {"pictures": "1"})

        assert response.status_code == 200
        assert "a draft keeps them for 24 hours" in response.text
        assert Question.objects.get().status == "draft"
        assert client.post(url(question, "submit/"), {"pictures": "0"}).status_code == 303


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "in 1 minute"),
        (61, "in 2 minutes"),
        (3600, "in 60 minutes"),
        (5400, "in about 2 hours"),
        (68400, "in about 19 hours"),
    ],
)
def test_when(seconds, words):
    assert limits.when(seconds) == words
