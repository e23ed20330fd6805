"""A question that was sent: changed until a curator begins, or when the curator asks for it."""

import re
from html import unescape

import pytest
from django.test import Client

from outbox.models import Message
from qa.models import Question
from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, errors, four, jpeg, url

pytestmark = pytest.mark.django_db
SENT = {name: value for name, value in WORDS.items() if name != "guidelines"}
BETTER = SENT | {"title": "Why do my calves cramp after walking?"}


@pytest.fixture
def pending(client, draft):
    question = draft(images=four()[:2])
    client.post(url(question, "submit/"))
    question.refresh_from_db()
    return question


@pytest.fixture
def claimed(pending, cora):
    pending.claim(by=cora)
    return pending


@pytest.fixture
def returned(pending, cora):
    pending.request_changes(by=cora, reason="Which water tablet is it?\nAnd how much of it?")
    return pending


def test_change_of_a_waiting_question(client, pending):
    response = client.post(url(pending, "edit/"), BETTER, follow=True)

    pending.refresh_from_db()
    assert response.redirect_chain == [(url(pending), 303)]
    assert "Your changes are saved." in response.text
    assert (pending.status, pending.asked_title) == ("pending", BETTER["title"])
    assert pending.title == BETTER["title"]
    assert [event.verb for event in pending.events.all()] == ["submit", "edit"]


def test_agreement_and_newsletter_are_asked_once(client, pending):
    text = client.get(url(pending, "edit/")).text

    assert 'name="guidelines"' not in text
    assert 'name="newsletter"' not in text


def test_wrong_change_is_shown_back_and_not_made(client, pending):
    response = client.post(url(pending, "edit/"), SENT | {"title": "Short"})

    pending.refresh_from_db()
    assert (response.status_code, list(errors(response))) == (422, ["title"])
    assert pending.asked_title == WORDS["title"]
    assert client.get(url(pending, "edit/")).context["form"]["title"].value() == "Short"


def test_picture_button_keeps_the_words_beside_a_waiting_question(client, pending):
    image = pending.images.first()

    client.post(url(pending, f"images/{image.pk}/remove/"), BETTER)

    pending.refresh_from_db()
    assert pending.asked_title == WORDS["title"]
    assert client.get(url(pending, "edit/")).context["form"]["title"].value() == BETTER["title"]
    assert pending.images.count() == 1


def test_new_address_gets_the_acknowledgement(client, pending):
    pending.confirm_email()

    client.post(url(pending, "edit/"), SENT | {"email": "ada@example.net"})

    pending.refresh_from_db()
    assert (pending.email, pending.email_confirmed_at) == ("ada@example.net", None)
    mails = Message.objects.filter(purpose="question received").order_by("pk")
    assert [(mail.to, mail.status) for mail in mails] == [
        ("ada@example.org", "cancelled"),
        ("ada@example.net", "queued"),
    ]


def test_form_of_a_claimed_question_is_closed(client, claimed):
    assert client.get(url(claimed, "edit/")).url == url(claimed)


def test_change_after_a_curator_has_begun_is_refused_and_given_back(client, claimed):
    response = client.post(url(claimed, "edit/"), BETTER | {"images": jpeg("new.jpg", "#ffcc00")})

    claimed.refresh_from_db()
    assert response.status_code == 409
    assert "A curator has begun to answer your question" in response.text
    assert f"{BETTER['title']}</textarea>" in response.text
    assert claimed.asked_title == WORDS["title"]
    assert claimed.images.count() == 2


@pytest.mark.parametrize("act", ["rotate", "move", "remove"])
def test_picture_buttons_after_a_curator_has_begun(client, claimed, act):
    image = claimed.images.last()

    response = client.post(url(claimed, f"images/{image.pk}/{act}/"), SENT)

    image.refresh_from_db()
    assert response.status_code == 409
    assert (image.rotation, image.order) == (0, 1)


def test_upload_after_a_curator_has_begun(client, claimed):
    headers = {"X-Requested-With": "fetch"}

    response = client.post(url(claimed, "images/"), {"images": jpeg()}, headers=headers)

    assert response.status_code == 409
    assert claimed.images.count() == 2


def test_claim_that_ran_out_opens_the_form_again(client, claimed):
    Question.objects.update(claimed_at="2020-01-01T00:00Z")

    assert client.get(url(claimed, "edit/")).status_code == 200


class TestRequestedChanges:
    def test_status_page_has_the_words_and_the_button(self, client, returned):
        text = client.get(url(returned)).text

        assert "Which water tablet is it?<br>And how much of it?" in text
        assert f'href="{url(returned, "edit/")}">Change your question</a>' in text

    def test_form_has_the_words_and_everything_filled_in(self, client, returned):
        response = client.get(url(returned, "edit/"))

        assert "Which water tablet is it?<br>And how much of it?" in response.text
        assert response.context["form"]["title"].value() == WORDS["title"]
        assert response.text.count("data-picture=") == 2

    def test_changed_and_sent_again(self, client, returned):
        checked = client.post(url(returned, "edit/"), BETTER)
        assert checked.url == url(returned, "preview/")
        assert "Send the changed question" in client.get(checked.url).text

        sent = client.post(url(returned, "submit/"))

        returned.refresh_from_db()
        assert sent.url == url(returned)
        assert (returned.status, returned.asked_title) == ("pending", BETTER["title"])
        assert [event.verb for event in returned.events.all()] == [
            "submit",
            "request_changes",
            "resubmit",
        ]
        assert Message.objects.filter(purpose="question received").count() == 1

    def test_wrong_words_are_not_sent_again(self, client, returned):
        client.post(url(returned, "edit/"), SENT | {"body": "Short"})

        assert client.post(url(returned, "submit/")).url == url(returned, "edit/") + "?check=1"
        returned.refresh_from_db()
        assert returned.status == "needs_changes"

    def test_paused_topic_still_takes_it_back(self, client, returned):
        returned.topic.is_open = False
        returned.topic.save()

        client.post(url(returned, "submit/"))

        returned.refresh_from_db()
        assert returned.status == "pending"


