"""Redaction, pictures and known answers on the answer page: everything typed stays."""

import pytest
from django.core.files.storage import storages

from outbox.models import Message
from qa.desk.sheet import Sheet
from qa.models import Image, UnsavedEdit
from tests import factories
from tests.qa.desk.forms import post, url

pytestmark = pytest.mark.django_db
BODY = "Is quinine safe for my calves?\n\nThanks,\nSheila Oduya\nsheila@example.org"


@pytest.fixture
def telling(db):
    """A question that tells who asked it, in the text and in a picture's description."""
    question = factories.draft(asked_body=BODY, body=BODY)
    Image(question=question, alt="Sheila Oduya’s calf").store(factories.picture())
    question.submit()
    return question


def test_personal_details_are_marked_in_the_askers_words(desk, telling):
    page = desk.get(url(telling)).text

    assert '<mark title="Name">Sheila Oduya</mark>' in page
    assert '<mark title="E-mail address">sheila@example.org</mark>' in page
    assert 'name="redact" value="name:Sheila Oduya"' in page
    assert page.count('name="redact" value="e-mail:sheila@example.org"') == 1


def test_one_detail_is_replaced_and_nothing_saved(desk, telling):
    page = post(desk, telling, "redact", answer="Yes.", redact="name:Sheila Oduya")

    form = desk.get(page.url).context["form"]
    assert form["body"].value() == BODY.replace("Sheila Oduya", "[name]")
    assert form["answer"].value() == "Yes."
    telling.refresh_from_db()
    assert (telling.body, telling.official_answer) == (BODY, None)


def test_all_details_are_replaced_in_text_and_pictures(desk, telling):
    page = desk.get(post(desk, telling, "redact", redact="all").url)

    sheet = page.context["sheet"]
    assert sheet.form["body"].value().endswith("Thanks,\n[name]\n[e-mail address]")
    assert sheet.pictures[0][1]["alt"].value() == "[name]’s calf"
    assert page.context["details"] == []
    assert 'name="redact"' not in page.text


@pytest.mark.parametrize("value", ["", "name:", "shoe size:9", "x" * 5000, "name:(", "all:x"])
def test_forged_redaction_is_no_fault(desk, telling, value):
    assert post(desk, telling, "redact", redact=value).status_code == 302


def test_autosave_tells_which_details_stand_in_the_text_now(desk, question):
    answer = post(desk, question, "autosave", body="My name is Xiomara and my calves cramp.")

    assert "name:Xiomara" in answer.json()["details"]


def test_turned_picture_stays_turned_and_the_text_is_kept(desk, pictured):
    image = pictured.images.first()
    width, height = image.width, image.height
    address = url(pictured).replace("change/", f"images/{image.pk}/rotate/")

    page = desk.post(address, {"answer": "Twenty minutes’ work", "title": "Typed title here"})

    image.refresh_from_db()
    assert (image.rotation, image.width, image.height) == (90, height, width)
    assert page.url.endswith(f"#picture-{image.pk}")
    assert UnsavedEdit.objects.get().fields["answer"] == ["Twenty minutes’ work"]


def test_published_picture_is_turned_in_the_archive_too(
    desk, cora, pictured, django_capture_on_commit_callbacks
):
    post(desk, pictured, "publish", answer="Stretch.")
    image = pictured.images.first()
    old = image.public_key

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url(pictured).replace("change/", f"images/{image.pk}/rotate/"))

    image.refresh_from_db()
    assert image.public_key not in {None, old}
    assert storages["public"].exists(f"{image.public_key}/{image.rendition_names[0]}")
    assert not storages["public"].exists(f"{old}/{image.rendition_names[0]}")


def test_picture_of_another_question_cannot_be_turned(desk, question, pictured):
    image = pictured.images.first()

    answer = desk.post(url(question).replace("change/", f"images/{image.pk}/rotate/"))

    assert answer.status_code == 404


def test_known_answer_is_sent_by_its_button(desk, question, cora):
    known = factories.published(by=cora)
    page = desk.get(url(question))
    assert page.context["similar"] == [known]
    assert f'name="similar" value="{known.pk}" data-key="1"' in page.text
    assert known.official_answer.html in page.text

    post(desk, question, "merge", similar=known.pk, note="This should help.")

    question.refresh_from_db()
    assert (question.status, question.merged_into) == ("merged", known)
    mail = Message.objects.get(about=question.about, purpose="decision")
    assert "This should help." in mail.text


@pytest.mark.parametrize("act", ["autosave", "discard", "redact", "take"])
def test_aids_are_for_curators_and_posts(client, desk, ben, question, act):
    assert desk.get(url(question, act)).status_code == 405
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")
    assert post(client, question, act, redact="all").status_code == 302
    assert not UnsavedEdit.objects.exists()


def test_stored_text_put_back_differs_in_nothing(question):
    post_data = {"title": "x", "body": "y", "answer": "z"}
    sheet = Sheet(question)

    for name in ["title", "body", "answer", "shoe size"]:
        sheet.put_back(post_data, name)

    assert post_data == sheet.stored
