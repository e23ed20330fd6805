"""No picture becomes public that no curator has seen."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from qa.models import Image, Question
from qa.models.deciding import CLAIM
from tests import factories
from tests.qa.asking.conftest import jpeg
from tests.qa.asking.conftest import url as asked
from tests.qa.desk.forms import sent, url

ANSWER = "Stretch the calf."


@pytest.fixture
def page(desk, pictured):
    """The answer page as Cora loaded it; her claim has ended since."""
    desk.get(url(pictured))
    Question.objects.update(claimed_at=F("claimed_at") - CLAIM - timedelta(minutes=1))
    return sent(pictured, answer=ANSWER)


def add(question, last):
    return Client().post(asked(question, "images/"), {"images": jpeg(colour="teal")})


def rotate(question, last):
    return Client().post(asked(question, f"images/{last.pk}/rotate/"))


def move(question, last):
    return Client().post(asked(question, f"images/{last.pk}/move/"), {"position": 0})


def remove(question, last):
    return Client().post(asked(question, f"images/{last.pk}/remove/"))


@pytest.mark.django_db
@pytest.mark.parametrize("change", [add, rotate, move, remove])
def test_publishing_waits_where_the_asker_changed_the_pictures(desk, pictured, page, change):
    change(pictured, pictured.images.last())

    response = desk.post(url(pictured, "publish"), page)

    pictured.refresh_from_db()
    assert response.status_code == 409
    assert pictured.status == "pending"
    assert not Image.objects.exclude(public_key=None).exists()


@pytest.mark.django_db
def test_new_picture_is_published_once_it_was_shown(desk, pictured, page):
    add(pictured, None)
    desk.post(url(pictured, "publish"), page)

    response = desk.post(url(pictured, "publish"), sent(pictured, answer=ANSWER))

    assert response.status_code == 302
    assert pictured.images.exclude(public_key=None).count() == 3


@pytest.mark.django_db
def test_page_with_other_pictures_is_outdated_whatever_its_number_says(desk, pictured, page):
    image = Image(question=pictured, order=2)
    image.store(factories.picture(colour="teal"))

    response = desk.post(url(pictured, "publish"), page)

    assert response.status_code == 409
    assert not Image.objects.exclude(public_key=None).exists()


@pytest.mark.django_db
def test_request_that_names_no_pictures_publishes_none(desk, pictured):
    response = desk.post(url(pictured, "publish"), {"answer": ANSWER})

    assert response.status_code == 409
    assert not Image.objects.exclude(public_key=None).exists()


@pytest.mark.django_db
def test_picture_that_was_published_while_it_was_turned_stays_as_it_is(cora, pictured):
    image = pictured.images.first()
    before = image.key

    def publish_first():
        pictured.edit(by=cora, title=pictured.title, body=pictured.body, answer=ANSWER)
        pictured.publish(by=cora)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        image.rotate(lock=publish_first)

    image.refresh_from_db()
    assert image.key == before
    assert image.open(image.rendition_names[0]).read()
