import html
import re

import pytest
from django.test import Client

from newsletter.models import Subscriber
from outbox.models import Message
from qa import emails
from qa.asking import drafts
from qa.models import Event, Question, Topic
from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, four, ticket, url
from tests.qa.asking.parallel import at_once

pytestmark = pytest.mark.django_db


class TestPreview:
    def test_shows_it_as_it_would_be_published(self, client, draft):
        question = draft(images=four()[:2], alt_new=["Red", ""])

        text = client.get(url(question, "preview/")).text

        assert f'<h3 class="sheet__title">{WORDS["title"]}</h3>' in text
        assert (
            "<p>It wakes me twice a week, mostly in the left leg.</p>\n<p>What helps?</p>" in text
        )
        assert 'Asked by <span class="byline__name">Ada</span>, Leeds' in text
        assert len(re.findall(r"<figure", text)) == 2
        assert 'alt="Red"' in text

    def test_it_can_be_sent_without_reading_to_the_end(self, client, draft):
        text = client.get(url(draft(), "preview/")).text

        buttons = [text.index('form="send">Send it now'), text.index(">Send your question<")]
        assert buttons[0] < text.index("<h2") < buttons[1]
        assert re.findall(r'<form[^>]* id="send" action="([^"]+)"', text) == [
            f"/asked/{Question.objects.get().key}/submit/"
        ]

    def test_every_row_has_its_way_back(self, client, draft):
        question = draft(newsletter="on", images=four()[:2], alt_new=["Red", ""])

        text = client.get(url(question, "preview/")).text

        rows = re.findall(r'term">([^<]+)<.*?value">(.*?)</dd>.*?href="([^"]+)"', text, re.S)
        assert [(term, link.removeprefix(url(question, "edit/"))) for term, _, link in rows] == [
            ("Question", "#id_title"),
            ("Details", "#id_body"),
            ("Pictures", "#pictures"),
            ("Name", "#id_name"),
            ("Place", "#id_location"),
            ("E-mail, kept private", "#id_email"),
            ("Newsletter", "#id_newsletter"),
        ]
        values = {term: value for term, value, _ in rows}
        assert (
            values["Pictures"] == "2 pictures, 1 without a description for readers who cannot see"
        )
        assert values["E-mail, kept private"] == "ada@example.org"
        assert values["Newsletter"] == "Yes, please"

    def test_incomplete_draft_goes_back_to_the_form_with_its_errors(self, client, ask):
        ask(title="", body="Too short")
        question = Question.objects.get()

        response = client.get(url(question, "preview/"), follow=True)

        assert response.redirect_chain == [(url(question, "edit/") + "?check=1", 302)]
        assert response.status_code == 422
        assert "“The details” is too short: it has 9 characters" in response.text

    def test_looking_changes_nothing(self, client, draft):
        question = draft()

        client.get(url(question, "preview/"))

        assert Question.objects.get().revision == question.revision
        assert Event.objects.count() == 0


