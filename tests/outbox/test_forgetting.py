"""Live links and codes of accounts do not lie in the database after they were sent."""

import pytest

from outbox import mail
from outbox.delivery import deliver_due
from outbox.models import Message
from tests.outbox.conftest import make_due

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture
def code(write):
    return write(purpose="account", text="BCDF-GHJK\n", html="<p>BCDF-GHJK</p>", about="user:1")


def words():
    return Message.objects.values_list("status", "text", "html").get()


def test_a_code_is_forgotten_once_it_is_handed_over(smtp, code):
    assert deliver_due().sent == 1

    assert "BCDF-GHJK" in smtp.only().get_body(["plain"]).get_content()
    assert words() == ("sent", "", "")


def test_a_code_is_kept_until_the_server_takes_it(smtp, code):
    smtp.answers = {("rcpt", ADA): ["450 later"]}
    assert deliver_due().retried == 1
    assert words() == ("queued", "BCDF-GHJK\n", "<p>BCDF-GHJK</p>")

    make_due()
    assert deliver_due().sent == 1
    assert words() == ("sent", "", "")


def test_a_refused_code_is_forgotten_and_not_tried_again(smtp, code):
    smtp.answers = {("rcpt", ADA): ["550 nobody"]}
    assert deliver_due().failed == 1
    assert words() == ("failed", "", "")

    assert Message.objects.all().try_again() == 0


def test_a_cancelled_code_is_forgotten(code):
    assert mail.cancel("user:1") == 1
    assert words() == ("cancelled", "", "")


def test_other_mail_keeps_its_words(smtp, write):
    write(text="Good day.\n")
    assert deliver_due().sent == 1
    assert words() == ("sent", "Good day.\n", "")
