import pytest
from django.core.files.storage import storages

from accounts.models import Session
from outbox.models import Message
from qa.models import Image, Question
from tests import factories
from tests.qa.asking.conftest import ASK, four, ticket, url

pytestmark = pytest.mark.django_db


class TestWithdraw:
    def test_asking_for_it_changes_nothing(self, client):
        question = factories.pending()

        response = client.get(url(question, "withdraw/"))

        question.refresh_from_db()
        assert "Take your question back?" in response.text
        assert question.status == "pending"

    def test_taken_back(self, client):
        question = factories.pending()

        response = client.post(url(question, "withdraw/"))

        question.refresh_from_db()
        assert (response.status_code, response.url) == (303, url(question))
        assert (question.status, question.events.last().verb) == ("withdrawn", "withdraw")

    def test_taken_back_twice(self, client):
        question = factories.pending()

        codes = [client.post(url(question, "withdraw/")).status_code for _ in range(2)]

        assert codes == [303, 303]
        assert question.events.filter(verb="withdraw").count() == 1

    def test_too_late(self, client, cora):
        question = factories.published()

        assert client.get(url(question, "withdraw/")).url == url(question)
        response = client.post(url(question, "withdraw/"))
        assert response.status_code == 409
        assert "Meanwhile something has happened to your question." in response.text


class TestErase:
    @pytest.fixture
    def question(self, client, draft):
        question = draft(images=four()[:2], newsletter="on")
        client.post(url(question, "submit/"))
        client.post(url(question, "edit/"), {"title": "Typed and not taken over"})
        return question

    def test_asking_for_it_changes_nothing(self, client, question):
        assert "Erase everything?" in client.get(url(question, "erase/")).text
        assert Question.objects.get().asked_title != ""

    def test_what_stays_is_said(self, client, question):
        text = client.get(url(question, "erase/")).text

        assert "Mails that have left already cannot be called back." in text
        assert "every letter has a link by which you leave it" in text

    def test_a_draft_has_neither_mails_nor_letters(self, client, draft):
        text = client.get(url(draft(newsletter="on"), "erase/")).text

        assert "called back" not in text
        assert "every letter" not in text

    def test_nothing_is_left(self, client, question, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(url(question, "erase/"))

        assert (response.status_code, response.url) == (303, url(question))
        row = Question.objects.values().get()
        personal = ("asked_title", "asked_body", "title", "body", "email", "name", "location")
        assert {name: row[name] for name in personal} == dict.fromkeys(personal, "")
        assert (row["typed"], row["spam_reason"]) == ({}, "")
        assert Image.objects.count() == 0
        assert storages["private"].listdir("")[0] == []
        assert Message.objects.filter(about=question.about).count() == 0
        assert [event.note for event in question.events.all()] == ["", ""]

    def test_erased_page_is_gone(self, client, question):
        client.post(url(question, "erase/"))

        for page in ["", "edit/", "preview/", "submit/", "withdraw/", "erase/", "end/"]:
            response = client.get(url(question, page))
            assert response.status_code == 410, page
            assert "This question was erased" in response.text
        assert client.post(url(question, "erase/")).status_code == 410

    def test_published_question_leaves_the_archive(self, client, cora):
        question = factories.published()

        assert "the public page" in client.get(url(question, "erase/")).text
        client.post(url(question, "erase/"))

        assert client.get(question.get_absolute_url()).status_code in {404, 410}

    def test_draft_can_be_erased(self, client, draft):
        question = draft()

        client.post(url(question, "erase/"))

        assert Question.objects.get().asked_body == ""

    def test_form_of_an_erased_draft_begins_anew(self, client, ask, topic):
        token = ticket(topic)
        ask(ticket=token)
        first = Question.objects.get()
        client.post(url(first, "erase/"))

        ask(ticket=token)

        assert Question.objects.latest("pk").pk != first.pk
        assert client.get(ASK).url == url(Question.objects.latest("pk"), "edit/")
        assert Session.objects.count() == 1
