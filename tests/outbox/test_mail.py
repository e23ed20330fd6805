import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.mail import BadHeaderError
from django.db import IntegrityError, transaction
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from outbox.claims import claim, hand_over
from outbox.mail import cancel, cast, compose, erase, queue
from outbox.models import Message


def test_queue_writes_one_row(write):
    message = write(about="question:12", headers={"X-Kind": "Grüße"}, html="<p>Good day.</p>")

    (stored,) = Message.objects.all()
    assert stored == message
    assert stored.status == "queued"
    assert (stored.to, stored.subject, stored.text) == ("ada@example.org", "Hello", "Good day.\n")
    assert (stored.html, stored.about, stored.purpose) == (
        "<p>Good day.</p>",
        "question:12",
        "test",
    )
    assert stored.from_email == "Askwell <post@askwell.example>"
    assert stored.message_id.endswith("@askwell.example>")
    assert (stored.attempts, stored.bulk) == (0, False)


def test_transactional_mail_says_that_a_machine_wrote_it(write):
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    date = {"Date": "Sun, 01 Mar 2026 12:00:00 +0000"}
    letter = write(bulk=True, not_before=moment, headers={"List-Id": "<letter.askwell.example>"})

    assert write(not_before=moment).headers == {**date, "Auto-Submitted": "auto-generated"}
    assert letter.headers == {**date, "List-Id": "<letter.askwell.example>"}


EVIL = "x\r\nBcc: otto@example.org"


@pytest.mark.parametrize(
    "field",
    [{"to": f"ada@example.org{EVIL}"}, {"subject": EVIL}, {"reply_to": f"ada@example.org{EVIL}"},
     {"from_email": f"ada@b.org{EVIL}"}, {"headers": {"X-A": EVIL}}, {"headers": {EVIL: "x"}}],
)  # fmt: skip
def test_queue_refuses_header_injection_through_every_field(write, field):
    with pytest.raises(BadHeaderError):
        write(**field)
    assert not Message.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("field", [{"to": "a@b.org\nc@d.org"}, {"to": "ada"}, {"subject": "a\nb"}])
