"""The newsletter at the desk."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from newsletter.models import FactSheet, Issue
from outbox.models import Message
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db
ISSUES = "/admin/newsletter/issue/"


@pytest.fixture
def owner(client, settings):
    settings.STAFF_MFA = False
    user = User.objects.create_superuser("owner@example.org", factories.PASSWORD)
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_curator_writes_looks_and_sends(desk, cora):
    cast.subscriber()
    fields = {"subject": "News", "preheader": "", "slug": "news", "body": "Hello", "public": "on"}
    fields |= {"pictures-TOTAL_FORMS": 0, "pictures-INITIAL_FORMS": 0}
    desk.post(f"{ISSUES}add/", fields)
    issue = Issue.objects.get()
    assert issue.author == cora

    preview = desk.get(f"{ISSUES}{issue.pk}/preview/")
    mail = desk.get(f"{ISSUES}{issue.pk}/mail/")
    question = desk.get(f"{ISSUES}{issue.pk}/send/")
    assert "Leave with one click" in preview.text
    assert "<p" in mail.text
    assert "1 confirmed subscriber" in question.text
    assert Message.objects.count() == 0

    desk.post(f"{ISSUES}{issue.pk}/send/")

    assert Message.objects.get().purpose == "newsletter letter"
    assert Issue.objects.get().is_sent


def test_the_mail_is_framed_and_runs_nothing(desk):
    issue = cast.issue()

    preview = desk.get(f"{ISSUES}{issue.pk}/preview/")
    mail = desk.get(f"{ISSUES}{issue.pk}/mail/")

    assert "frame-src 'self'" in preview["Content-Security-Policy"]
    assert "script-src 'self'" in preview["Content-Security-Policy"]
    assert mail["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox"
    )
    assert mail["X-Frame-Options"] == "SAMEORIGIN"


def test_what_was_sent_is_read_only(desk, cora):
    issue = cast.issue()
    issue.send(by=cora)

    answer = desk.post(f"{ISSUES}{issue.pk}/change/", {"subject": "Other", "slug": "first"})

    assert answer.status_code == 403
    assert desk.get(f"{ISSUES}{issue.pk}/change/").status_code == 200
    assert Issue.objects.get().subject == "The first letter"


def test_a_member_sees_no_letters_at_the_desk(client, ben, settings):
    settings.STAFF_MFA = False
    issue = cast.issue()
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")

    for name in ["preview", "mail", "send"]:
        assert client.get(f"{ISSUES}{issue.pk}/{name}/").status_code == 302
        assert client.post(f"{ISSUES}{issue.pk}/{name}/").status_code == 302
    assert not Issue.objects.get().is_sent


def test_a_missing_letter_is_no_page(desk):
    assert desk.get(f"{ISSUES}999/preview/").status_code == 404


def test_the_consent_story_is_read_and_not_written(desk):
    subscriber = cast.subscriber()
    path = f"/admin/newsletter/subscriber/{subscriber.pk}/change/"

    assert "Send me the newsletter by e-mail" in desk.get(path).text
    assert desk.post(path, {"email": "x@example.org"}).status_code == 403
    assert desk.get("/admin/newsletter/subscriber/add/").status_code == 403


def upload(client, data, **fields):
    file = SimpleUploadedFile("sheet.pdf", data, content_type="application/pdf")
    defaults = {"title": "A sheet", "slug": "a-sheet", "topic": "", "summary": "", "file": file}
    return client.post("/admin/newsletter/factsheet/add/", defaults | fields)


def test_a_pdf_is_stored(owner):
    upload(owner, cast.PDF)

    sheet = FactSheet.objects.get()
    assert sheet.open().read() == cast.PDF
    assert sheet.size == len(cast.PDF)


@pytest.mark.parametrize("data", [b"<html>%PDF-1.7", b"%PDF-1.7 cut off", b"PK\x03\x04"])
def test_what_only_says_that_it_is_a_pdf_is_refused(owner, data):
    answer = upload(owner, data)

    assert "This is not a PDF file." in answer.text
    assert FactSheet.objects.count() == 0


def test_a_huge_pdf_is_refused(owner):
    answer = upload(owner, cast.PDF + b" " * 10 * 1024 * 1024 + b"%%EOF")

    assert "The file is larger than 10 MB." in answer.text


def test_a_new_file_replaces_the_old_one(owner, django_capture_on_commit_callbacks):
    sheet = cast.fact_sheet()
    old = sheet.path

    with django_capture_on_commit_callbacks(execute=True):
        sheet.store(cast.PDF + b"\n%%EOF")

    assert not storages["private"].exists(old)
    assert sheet.open().read() == cast.PDF + b"\n%%EOF"


def test_an_editor_may_write_letters_pages_and_sheets(db):
    editor = factories.member("Eda", is_staff=True)
    editor.groups.add(Group.objects.get(name="Editor"))

    for permission in ["newsletter.send_issue", "newsletter.add_factsheet", "qa.add_policy"]:
        assert editor.has_perm(permission)
    assert not editor.has_perm("qa.answer_question")