class TestSimilar:
    @pytest.fixture
    def answered(self, topic):
        factories.published(title="What helps against magnesium tablets tasting bitter?")
        return factories.published(
            title="Why do calves cramp at night in old age?",
            body="My calves cramp at night, mostly the left leg. What helps?",
        )

    def test_closest_answers_are_offered(self, client, answered, draft):
        question = draft()

        text = client.get(url(question, "preview/")).text

        assert "Does one of these answer it?" in text
        assert f'href="{answered.get_absolute_url()}"' in text
        assert f'name="answer" value="{answered.pk}"' in text

    def test_nothing_is_offered_where_nothing_fits(self, client, answered, draft):
        question = draft(title="Zinc lozenges and colds", body="Quercetin zinc lozenges, sniffles.")

        assert "Does one of these" not in client.get(url(question, "preview/")).text

    def test_yes_thank_you_ends_the_draft(self, client, answered, draft):
        question = draft()

        response = client.post(url(question, "end/"), {"answer": answered.pk}, follow=True)

        question.refresh_from_db()
        assert question.status == "withdrawn"
        assert question.events.get().note == f"answered by the archive: {answered.reference_number}"
        assert f'href="{answered.get_absolute_url()}"' in response.text
        assert Message.objects.filter(about=question.about).count() == 0

    def test_yes_thank_you_twice(self, client, answered, draft):
        question = draft()

        codes = [
            client.post(url(question, "end/"), {"answer": answered.pk}).status_code
            for _ in range(2)
        ]

        assert codes == [303, 303]
        assert question.events.count() == 1

    def test_no_takes_the_draft_up_again(self, client, answered, draft):
        question = draft()
        ended = client.post(url(question, "end/"), {"answer": answered.pk}, follow=True)

        codes = [client.post(url(question, "reopen/")).status_code for _ in range(2)]
        client.post(url(question, "submit/"))

        assert f'action="{url(question, "reopen/")}"' in ended.text
        assert "No, I still want to ask my own question" in ended.text
        assert codes == [303, 303]
        question.refresh_from_db()
        assert question.status == "pending"
        assert question.asked_title == WORDS["title"]
        verbs = [event.verb for event in question.events.order_by("pk")]
        assert verbs == ["withdraw", "reopen", "submit"]

    def test_reopening_does_not_prolong_a_draft(self, client, draft):
        question = draft()
        client.post(url(question, "end/"))
        before = Question.objects.get().updated_at

        client.post(url(question, "reopen/"))

        assert Question.objects.get().updated_at == before

    def test_what_was_sent_is_not_reopened(self, client):
        question = factories.pending()
        question.withdraw()

        assert client.post(url(question, "reopen/")).status_code == 409
        assert client.get(url(question, "reopen/")).url == url(question)
        question.refresh_from_db()
        assert question.status == "withdrawn"

    def test_no_page_says_that_nobody_sees_the_address(self, client, topic):
        pages = [client.get(path).text for path in (ASK, "/newsletter/", topic.get_absolute_url())]

        assert all("never published" in page for page in pages)
        assert not any("never shown" in page or "shown to nobody" in page for page in pages)

    def test_only_post_ends_it(self, client, draft):
        question = draft()

        assert client.get(url(question, "end/")).url == url(question, "preview/")
        assert Question.objects.get().status == "draft"

    def test_question_that_was_sent_is_not_ended(self, client, answered, draft):
        question = draft()
        client.post(url(question, "submit/"))

        assert client.post(url(question, "end/"), {"answer": answered.pk}).status_code == 409
        question.refresh_from_db()
        assert question.status == "pending"

    @pytest.mark.parametrize("answer", ["", "x", "9" * 21, "9" * 5000, "²", "١"])
    def test_an_answer_that_is_none_is_left_out(self, client, draft, answer):
        question = draft()

        response = client.post(url(question, "end/"), {"answer": answer}, follow=True)
        again = client.get(url(question, "end/"), {"answer": answer})

        assert (response.status_code, again.status_code) == (200, 200)
        assert "Good that it is answered" in response.text


class TestSubmit:
    def test_question_waits_and_the_mail_is_written(self, client, draft):
        question = draft()

        response = client.post(url(question, "submit/"))

        question.refresh_from_db()
        assert (response.status_code, response.url) == (303, url(question))
        assert question.status == "pending"
        assert [(event.verb, event.role) for event in question.events.all()] == [
            ("submit", "asker")
        ]
        mail = Message.objects.get()
        assert (mail.to, mail.purpose) == ("ada@example.org", "question received")

    def test_sending_again_changes_nothing(self, client, draft):
        question = draft(newsletter="on")

        answers = [client.post(url(question, "submit/")) for _ in range(3)]

        assert {(answer.status_code, answer.url) for answer in answers} == {(303, url(question))}
        assert question.events.count() == 1
        assert Message.objects.filter(purpose="question received").count() == 1
        assert Subscriber.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_fifty_at_once_are_one_question(self, topic):
        client = Client()
        client.post(ASK, {"ticket": ticket(topic), "newsletter": "on"} | WORDS)
        question = Question.objects.get()

        answers = at_once(50, lambda _: Client().post(url(question, "submit/")))

        assert {(answer.status_code, answer.url) for answer in answers} == {(303, url(question))}
        assert Question.objects.count() == 1
        assert question.events.count() == 1
        assert sorted(Message.objects.values_list("purpose", flat=True)) == [
            "newsletter confirmation",
            "question received",
        ]

    def test_get_sends_nothing(self, client, draft):
        question = draft()

        assert client.get(url(question, "submit/")).url == url(question, "preview/")
        assert Question.objects.get().status == "draft"

    def test_incomplete_draft_is_not_sent(self, client, ask):
        ask(email="")
        question = Question.objects.get()

        response = client.post(url(question, "submit/"))

        assert response.url == url(question, "edit/") + "?check=1"
        assert Question.objects.get().status == "draft"

    def test_ended_draft_is_not_sent(self, client, draft):
        question = draft()
        question.withdraw()

        assert client.post(url(question, "submit/")).url == url(question)
        assert Question.objects.get().status == "withdrawn"

    def test_newsletter_is_asked_for_where_it_was_ticked(self, client, draft, topic):
        question = draft(newsletter="on")
        assert Subscriber.objects.count() == 0

        client.post(url(question, "submit/"))

        subscriber = Subscriber.objects.get()
        assert (subscriber.email, subscriber.topic) == ("ada@example.org", topic)
        assert not subscriber.is_confirmed

    def test_newsletter_is_not_asked_for_otherwise(self, client, draft):
        client.post(url(draft(), "submit/"))

        assert Subscriber.objects.count() == 0

    def test_failing_newsletter_sends_nothing(self, client, draft, monkeypatch):
        question = draft(newsletter="on")
        monkeypatch.setattr(drafts.Subscriber.objects, "request", fail)
        client.raise_request_exception = False

        assert client.post(url(question, "submit/")).status_code == 500
        assert Question.objects.get().status == "draft"
        assert Message.objects.count() == 0


