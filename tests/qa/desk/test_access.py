"""Who reaches the desk: curators, and nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from qa.models import Image, Question
from tests import factories
from tests.qa.desk.forms import sent

pytestmark = pytest.mark.django_db
GETS = ["changelist", "change", "image"]
POSTS = [
    "publish",
    "answer_privately",
    "request_changes",
    "decline",
    "merge",
    "spam",
    "unpublish",
    "correct",
    "demerge",
    "move_topic",
    "assign",
    "schedule",
    "unschedule",
    "reply",
    "put_aside",
    "undo",
    "release",
    "preview",
]


def address(name: str, question: Question) -> str:
    args = [] if name == "changelist" else [question.pk]
    if name == "image":
        args += [question.images.get().pk, "640.webp"]
    return reverse(f"admin:qa_question_{name}", args=args)


@pytest.fixture
def question(db):
    question = factories.draft()
    Image(question=question).store(factories.picture())
    question.submit()
    return question


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def statuses(client, question) -> set[tuple[int, str]]:
    answers = [client.get(address(name, question)) for name in GETS]
    answers += [client.post(address(name, question), sent(question)) for name in ["change", *POSTS]]
    return {
        (answer.status_code, answer.get("Location", "").split("?")[0].split("/admin/login")[0])
        for answer in answers
    }


@pytest.mark.parametrize("mfa", [True, False])
def test_desk_sends_nobody_in_particular_to_the_sign_in(question, settings, mfa):
    settings.STAFF_MFA = mfa
    client = Client()

    assert statuses(client, question) == {(302, "")}
    login = client.get(reverse("admin:login"), {"next": "/admin/"})
    assert login.headers["Location"].startswith("/accounts/login/?next=")


def test_desk_sends_a_member_away(question, ben, settings):
    settings.STAFF_MFA = False
    client = signed_in(ben)

    assert statuses(client, question) == {(302, "")}
    assert client.get(reverse("admin:login")).status_code == 403


def test_desk_refuses_staff_without_the_role(question, settings):
    settings.STAFF_MFA = False
    client = signed_in(factories.member("Otto", is_staff=True))

    assert statuses(client, question) == {(403, "")}
    assert Question.objects.get(pk=question.pk).status == "pending"


def test_desk_lets_a_curator_in(question, desk):
    assert [desk.get(address(name, question)).status_code for name in ["changelist", "change"]] == [
        200,
        200,
    ]


def test_desk_needs_a_second_factor_from_a_curator(question, cora, settings):
    settings.STAFF_MFA = True
    client = signed_in(cora)

    assert statuses(client, question) == {(302, "")}
    assert client.get(reverse("admin:login")).headers["Location"] == reverse("mfa_index")
    assert Question.objects.get(pk=question.pk).status == "pending"

    factories.second_factor(client, cora)
    assert client.get(address("change", question)).status_code == 200


def test_desk_shows_no_draft_by_its_number(desk):
    draft = factories.draft()

    answers = [desk.get(reverse("admin:qa_question_change", args=[draft.pk]))]
    answers += [
        desk.post(reverse(f"admin:qa_question_{name}", args=[draft.pk]), {"answer": "x"})
        for name in POSTS
    ]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("name", [name for name in POSTS if name != "preview"])
def test_decision_by_get_leads_to_the_page_and_does_nothing(desk, question, name):
    response = desk.get(address(name, question))

    assert response.headers["Location"] == address("change", question)
    assert Question.objects.get(pk=question.pk).status == "pending"


def test_preview_by_get_is_refused(desk, question):
    assert desk.get(address("preview", question)).status_code == 405


@pytest.mark.parametrize("number", ["0", "abc", "9" * 30, "1%00", "１"])
def test_page_of_no_question_is_not_found(desk, number):
    assert desk.get(f"/admin/qa/question/{number}/change/").status_code == 404


def test_picture_is_served_to_curators_with_safe_headers(desk, question):
    response = desk.get(address("image", question))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("name", ["master.jpg", "641.webp", "640.svg", "..master.webp"])
def test_picture_under_another_name_is_not_found(desk, question, name):
    base = address("image", question).removesuffix("640.webp")

    assert desk.get(base + name).status_code == 404


def test_picture_of_another_question_or_of_a_draft_is_not_found(desk, question):
    image = question.images.get()
    other = factories.pending()
    draft = factories.draft()
    Image(question=draft).store(factories.picture())

    for owner, picture in [(other, image), (draft, draft.images.get())]:
        args = [owner.pk, picture.pk, "640.webp"]
        assert desk.get(reverse("admin:qa_question_image", args=args)).status_code == 404
