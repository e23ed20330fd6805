import html
import re

import pytest
from django.test import Client

from accounts.models import Session
from qa.models import Question
from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, errors, ticket, url

pytestmark = pytest.mark.django_db


def test_form_makes_no_row(client, topic):
    response = client.get(ASK)

    assert response.status_code == 200
    assert Question.objects.count() == 0
    assert Session.objects.count() == 0


def test_form_takes_the_line_of_the_topic_page(client, topic):
    response = client.get(ASK, {"title": "  Why do   my calves cramp? \n"})

    assert 'name="title" value="Why do my calves cramp?"' in response.text


def test_form_has_the_fields_of_the_contract(client, topic):
    names = set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', client.get(ASK).text))

    assert names >= {*WORDS, "images", "newsletter"}
    assert names - {*WORDS, "images", "newsletter"} == {
        "q",
        "csrfmiddlewaretoken",
        "ticket",
        "website",
        "alt_new",
    }


def test_newsletter_is_apart_and_unticked(client, topic):
    text = client.get(ASK).text

    assert "checked" not in text
    assert re.search(r"<legend>The newsletter[^/]*</span></legend>.*newsletter", text, re.S)


def test_valid_form_leads_to_the_check_page(ask):
    response = ask()

    question = Question.objects.get()
    assert (response.status_code, response.url) == (303, url(question, "preview/"))
    assert question.status == "draft"
    assert question.asked_title == question.title == WORDS["title"]
    assert question.asked_body == question.body == WORDS["body"]
    assert (question.email, question.name, question.location) == (
        "ada@example.org",
        "Ada",
        "Leeds",
    )
    assert question.guidelines == factories.guidelines()
    assert question.wants_newsletter is False


WRONG = {
    "no title": ("title", "", "Enter your question in one line."),
    "title of nine": (
        "title",
        "ninechars",
        "“Your question in one line” is too short: it has 9 characters and needs at least 10.",
    ),
    "title of 151": (
        "title",
        "x" * 151,
        "“Your question in one line” is too long: it has 151 characters and may have at most 150.",
    ),
    "no details": ("body", " \n ", "Enter the details of your question."),
    "details of one": (
        "body",
        "x",
        "“The details” is too short: it has 1 character and needs at least 20.",
    ),
    "details of 10,001": (
        "body",
        "x" * 10_001,
        "“The details” is too long: it has 10,001 characters and may have at most 10,000.",
    ),
    "no address": (
        "email",
        "",
        "Enter your e-mail address, so that the answer can reach you.",
    ),
    "half an address": (
        "email",
        "ada@",
        "Enter an e-mail address in the usual form, like name@example.org.",
    ),
    "two addresses": (
        "email",
        "ada@example.org,otto@example.org",
        "Enter an e-mail address in the usual form, like name@example.org.",
    ),
    "an address with a header": (
        "email",
        "ada@example.org\nBcc: otto@example.org",
        "Enter an e-mail address in the usual form, like name@example.org.",
    ),
    "an endless address": (
        "email",
        f"ada@{'x.' * 130}org",
        "Enter an e-mail address in the usual form, like name@example.org.",
    ),
    "an address on this machine": (
        "email",
        "ada@localhost",
        "Enter an e-mail address whose part after the @ is a name with a dot, like example.org. No "
        "mail of ours reaches “localhost”.",
    ),
    "an address without a name": (
        "email",
        "ada@[127.0.0.1]",
        "Enter an e-mail address whose part after the @ is a name with a dot, like example.org. No "
        "mail of ours reaches “[127.0.0.1]”.",
    ),
    "letters that few servers take": (
        "email",
        "ü@exämple.com",
        "Before the @, an e-mail address may only have the letters a to z, without accents, digits "
        "and signs such as the dot. Enter one that has.",
    ),
    "a long name": (
        "name",
        "A" * 81,
        "“Your name” is too long: it has 81 characters and may have at most 80.",
    ),
    "a long place": (
        "location",
        "L" * 81,
        "“Your place” is too long: it has 81 characters and may have at most 80.",
    ),
    "no agreement": (
        "guidelines",
        None,
        "Tick the box to say that you agree to the guidelines.",
    ),
}


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_field_is_named_and_everything_is_kept(ask, client, name, value, sentence):
    response = ask(**{name: value})

    assert response.status_code == 422
    assert errors(response) == {name: [sentence]}
    text = html.unescape(response.text)
    assert f'<a href="#id_{name}">{sentence}</a>' in text
    assert f"Error:</span> {sentence}</p>" in text
    assert "<title>Error: Ask a question" in text
    assert_typed(response, WORDS | {name: value})
    question = Question.objects.get()
    assert f'action="{url(question, "edit/")}"' in text
    assert_typed(client.get(url(question, "edit/")), WORDS | {name: value})


def assert_typed(response, words: dict) -> None:
    form = response.context["form"]
    for name, typed in words.items():
        shown = (
            form[name].value()
            if form.is_bound
            else form.get_initial_for_field(form.fields[name], name)
        )
        expected = bool(typed) if name == "guidelines" else " ".join((typed or "").split())
        assert (" ".join(shown.split()) if isinstance(shown, str) else shown) == expected, name


def test_line_end_counts_as_one_character(ask):
    body = "\r\n".join(["x" * 99] * 100)

    assert ask(body=body).status_code == 303
    assert len(Question.objects.get().asked_body) == 9_999


