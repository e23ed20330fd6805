"""The owner hears of stuck mail: soon, once a day, and not by a storm."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from outbox.delivery import deliver_due
from outbox.models import Message
from outbox.notices import NOTICE, tell_owner
from tests.outbox.postoffice import DROP

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return get_user_model().objects.create_superuser("owner@example.org")


def notices():
    return Message.objects.filter(purpose=NOTICE).order_by("pk")


def test_fifty_failures_are_one_notice(smtp, write, owner):
    for number in range(50):
        address = f"reader{number}@example.org"
        smtp.answers["rcpt", address] = ["550 nobody"]
        write(to=address)
    write(to="ada@example.org", bulk=True)
    smtp.answers["data", "ada@example.org"] = [DROP]
    deliver_due(limit=60)

    assert [tell_owner() for _ in range(5)] == [1, 0, 0, 0, 0]

    notice = notices().get()
    assert notice.to == "owner@example.org"
    assert "50 mails could not be delivered" in notice.text
    assert "1 letter may or may not have arrived" in notice.text
    assert "https://askwell.example/admin/outbox/message/?status__exact=failed" in notice.text
    assert "reader0" not in notice.text + notice.html


def test_the_next_day_tells_only_what_is_new(smtp, write, owner):
    smtp.answers["rcpt", "ada@example.org"] = ["550 nobody"] * 2
    write()
    deliver_due()
    tell_owner()
    earlier = timezone.now() - timedelta(days=1, minutes=1)
    Message.objects.filter(purpose="test").update(handed_over_at=earlier)
    notices().update(created_at=earlier, dedupe_key="yesterday")
    assert tell_owner() == 0

    write()
    deliver_due()
    assert tell_owner() == 1
    assert "1 mail could not be delivered" in notices().last().text


def test_a_notice_that_fails_breeds_no_notice(smtp, write, owner):
    smtp.answers["rcpt", "ada@example.org"] = ["550 nobody"]
    smtp.answers["rcpt", "owner@example.org"] = ["550 nobody"]
    write()
    deliver_due()
    tell_owner()
    deliver_due()
    Message.objects.filter(purpose="test").delete()
    notices().update(created_at=timezone.now() - timedelta(days=2), dedupe_key=None)

    assert tell_owner() == 0


def test_nothing_stuck_is_no_notice(smtp, write, owner):
    write()
    deliver_due()
    assert tell_owner() == 0