def test_curators_wording_outlives_a_change_of_the_place(cora):
    question = factories.pending()
    question.edit(by=cora, title="A clearer title than before", body=question.body, answer="")

    question.rewrite(location="York")

    assert (question.title, question.location) == ("A clearer title than before", "York")


class TestNewAddress:
    """A wrong address is corrected: its owner, who was mailed the link, sees nothing any more."""

    NEW = SENT | {"email": "ada@example.net"}

    def test_the_old_link_leads_nowhere_and_the_new_one_is_mailed(self, client, pending):
        old = url(pending)

        response = client.post(url(pending, "edit/"), self.NEW)

        pending.refresh_from_db()
        assert url(pending) != old
        assert (response.status_code, response.url) == (303, url(pending))
        assert Client().get(old).status_code == 404
        mail = Message.objects.get(to="ada@example.net")
        assert url(pending) in mail.text
        assert old not in mail.text

    def test_a_second_click_in_this_browser_finds_the_question(self, client, pending):
        old = url(pending, "edit/")
        client.post(old, self.NEW)

        response = client.post(old, self.NEW)

        pending.refresh_from_db()
        assert (response.status_code, response.url) == (303, url(pending))
        assert Message.objects.filter(to="ada@example.net").count() == 1

    def test_a_returned_question_is_acknowledged_there_too(self, client, returned):
        client.post(url(returned, "edit/"), self.NEW)

        returned.refresh_from_db()
        assert returned.email == "ada@example.net"
        assert url(returned) in Message.objects.get(to="ada@example.net").text

    def test_a_picture_button_changes_neither_address_nor_key(self, client, returned):
        key = returned.key
        client.post(url(returned, "images/"), self.NEW)

        returned.refresh_from_db()
        assert (returned.key, returned.email) == (key, "ada@example.org")

    def test_changing_to_and_fro_ends_after_three_mails(self, client, pending, limited, settings):
        settings.LIMITS = settings.LIMITS | {"question": [(100, 60)]}
        for number in range(4):
            address = self.NEW | {"email": f"ada{number}@example.net"}
            response = client.post(url(pending, "edit/"), address)
            pending.refresh_from_db()

        assert response.status_code == 429
        assert "was changed several times today" in response.text
        assert pending.email == "ada2@example.net"
        assert Message.objects.filter(purpose="question received").count() == 4


def test_a_flood_of_text_is_kept_in_part(ask):
    response = ask(body="x" * 1_000_000)

    question = Question.objects.get()
    assert response.status_code == 422
    assert len(response.context["form"]["body"].value()) == 1_000_000
    assert len(question.typed["body"]) == 50_000


def test_pictures_of_a_sent_question_change_at_once_and_the_history_says_so(client, pending):
    form = client.get(url(pending, "edit/")).text
    first, second = pending.images.all()
    client.post(url(pending, f"images/{second.pk}/move/"), SENT | {"position": "0"})
    client.post(url(pending, f"images/{first.pk}/remove/"), SENT)

    assert "its pictures are changed at once" in form
    assert "Back, without saving the text" in form
    assert [image.pk for image in pending.images.all()] == [second.pk]
    events = [(event.verb, event.role) for event in pending.events.all()]
    assert events == [("submit", "asker"), ("change_pictures", "asker")]
    assert "You changed the pictures" in client.get(url(pending)).text


def test_pictures_of_a_draft_make_no_history(client, draft):
    question = draft(images=four()[:1])
    client.post(url(question, f"images/{question.images.get().pk}/remove/"), WORDS)

    assert not question.images.exists()
    assert not question.events.exists()
    assert "changed at once" not in client.get(url(question, "edit/")).text


def test_change_after_a_decline_becomes_a_new_question(client, pending, cora):
    pending.decline(by=cora, reason="We cannot tell that from here.")
    refused = client.post(url(pending, "edit/"), BETTER)
    [form] = re.findall(r'<form class="actions".*?</form>', refused.text, re.DOTALL)
    values = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    response = client.post(ASK, {name: unescape(value) for name, value in values})

    assert refused.status_code == 409
    assert f'action="{ASK}"' in form
    assert "Ask this as a new question" in form
    assert list(errors(response)) == ["guidelines"]
    new = Question.objects.latest("pk")
    assert (new.status, new.spam_reason) == ("draft", "")
    assert new.pk != pending.pk
    form = response.context["form"]
    assert {name: form[name].value() for name in BETTER} == BETTER


def test_change_that_a_curator_forestalled_becomes_no_second_question(client, claimed):
    response = client.post(url(claimed, "edit/"), BETTER)

    assert response.status_code == 409
    assert "Ask this as a new question" not in response.text