def test_title_of_ten_and_of_150_are_taken(ask):
    assert ask(title="x" * 10).status_code == 303
    assert ask(title="ä" * 150).status_code == 303


def test_error_summary_takes_focus_and_says_the_same_words(ask):
    text = ask(title="", email="").text

    summary = text[text.index('class="error-summary"') :].partition("</ul>")[0]
    assert "data-autofocus" in summary
    assert re.findall(r'href="#(\w+)">([^<]+)<', summary) == [
        ("id_title", "Enter your question in one line."),
        ("id_email", "Enter your e-mail address, so that the answer can reach you."),
    ]
    assert text.count("Enter your question in one line.") == 2


def test_corrected_form_goes_on(ask, client):
    ask(title="Cramps")
    question = Question.objects.get()

    response = client.post(url(question, "edit/"), WORDS)

    assert (response.status_code, response.url) == (303, url(question, "preview/"))
    question.refresh_from_db()
    assert question.asked_title == WORDS["title"]
    assert question.typed == {}
    assert Question.objects.count() == 1


def test_nul_and_other_controls_are_left_out(ask):
    assert (
        ask(
            title="Why do\x00 my calves\x02 cramp?", body="Since \x00May,\x1b at night.\ufffe"
        ).status_code
        == 303
    )

    question = Question.objects.get()
    assert question.asked_title == "Why do my calves cramp?"
    assert question.asked_body == "Since May, at night."


def test_without_guidelines_nothing_is_to_be_agreed(client, db):
    factories.topic()

    assert 'name="guidelines"' not in client.get(ASK).text


class TestComingBack:
    """The pages are not cached, so the browser's back button asks for the form again."""

    LINE = {"title": "Why do calves cramp?"}

    @pytest.fixture
    def question(self, client, topic):
        action = client.get(ASK, self.LINE).context["action"]
        client.post(action, {"ticket": ticket(topic)} | WORDS)
        return Question.objects.get()

    @pytest.mark.parametrize("query", [{}, LINE])
    def test_to_the_same_form(self, client, question, query):
        assert client.get(ASK, query).url == url(question, "edit/")

    def test_with_another_line(self, client, question):
        response = client.get(ASK, {"title": "Another matter"})

        assert response.status_code == 200
        assert f'href="{url(question, "edit/")}">{WORDS["title"]}</a>' in response.text

    def test_to_ask_something_else(self, client, question):
        assert client.get(ASK, {"new": "1"}).status_code == 200

    def test_after_sending(self, client, question):
        client.post(url(question, "submit/"))

        assert client.get(ASK, self.LINE).status_code == 200

    def test_in_another_browser(self, question):
        assert Client().get(ASK).status_code == 200


def test_member_need_not_type_the_address(client, topic, ben):
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")

    assert 'value="ben@example.org"' in client.get(ASK).text


def test_topic_pick_carries_the_line_on(client, topic):
    factories.topic("paused", is_open=False)

    response = client.get("/ask/", {"title": "Cramps & salt?"})

    assert f'href="{ASK}?title=Cramps+%26+salt%3F"' in response.text
    assert "/topics/paused/ask/" not in response.text


def test_unknown_topic_is_not_found(client, topic):
    assert client.get("/topics/nothing/ask/").status_code == 404
    assert client.post("/topics/nothing/ask/", WORDS).status_code == 404


class TestClosed:
    @pytest.fixture
    def paused(self, topic):
        topic.is_open, topic.paused_note = False, "Back in May."
        topic.save()

    def test_paused_topic_says_so_instead_of_the_form(self, client, paused):
        response = client.get(ASK)

        assert response.status_code == 200
        assert "Back in May." in response.text
        assert 'name="body"' not in response.text

    def test_paused_topic_gives_the_text_back(self, ask, paused):
        response = ask()

        assert response.status_code == 200
        assert "What helps?</textarea>" in response.text
        assert Question.objects.count() == 0

    def test_daily_limit_closes_the_form(self, client, topic):
        topic.daily_limit = 1
        topic.save()
        factories.pending(topic=topic)

        assert "Please come back tomorrow." in client.get(ASK).text

    def test_draft_outlives_the_pause(self, draft, client, topic):
        question = draft()
        topic.is_open = False
        topic.save()

        response = client.post(url(question, "submit/"))

        question.refresh_from_db()
        assert question.status == "draft"
        assert "Your draft is kept for 14 days" in response.text


def test_line_too_long_for_a_title_is_cut_between_words_and_whole_below(client, topic):
    line = "My calves cramp every night since I stopped the tablets, " * 4
    text = html.unescape(client.get(ASK, {"title": line}).text)

    title = re.search(r'name="title"[^>]* value="([^"]*)"', text)[1]
    body = re.search(r'<textarea[^>]* name="body"[^>]*>([^<]*)</textarea>', text)[1]
    assert line.startswith(title + " ")
    assert 140 < len(title) <= 150
    assert body.strip() == line.strip()


@pytest.mark.parametrize("line", ["Why salt?", "x" * 150])
def test_line_that_is_a_title_leaves_the_text_empty(client, topic, line):
    text = client.get(ASK, {"title": line}).text
    assert f'value="{line}"' in text
    assert re.search(r'<textarea[^>]* name="body"[^>]*>\s*</textarea>', text)
