"""Publishing stops once where personal details are left in the text; only the page asks for it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.qa.desk.forms import post, url

pytestmark = pytest.mark.django_db
BODY = "Is quinine safe for my calves?\n\nThanks,\nSheila Oduya\nsheila@example.org"
PAGE = {"details_asked": "1", "answer": "Ask your doctor first."}


@pytest.fixture
def telling(db):
    return factories.pending(asked_body=BODY, body=BODY)


def seen(page) -> list[str]:
    return re.findall(r'name="detail_seen" value="([^"]*)"', page.text)


def test_first_press_shows_what_is_left_and_the_second_publishes(desk, telling):
    assert 'name="details_asked" value="1"' in desk.get(url(telling)).text

    page = post(desk, telling, "publish", **PAGE)

    telling.refresh_from_db()
    assert (page.status_code, telling.status) == (422, "pending")
    assert "2 likely personal details are still in the text" in page.text
    assert "Publish again to leave them in" in page.text
    assert seen(page) == ["name:Sheila Oduya", "e-mail:sheila@example.org"]
    assert page.context["form"]["answer"].value() == PAGE["answer"]

    post(desk, telling, "publish", **PAGE, detail_seen=seen(page))
    telling.refresh_from_db()
    assert (telling.status, telling.body) == ("published", BODY)


def test_what_was_not_among_the_seen_stops_it_again(desk, telling):
    page = post(desk, telling, "publish", **PAGE, detail_seen=["name:Sheila Oduya"])
    assert page.status_code == 422
    body = "Is quinine safe for my calves?\n\nThanks, sheila@example.org"
    fewer = ["name:Sheila Oduya", "e-mail:sheila@example.org"]
    page = post(desk, telling, "publish", **PAGE, body=body, detail_seen=fewer)
    assert page.status_code == 302


def test_bare_post_publishes_at_once(desk, telling):
    assert post(desk, telling, "publish", answer="Ask your doctor first.").status_code == 302
    telling.refresh_from_db()
    assert telling.status == "published"


def test_private_answer_asks_nothing_and_a_plan_does(desk, telling, question):
    tomorrow = timezone.localtime() + timedelta(days=1)
    far = {"publish_at": tomorrow.strftime("%Y-%m-%d %H:%M")}
    assert "still in the text" in post(desk, telling, "schedule", **PAGE, **far).text
    assert post(desk, telling, "answer_privately", **PAGE).status_code == 302
    assert post(desk, question, "publish", **PAGE).status_code == 302
