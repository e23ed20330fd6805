"""The asker's forms need no cookie where the browser says whose page they stood on."""

import pytest
from django.test import Client

from qa.models import Question
from tests.faults.ada import ASK, Ada

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "http://testserver", "https://other.example"


@pytest.fixture
def ada(topic):
    ada = Ada(topic)
    ada.client = Client(enforce_csrf_checks=True)
    return ada


def test_form_without_cookies_is_taken_from_our_own_page(ada):
    sent = ada.client.post(ASK, ada.words, headers={"Origin": HERE})
    ada.client.cookies.clear()
    submit = sent.url.replace("preview", "submit")

    assert sent.status_code == 303
    assert ada.client.post(submit, headers={"Origin": HERE}).status_code == 303
    assert Question.objects.get().status == "pending"


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", "http://testserver.other.example", ""])
def test_form_from_elsewhere_is_refused(ada, origin):
    response = ada.client.post(ASK, ada.words, headers={"Origin": origin})

    assert response.status_code == 403
    assert not Question.objects.exists()


def test_form_from_elsewhere_is_refused_with_its_token_too(ada):
    token = ada.client.get(ASK).context["csrf_token"]
    data = ada.words | {"csrfmiddlewaretoken": str(token)}

    assert ada.client.post(ASK, data, headers={"Origin": ELSEWHERE}).status_code == 403


def test_browser_that_names_no_page_needs_its_token(ada):
    token = ada.client.get(ASK).context["csrf_token"]
    data = ada.words | {"csrfmiddlewaretoken": str(token)}

    assert ada.client.post(ASK, ada.words).status_code == 403
    assert ada.client.post(ASK, data).status_code == 303


def test_other_forms_of_the_site_keep_the_check_by_cookie(ada):
    response = ada.client.post("/accounts/login/", {}, headers={"Origin": HERE})

    assert response.status_code == 403
