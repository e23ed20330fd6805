"""What is typed and not saved: kept for one curator, back on the next visit, never lost."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from qa import housekeeping
from qa.desk import unsaved
from qa.models import Question, UnsavedEdit
from tests import factories
from tests.qa.desk.forms import post, row, sent, url

pytestmark = pytest.mark.django_db
TYPED = "An answer that took twenty minutes."


def kept(question) -> list[tuple]:
    rows = UnsavedEdit.objects.filter(question=question)
    return [(edit.by.display_name, edit.fields["answer"], edit.revision) for edit in rows]


def test_autosave_keeps_the_text_for_its_curator_alone(desk, second_desk, question):
    before = row(question)

    response = post(desk, question, "autosave", answer=TYPED, note="Dear Ada")

    edit = UnsavedEdit.objects.get()
    assert response.json()["saved"] == timezone.localtime(edit.saved_at).strftime("%H:%M")
    assert kept(question) == [("Cora", [TYPED], question.revision)]
    assert row(question) == before
    page = desk.get(url(question))
    assert page.context["form"]["answer"].value() == TYPED
    assert page.context["form"]["note"].value() == "Dear Ada"
    assert "What you typed and did not save is back" in page.text
    assert TYPED not in second_desk.get(url(question)).text


def test_autosave_of_what_is_stored_keeps_nothing(desk, question):
    post(desk, question, "autosave", answer=TYPED)

    assert post(desk, question, "autosave").json()["saved"] == ""
    assert kept(question) == []


def test_pictures_and_sources_are_kept_too(desk, pictured):
    first = pictured.images.first()
    fields = {
        f"picture-{first.pk}-alt": "Left calf",
        "references-TOTAL_FORMS": "1",
        "references-INITIAL_FORMS": "0",
        "references-0-title": "A trial",
        "references-0-link": "10.1002/x",
    }

    post(desk, pictured, "autosave", **fields)

    sheet = desk.get(url(pictured)).context["sheet"]
    assert sheet.pictures[0][1]["alt"].value() == "Left calf"
    assert sheet.references[0]["title"].value() == "A trial"


@pytest.mark.parametrize("act", ["change", "publish", "decline", "spam"])
def test_saved_decision_ends_the_draft(desk, question, act):
    post(desk, question, "autosave", answer="Beginnings")

    response = post(desk, question, act, answer=TYPED)

    assert response.status_code == 302
    assert kept(question) == []


def test_discard_throws_it_away(desk, question):
    post(desk, question, "autosave", answer=TYPED)

    page = desk.post(url(question, "discard"), follow=True)

    assert kept(question) == []
    assert TYPED not in page.text


def test_draft_older_than_the_row_shows_what_differs(desk, second_desk, question):
    post(desk, question, "autosave", answer=TYPED)
    post(second_desk, question, "change", answer="Cleo's answer.")

    page = desk.get(url(question))

    assert page.status_code == 200
    assert "This question has changed since you typed" in page.text
    assert page.context["form"]["answer"].value() == TYPED
    assert [change.name for change in page.context["sheet"].conflicts()] == ["answer"]


def test_conflict_keeps_the_text_and_may_take_the_stored_one(desk, second_desk, question):
    loaded = sent(question, answer="Cleo's answer.", title="Cleo's title for it")
    post(desk, question, "change", answer=TYPED, title="Cora's title for it")
    refused = second_desk.post(url(question, "publish"), loaded)
    seen = loaded | {"revision": refused.context["question"].revision}

    page = second_desk.post(url(question, "take"), seen | {"take": "title"}, follow=True)

    assert kept(question) == [("Cleo", ["Cleo's answer."], seen["revision"])]
    assert page.context["form"]["title"].value() == "Cora's title for it"
    assert page.context["form"]["answer"].value() == "Cleo's answer."
    assert "Take the stored answer" in page.text
    decided = seen | {"title": "Cora's title for it"}
    assert second_desk.post(url(question, "publish"), decided).status_code == 302
    question.refresh_from_db()
    assert question.official_answer.body == "Cleo's answer."


@pytest.mark.parametrize("what", ["sources", "pictures"])
def test_stored_pictures_and_sources_can_be_taken(desk, pictured, what):
    first = pictured.images.first()
    fields = {
        f"picture-{first.pk}-alt": "Left calf",
        "references-TOTAL_FORMS": "1",
        "references-INITIAL_FORMS": "0",
        "references-0-title": "A trial",
    }

    page = post(desk, pictured, "take", answer=TYPED, take=what, **fields)

    sheet = desk.get(page.url).context["sheet"]
    assert [change.name for change in sheet.conflicts()] == [
        "answer",
        "pictures" if what == "sources" else "sources",
    ]
    assert not sheet.is_outdated


def test_text_for_a_settled_question_is_kept_with_a_way_on(desk, second_desk, question):
    loaded = sent(question, answer=TYPED)
    post(second_desk, question, "decline")

    refused = desk.post(url(question, "publish"), loaded)

    assert refused.status_code == 409
    assert f"{TYPED}</textarea>" in refused.text
    assert "Undo that decision and go on" in refused.text
    assert kept(question) == [("Cora", [TYPED], loaded["revision"])]
    post(second_desk, question, "undo")
    assert desk.get(url(question)).context["form"]["answer"].value() == TYPED


def test_undo_keeps_what_was_typed(desk, cora):
    question = factories.published(by=cora)
    typed = sent(question, answer=TYPED)

    page = desk.post(url(question, "undo"), typed, follow=True)

    question.refresh_from_db()
    assert question.status == "pending"
    assert page.context["form"]["answer"].value() == TYPED
    assert "has changed since" not in page.text


def test_autosave_after_a_decision_is_refused(desk, question):
    typed = sent(question, answer=TYPED)
    post(desk, question, "decline")

    assert desk.post(url(question, "autosave"), typed).status_code == 409
    assert kept(question) == []


@pytest.mark.parametrize("text", ["a\x00b", b"\xed\xa0\x80", "\u202eabc", "x" * 50_000])
def test_odd_text_is_no_fault(desk, question, text):
    assert post(desk, question, "autosave", answer=text).status_code == 200
    assert desk.get(url(question)).status_code == 200


def test_too_much_is_not_kept(desk, question):
    assert post(desk, question, "autosave", answer="x" * 200_001).json()["saved"] == ""
    assert kept(question) == []


def page_of(desk, question) -> dict:
    """What the form of the loaded page carries, with its seal."""
    return sent(question, answer=TYPED, kept_for=desk.get(url(question)).context["kept_for"])


@pytest.mark.parametrize("act", ["change", "publish", "autosave"])
def test_text_sent_after_the_sign_in_ran_out_is_there_on_return(desk, cora, question, act):
    typed = page_of(desk, question)
    desk.logout()

    refused = desk.post(url(question, act), typed)

    assert (refused.status_code, refused.url.split("?")[0]) == (302, "/admin/login/")
    assert kept(question) == [("Cora", [TYPED], question.revision)]
    desk.force_login(cora, "allauth.account.auth_backends.AuthenticationBackend")
    assert desk.get(url(question)).context["form"]["answer"].value() == TYPED


def test_text_of_a_page_from_before_a_new_sign_in_is_kept(desk, cora, question):
    typed = page_of(desk, question)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cora, "allauth.account.auth_backends.AuthenticationBackend")

    refused = strict.post(url(question, "publish"), typed)

    assert refused.status_code == 403
    assert f"{question.reference_number} has it all" in refused.text
    assert kept(question) == [("Cora", [TYPED], question.revision)]


@pytest.mark.parametrize("seal", ["", "x", "other question"])
def test_without_its_seal_nothing_is_kept_for_anybody(client, cora, question, seal):
    if seal == "other question":
        seal = signing.dumps([cora.pk, question.pk], salt="another purpose")

    client.post(url(question, "publish"), sent(question, answer=TYPED, kept_for=seal))

    assert UnsavedEdit.objects.count() == 0


def test_seal_ends_after_14_days(client, cora, question, monkeypatch):
    seal = unsaved.seal(cora, question)
    monkeypatch.setattr(unsaved, "SEAL_HOLDS", timedelta(seconds=-1))

    client.post(url(question, "publish"), sent(question, answer=TYPED, kept_for=seal))

    assert UnsavedEdit.objects.count() == 0


def test_purge_unsaved_edits_after_30_days(cora, question):
    for days, by in [(31, cora), (29, factories.curator("Cleo"))]:
        then = timezone.now() - timedelta(days=days)
        UnsavedEdit.objects.create(question=question, by=by, revision=0, saved_at=then)

    assert housekeeping.purge_unsaved_edits() == 1
    assert UnsavedEdit.objects.get().by != cora
    assert Question.objects.filter(pk=question.pk).exists()


def enter(page) -> str:
    """Where a form goes when Enter is pressed in a field: to its first button (HTML 4.10.21.2)."""
    button = re.search(r"<button(?![^>]*type=)[^>]*>", page[page.index('id="answer"') :])[0]
    found = re.search(r'formaction="([^"]+)"', button)
    return found[1] if found else ""


def test_enter_in_a_field_of_a_published_question_changes_nothing_public(desk, cora):
    question = factories.published(by=cora)
    before = row(question)
    target = enter(desk.get(url(question)).text)

    response = desk.post(target, sent(question, title="A title only half mended"))

    assert target == url(question, "keep")
    assert row(question) == before
    assert kept(question) == [("Cora", [question.official_answer.body], question.revision)]
    page = desk.get(response.url)
    assert page.context["form"]["title"].value() == "A title only half mended"


def test_enter_in_a_field_of_what_waits_saves_the_draft(desk, question):
    page = desk.get(url(question)).text
    assert (enter(page), page.count(">Save draft<")) == ("", 2)


def test_number_to_merge_into_is_no_part_of_a_draft(desk, question):
    post(desk, question, "autosave", answer=TYPED, target="Q-000099")
    assert desk.get(url(question)).context["form"]["target"].value() in {None, ""}

    page = desk.get(post(desk, question, "change", answer=TYPED, target="Q-000099").url)

    assert page.context["form"]["target"].value() in {None, ""}
    assert "It is not merged into Q-000099" in page.text
    post(desk, question, "autosave", answer=TYPED, target="99")
    assert kept(question) == []