def test_the_database_refuses_them_too(field):
    row = {"to": "ada@example.org", "from_email": "post@askwell.example", "purpose": "test"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(**{**row, **field})


@pytest.mark.parametrize("text", ["NUL \x00", "surrogate \ud800"])
def test_queue_stores_text_that_a_database_or_a_mail_could_not_hold(write, text):
    message = write(text=text)

    message.refresh_from_db()
    assert message.text.rstrip("?\N{REPLACEMENT CHARACTER}") == text[:-1]


def test_queue_twice_with_one_key_is_one_row(write):
    first = write(dedupe_key="issue:3:subscriber:9")
    second = write(dedupe_key="issue:3:subscriber:9", subject="Other")

    assert first == second
    assert second.subject == "Hello"
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_queue_in_a_transaction_that_rolls_back_leaves_no_mail():
    with transaction.atomic():
        queue(to="ada@example.org", subject="Hello", text="Good day.", purpose="test")
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_compose_renders_subject_text_and_html(templates):
    templates["emails/answered.txt"] = (
        "Subject: Re: {{ title }}\n\n\n\n\n{{ title }}\n{{ site_url }}"
    )
    templates["emails/answered.html"] = (
        "<html><head><style>p { color: red }</style></head><body><p>{{ title }}</p></body></html>"
    )

    subject, text, html = compose("answered", {"title": "Salt & <water>"})

    assert subject == "Re: Salt & <water>"
    assert text == "Salt & <water>\nhttps://askwell.example\n"
    assert html == (
        '<html><head></head><body><p style="color: red;">Salt &amp; &lt;water&gt;</p></body></html>'
    )


def test_compose_without_an_html_template_is_text_only(templates):
    templates["emails/plain.txt"] = "Subject: \t Hello \u2028 you\nGood day."
    assert compose("plain", {}) == ("Hello you", "Good day.\n", "")


def test_compose_without_a_subject_line_is_an_error(templates):
    templates["emails/plain.txt"] = "Good day."
    with pytest.raises(ValueError, match="Subject"):
        compose("plain", {})


def test_compose_reports_the_template_that_is_missing(templates):
    templates["emails/broken.txt"] = "Subject: Hello\n\nGood day."
    templates["emails/broken.html"] = "{% extends 'emails/missing.html' %}"
    with pytest.raises(TemplateDoesNotExist, match="missing"):
        compose("broken", {})


def test_compose_loads_no_file_and_no_page(templates, tmp_path):
    style = tmp_path / "style.css"
    style.write_text("p { color: red }")
    templates["emails/linked.txt"] = "Subject: Hello\n\nGood day."
    templates["emails/linked.html"] = (
        f'<html><head><link rel="stylesheet" href="file://{style}">'
        f'<link rel="stylesheet" href="{style}">'
        '<link rel="stylesheet" href="http://127.0.0.1:9/style.css"></head><body><p>A</p></body></html>'
    )

    assert "<p>A</p>" in compose("linked", {})[2]


def test_compose_on_the_base_templates(templates):
    templates["emails/hello.txt"] = (
        '{% extends "emails/base.txt" %}{% block subject %}Hello {{ name }}{% endblock %}'
        "{% block content %}Good day, {{ name }}.{% endblock %}"
    )
    templates["emails/hello.html"] = (
        '{% extends "emails/base.html" %}{% block content %}<p class="quote">{{ name }}</p>'
        '<a class="button" href="{{ site_url }}">Read</a>{% endblock %}'
    )

    subject, text, html = compose("hello", {"name": "Ada & Ben", "site_name": "Cramps"})

    assert subject == "Hello Ada & Ben"
    assert text == "Good day, Ada & Ben.\n\n-- \nCramps\nhttps://askwell.example\n"
    assert '<p class="quote" style="' in html
    assert '<a class="button" href="https://askwell.example" style="' in html
    assert "Ada &amp; Ben" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "<img" not in html


def test_cancel_stops_what_waits_about_one_thing(write):
    answer = write(about="question:1", purpose="answer")
    receipt = write(about="question:1", purpose="receipt")
    other = write(about="question:2", purpose="answer")

    assert cancel("question:1", purpose="answer") == 1

    states = {message: message.status for message in Message.objects.all()}
    assert states == {answer: "cancelled", receipt: "queued", other: "queued"}
    assert cancel("question:1") == 1


def test_cancel_stops_a_claimed_mail_until_it_is_handed_over(write):
    first, second = write(about="question:1"), write(about="question:1")
    token, _ = claim(2, "worker")
    assert hand_over(first.pk, token) is True

    assert cancel("question:1") == 1

    assert hand_over(second.pk, token) is False
    first.refresh_from_db()
    assert first.status == "claimed"


def test_erase_deletes_every_mail_about_one_thing(write):
    write(about="question:1")
    other = write(about="question:11")

    assert erase("question:1") == 1
    assert list(Message.objects.all()) == [other]


@pytest.mark.parametrize("act", [cancel, erase])
def test_nothing_in_particular_is_never_cancelled_or_erased(write, act):
    write()
    with pytest.raises(ValueError, match="about"):
        act("")
    assert Message.objects.get().status == "queued"


def test_letters_have_the_colours_and_the_type_of_the_site():
    tokens = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    html = get_template("emails/base.html").template.source
    assert set(re.findall(r"#[0-9a-f]{6}", html)) <= set(re.findall(r"#[0-9a-f]{6}", tokens))
    assert "Literata, Georgia, serif" in html
    assert "system-ui" not in html


def test_only_plain_words_are_cast():
    with pytest.raises(ValueError, match="plain words"):
        cast("question_received", {}, {"private_url": "/?a=1&b=2"})
