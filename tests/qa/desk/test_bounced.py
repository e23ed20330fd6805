"""The desk says when the asker's mailbox does not take our mail."""

import pytest
from django.utils import timezone

from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_mail_that_came_back_is_marked_on_its_question_alone(desk):
    back, fine = factories.pending(), factories.pending(email="bea@example.org")
    Message.objects.filter(about=back.about).update(bounced_at=timezone.now())
    words = "Mail to this address came back."

    assert words in desk.get(f"/admin/qa/question/{back.pk}/change/").text
    assert words not in desk.get(f"/admin/qa/question/{fine.pk}/change/").text
