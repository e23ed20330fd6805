"""The preview, live and as a page."""

import pytest

from tests.qa.desk.forms import post, rows, sent, url

pytestmark = pytest.mark.django_db


def test_preview_is_a_fragment_of_safe_html(desk, question):
    typed = {"answer": "**Stretch**\r\n\r\n<script>alert(1)</script> [x](javascript:alert(1))"}

    response = desk.post(url(question, "preview"), typed)

    assert response.text == (
        "<p><strong>Stretch</strong></p>\n"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1))</p>\n"
    )


def test_preview_of_nothing_is_empty(desk, question):
    assert desk.post(url(question, "preview")).text == ""


def test_preview_page_shows_what_is_typed_and_saves_nothing(desk, pictured):
    first, second = pictured.images.all()
    form = sent(
        pictured,
        title="A title as typed",
        answer="**Stretch**",
        **rows(None, {"title": "A trial", "link": "10.1002/14651858.CD009402"}),
    )
    del form[f"picture-{second.pk}-publish"]

    response = desk.post(url(pictured, "preview") + "?page", form)

    page = response.text
    pictured.refresh_from_db()
    assert response.status_code == 200
    assert "<h1>A title as typed</h1>" in page
    assert "<strong>Stretch</strong>" in page
    assert 'href="https://doi.org/10.1002/14651858.CD009402"' in page
    assert f"/images/{first.pk}/" in page
    assert f"/images/{second.pk}/" not in page
    assert pictured.title != "A title as typed"
    assert pictured.official_answer is None


def test_page_shows_what_was_changed_since_the_asker_sent_it(desk, question):
    body = question.body.replace("mostly in the left leg", "mostly in one leg")
    post(desk, question, "change", body=body)

    page = desk.get(url(question)).text

    assert "What changed since" in page
    assert "<del>the left </del><ins>one </ins>" in page


def test_page_lists_what_the_same_address_asked(desk, question):
    from tests import factories

    same = factories.pending(email="Ada@Example.org")
    other = factories.pending(email="zoe@example.org")
    draft = factories.draft()

    around = desk.get(url(question)).text.split("More from this address")[1]

    assert str(same) in around
    assert str(other) not in around
    assert str(draft) not in around


def test_page_offers_published_questions_that_are_close(desk):
    from tests import factories

    close = factories.published(title="Why do calves cramp at night after walking?")
    question = factories.pending(title="My calves cramp at night after walking, why?")

    page = desk.get(url(question))

    assert page.context["similar"] == [close]
    assert f'name="similar" value="{close.pk}"' in page.text


def test_history_says_who_did_what_and_why(desk, question, cora):
    post(desk, question, "request_changes", reason="Which side?")
    question.refresh_from_db()
    question.undo(by=cora)

    page = desk.get(url(question))

    assert [(line.what, line.who, line.note) for line in page.context["history"]] == [
        ("Taken back: changes asked for", "Cora", ""),
        ("Changes asked for", "Cora", "Which side?"),
        ("Sent", "the asker", ""),
    ]