def fail(**options):
    raise OSError("the disk is full")


def test_received_mail_leads_to_the_private_page(client, draft):
    question = draft()
    client.post(url(question, "submit/"))

    mail = Message.objects.get()
    question.refresh_from_db()
    private = f"http://127.0.0.1:8000{url(question)}"
    confirm = re.search(r"http://127\.0\.0\.1:8000/confirm/\S+/", mail.text)[0]
    assert mail.subject == f"We have your question ({question.reference_number})"
    for part in (mail.text, mail.html):
        assert private in part
        assert confirm in part
        assert "about “Causes of muscle cramps”" in part
        assert question.reference_number in part
        assert "within about 7 days" in part
    assert "newsletter" not in mail.text.lower()
    assert "ada" not in confirm
    assert (
        client.get(html.unescape(confirm).removeprefix("http://127.0.0.1:8000")).status_code == 200
    )


def test_received_mail_carries_no_word_of_the_asker(client, draft):
    """The address may be that of somebody who never asked."""
    typed = {
        "title": "Buy marker-title at marker-shop.example",
        "body": "The marker-body is cheap this week.",
        "name": "marker-name",
        "location": "marker-place",
        "images": four()[:1],
        "alt_new": ["marker-picture"],
    }
    client.post(url(draft(**typed), "submit/"))

    mail = Message.objects.get()
    assert "marker" not in f"{mail.subject} {mail.text} {mail.html} {mail.headers}"


def parts(mail) -> tuple[str, str, str]:
    return mail.subject, mail.text, mail.html


class TestReceipt:
    """The mail that is written before the transaction in which it is queued."""

    def test_it_is_the_mail_that_goes_out(self, draft):
        question = draft()
        receipt = emails.receipt(question, confirmed=False)

        question.submit(receipt=receipt)

        mail = Message.objects.get()
        assert mail == receipt.mail
        assert parts(mail) == parts(receipt.mail)

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_cast_it_says_what_its_templates_say(self, draft, confirmed):
        question = draft()
        Topic.objects.update(title="Salt & <pepper>", expected_reply_days=1)
        question = Question.objects.get(pk=question.pk)
        for _ in range(2):
            cast = emails.receipt(question, confirmed=confirmed).mail

        question.submit(confirmed=confirmed)

        mail = Message.objects.get()
        link = re.compile("/confirm/[^/]+/")
        assert [link.sub("/confirm/T/", part) for part in parts(cast)] == [
            link.sub("/confirm/T/", part) for part in parts(mail)
        ]
        assert "Salt &amp; &lt;pepper&gt;" in cast.html
        assert ("/confirm/" in cast.text) is not confirmed

    def test_changed_meanwhile_in_another_tab_it_is_written_anew(self, draft):
        question = draft()
        receipt = emails.receipt(question, confirmed=False)
        Question.objects.get().rewrite(email="new@example.org")

        question.submit(receipt=receipt)

        mail = Message.objects.get()
        assert mail.to == "new@example.org"
        said, _, _ = question.confirmation_token.partition(":")  # behind it stands the second
        assert f"/{said}:" in mail.text
        assert mail.text != receipt.mail.text

    def test_confirmed_or_not_it_says_so(self, draft):
        question = draft()
        receipt = emails.receipt(question, confirmed=False)

        question.submit(confirmed=True, receipt=receipt)

        assert "which you have confirmed" in Message.objects.get().text
        assert "which you have confirmed" not in receipt.mail.text
