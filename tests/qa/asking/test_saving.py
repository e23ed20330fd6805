"""What is stored while the form is being written: a draft's words, and no judgement on them."""

import pytest

from outbox.models import Message
from qa.models import Image, Question
from tests.qa.asking.conftest import ASK, WORDS, jpeg, ticket, url

pytestmark = pytest.mark.django_db

HALF = {"title": "Why", "body": "It wakes me", "email": "ada@"}


def stored() -> dict:
    return {name: Question.objects.get().typed.get(name) for name in HALF}


class TestFirst:
    def test_draft_is_made_and_kept(self, client, topic):
        data = {"ticket": ticket(topic)} | HALF

        response = client.post(f"{ASK}save/", data)

        question = Question.objects.get()
        assert response.status_code == 200
        assert response.json() == {"saved": True, "upload": url(question, "images/")}
        assert response.headers["Cache-Control"] == "private, no-store"
        assert stored() == HALF
        assert (question.status, question.topic) == ("draft", topic)

    def test_same_form_saved_again_is_the_same_draft(self, client, topic):
        data = {"ticket": ticket(topic)} | HALF
        for words in ("It wakes me", "It wakes me twice"):
            client.post(f"{ASK}save/", data | {"body": words})

        assert stored() == HALF | {"body": "It wakes me twice"}

    def test_form_itself_finds_it(self, client, topic):
        data = {"ticket": ticket(topic)} | HALF
        client.post(f"{ASK}save/", data)

        response = client.post(ASK, data | WORDS)

        question = Question.objects.get()
        assert response.url == url(question, "preview/")
        assert (question.asked_title, question.typed) == (WORDS["title"], {})

    def test_whoever_comes_back_finds_it(self, client, topic):
        data = {"ticket": ticket(topic)} | HALF
        client.post(f"{ASK}save/?title=Why", data)

        response = client.get(f"{ASK}?title=Why")

        assert response.url == url(Question.objects.get(), "edit/")
        assert client.cookies["sessionid"]["max-age"] == 14 * 24 * 3600
        assert HALF["body"] in client.get(response.url).text

    def test_quick_hands_and_robots_are_not_judged_here(self, client, topic):
        client.post(f"{ASK}save/", {"ticket": ticket(topic, 0), "website": "x"} | WORDS)

        assert Question.objects.get().spam_reason == ""

    def test_but_by_the_form_itself(self, client, topic):
        data = {"ticket": ticket(topic, 0)} | WORDS
        client.post(f"{ASK}save/", data)

        client.post(ASK, data)

        assert Question.objects.get().spam_reason == "form sent back at once"

    @pytest.mark.parametrize("wrong", ["", "forged"])
    def test_form_without_its_ticket_is_not_saved(self, client, topic, wrong):
        response = client.post(f"{ASK}save/", {"ticket": wrong} | WORDS)

        assert response.status_code == 409
        assert Question.objects.count() == 0

    def test_nothing_is_saved_while_asking_is_paused(self, client, topic):
        topic.is_open = False
        topic.save()

        response = client.post(f"{ASK}save/", {"ticket": ticket(topic)} | WORDS)

        assert response.status_code == 409
        assert Question.objects.count() == 0

    @pytest.mark.usefixtures("limited")
    def test_drafts_are_limited(self, client, topic):
        for _ in range(30):
            assert client.post(f"{ASK}save/", {"ticket": ticket(topic)}).status_code == 200

        response = client.post(f"{ASK}save/", {"ticket": ticket(topic)})

        assert response.status_code == 429
        assert 3500 < int(response.headers["Retry-After"]) <= 3600
        assert Question.objects.count() == 30

    def test_only_post_saves(self, client, topic):
        assert client.get(f"{ASK}save/").status_code == 405


class TestDraft:
    def test_words_are_kept(self, client, draft):
        question = draft()

        response = client.post(url(question, "save/"), WORDS | HALF)

        assert response.json()["saved"] is True
        assert stored() == HALF

    def test_complete_words_can_be_sent(self, client, draft):
        question = draft()

        client.post(url(question, "save/"), WORDS | {"title": "What helps against cramps?"})

        question.refresh_from_db()
        assert (question.asked_title, question.typed) == ("What helps against cramps?", {})
        assert client.get(url(question, "preview/")).status_code == 200

    def test_descriptions_are_kept(self, client, draft):
        question = draft(images=jpeg())
        image = question.images.get()

        client.post(url(question, "save/"), WORDS | {f"alt_{image.pk}": "A calf"})

        assert Image.objects.get().alt == "A calf"

    def test_nothing_is_sent_or_confirmed(self, client, draft):
        question = draft(newsletter="on")

        client.post(url(question, "save/"), WORDS)

        question.refresh_from_db()
        assert (question.status, question.email_confirmed_at) == ("draft", None)
        assert Message.objects.count() == 0


@pytest.mark.parametrize("state", ["pending", "needs_changes", "withdrawn"])
def test_question_that_is_no_draft_stays_as_it_is(client, draft, cora, state):
    question = draft()
    if state == "withdrawn":
        question.withdraw()
    else:
        question.submit()
    if state == "needs_changes":
        question.request_changes(by=cora, reason="How old are you?")
    before = Question.objects.values().get()

    response = client.post(url(question, "save/"), WORDS | {"title": "Something else entirely"})

    assert response.status_code == 409
    assert Question.objects.values().get() == before


def test_saving_again_lengthens_the_time_that_this_browser_knows_it(client, topic):
    data = {"ticket": ticket(topic)} | HALF
    client.post(f"{ASK}save/?title=Why", data)
    client.cookies["sessionid"]["max-age"] = 1
    question = Question.objects.get()

    client.post(url(question, "save/"), HALF)

    assert client.cookies["sessionid"]["max-age"] == 14 * 24 * 3600
    assert client.session["drafts"] == {topic.slug: {"key": question.key, "title": "Why"}}


class TestScript:
    """Buttons at pictures answer a script with the list of pictures."""

    @pytest.mark.parametrize("act", ["rotate", "move", "remove"])
    def test_part_comes_back(self, client, draft, act):
        question = draft(images=[jpeg("a.jpg", "red"), jpeg("b.jpg", "blue")])
        first, second = question.images.all()
        data = WORDS | {"position": "1", f"alt_{second.pk}": "Blue"}

        response = client.post(
            url(question, f"images/{first.pk}/{act}/"), data, headers={"X-Requested-With": "fetch"}
        )

        left = [image.pk for image in question.images.all()]
        assert response.status_code == 200
        assert left == {"move": [second.pk, first.pk], "remove": [second.pk]}.get(
            act, [first.pk, second.pk]
        )
        assert 'value="Blue"' in response.text
        assert "<form" not in response.text


def test_newsletter_is_asked_for_above_the_button_and_unticked(client, topic):
    text = client.get(ASK).text

    box, button = text.index('name="newsletter"'), text.index("button--large")
    assert box < button
    assert "checked" not in text[box - 100 : box + 100]
    assert "<legend>The newsletter" in text


def test_only_a_draft_is_saved_while_it_is_written(client, draft):
    question = draft()
    assert f'data-autosave="{url(question, "save/")}"' in client.get(url(question, "edit/")).text
    question.submit()
    assert "data-autosave" not in client.get(url(question, "edit/")).text
