import pytest

from qa.models import Image
from tests import factories


@pytest.fixture
def question(cora):
    question = factories.pending()
    Image(question=question).store(factories.picture())
    question.edit(by=cora, title=question.title, body=question.body, answer="Yes.")
    question.publish(by=cora)
    return question


@pytest.fixture
def path(question) -> str:
    return question.images.get().public_links.src


def test_picture_is_served_for_a_minute(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.content.startswith(b"\xff\xd8\xff")
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


def test_webp_is_served_as_webp(client, path):
    response = client.get(path.replace(".jpg", ".webp"))
    assert response.headers["Content-Type"] == "image/webp"
    assert response.content[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("request_header", "answer_header"),
    [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")],
)
def test_picture_answers_304(client, path, request_header, answer_header):
    seen = client.get(path).headers[answer_header]
    response = client.get(path, headers={request_header: seen})
    assert (response.status_code, response.content) == (304, b"")


def test_picture_may_stand_in_letters_and_feeds_that_others_show(client, path):
    def policy(address):
        return client.get(address)["Cross-Origin-Resource-Policy"]

    assert policy(path) == "same-origin"
    assert policy(path.replace("/media/", "/pictures/")) == "cross-origin"


def test_picture_is_gone_once_unpublished(
    client, question, path, cora, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        question.unpublish(by=cora)
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 404


def test_private_master_has_no_address(client, question, path):
    image = question.images.get()
    for name in ("master.jpg", "640.jpg", "640.png", "../640.jpg", "x.jpg", "640.jpg.webp"):
        assert client.get(f"/media/{image.key}/{name}").status_code == 404
    assert client.get(f"/media/{image.public_key}/master.jpg").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("../../private/x/640.jpg", "..%2f..%2fprivate%2fx/640.jpg", "%2e%2e/640.jpg"),
        *("a" * 32 + "/640.jpg", "a" * 5000 + "/640.jpg", "x\x00/640.jpg", "é" * 30 + "/1.jpg"),
        *("a" * 32 + "/٦.jpg", "a" * 32 + "/640.jpg\n"),
    ],
)
def test_addresses_that_are_none_are_not_found(client, db, path):
    assert client.get(f"/media/{path}").status_code == 404
