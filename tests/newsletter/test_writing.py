"""Writing a letter: a first draft, pictures, a test copy, and what is checked before it leaves."""

import os
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from newsletter import body, checks, drafting, emails
from newsletter.models import Issue, IssuePicture
from outbox.models import Message
from qa import housekeeping
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db
ISSUES = "/admin/newsletter/issue/"


def words(**fields) -> list[str]:
    fields = {"preheader": "What is new", "body": "Dear reader.", **fields}
    return [found.words for found in checks.findings(emails.Letter(cast.issue(**fields)))]


# --- A first draft --------------------------------------------------------------------------


def test_one_click_drafts_what_was_answered_since_the_last_letter(desk, cora):
    old = factories.published(by=cora, title="An old question about salt?")
    cast.issue(status="sent", sent_at=timezone.now(), audience_at=timezone.now())
    type(old).objects.update(published_at=timezone.now() - timedelta(days=2))
    new = factories.published(by=cora, title="Do *stars* and [brackets] stay?")
    factories.pending(title="Still waiting for an answer?")

    answer = desk.post(f"{ISSUES}draft/")

    draft = Issue.objects.get(status="draft")
    assert answer.url == f"{ISSUES}{draft.pk}/change/"
    assert (draft.author, draft.subject) == (cora, new.title)
    assert f"### [Do \\*stars\\* and (brackets) stay?]({new.get_absolute_url()})" in draft.body
    assert "salt" not in draft.body
    assert "waiting" not in draft.body
    assert checks.findings(emails.Letter(draft)) == [
        checks.Finding("There is no line for mailboxes to show after the subject.")
    ]
    assert "Do *stars* and (brackets) stay?" in emails.Letter(draft).text


def test_a_second_draft_on_the_same_day_has_another_address(cora):
    factories.published(by=cora)
    slugs = [drafting.draft(by=cora).slug for _ in range(3)]
    assert len(set(slugs)) == 3


def test_without_news_there_is_no_draft(desk):
    assert "Nothing has been published" in desk.post(f"{ISSUES}draft/", follow=True).text
    assert desk.get(f"{ISSUES}draft/").status_code == 302
    assert Issue.objects.count() == 0


# --- Pictures -------------------------------------------------------------------------------


def test_a_picture_of_this_site_is_shown_and_another_is_not():
    own, other = "![A salt lamp](/media/a.jpg)", "![A pixel](https://example.com/p.gif)"
    html = body.html(f"Look:\n\n{own}\n\n{other}\n")

    assert '<img src="/media/a.jpg" alt="A salt lamp">' in html
    assert "example.com" not in html
    assert "[Picture: A salt lamp]" in body.text(own)


def test_a_description_cannot_break_out_of_its_attribute():
    html = body.html('![x" onerror="alert(1)](/media/a.jpg)')
    assert 'alt="x&quot; onerror=&quot;alert(1)"' in html


def test_in_a_mail_the_picture_has_the_whole_address():
    letter = emails.Letter(cast.issue(body="![A lamp](/media/a.jpg)"))
    assert 'src="http://127.0.0.1:8000/pictures/a.jpg"' in letter.html


# --- Checks ---------------------------------------------------------------------------------


def test_a_sound_letter_has_no_findings(cora):
    question = factories.published(by=cora)
    storages["public"].save("a.jpg", ContentFile(b"x"))
    links = [question.get_absolute_url(), "/topics/", "/newsletter/", "https://example.com/away"]
    text = "\n\n".join(f"[here]({link})" for link in links) + "\n\n![A lamp](/media/a.jpg)\n"

    assert words(body=text) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": "[x](/questions/999/gone/)"}, "A link leads nowhere: /questions/999/gone/"),
        ({"body": "[x](/nowhere/)"}, "A link leads nowhere: /nowhere/"),
        ({"body": "[x](http://127.0.0.1:8000/topics/no/)"},
         "A link leads nowhere: http://127.0.0.1:8000/topics/no/"),
        ({"body": "![](/newsletter/)"}, "A picture has no description: /newsletter/"),
        ({"body": "![x](/media/gone.jpg)"}, "A picture is not there: /media/gone.jpg"),
        ({"body": "![x](https://example.com/p.gif)"}, "A picture is on another site, which would "
         "learn who reads: https://example.com/p.gif. It is left out."),
        ({"subject": "s" * 71}, "The subject has 71 characters; mailboxes show about 70."),
        ({"preheader": ""}, "There is no line for mailboxes to show after the subject."),
        ({"body": "word " * 23_000}, "The letter has 115 KB. Gmail cuts mails off after 102 KB: "
         "shorten it."),
    ],
)  # fmt: skip
def test_each_fault_is_said_in_one_sentence(fields, said):
    assert words(**fields) == [said]


def test_a_letter_without_a_way_to_leave_is_stopped(monkeypatch):
    letter = emails.Letter(cast.issue(body="Dear reader."))
    letter.html = letter.html.replace(emails.UNSUBSCRIBE_MARK, "")
    assert checks.Finding("The letter has no link to leave.", True) in checks.findings(letter)


def test_a_letter_to_be_mended_is_not_sent(desk):
    cast.subscriber()
    issue = cast.issue(body="[x](/nowhere/)")

    page = desk.post(f"{ISSUES}{issue.pk}/send/").text
    later = {"at": "2099-01-01T09:00"}

    assert "A link leads nowhere" in page
    assert desk.post(f"{ISSUES}{issue.pk}/schedule/", later).status_code == 422
    issue.refresh_from_db()
    assert (issue.is_sent, issue.scheduled_at) == (False, None)


# --- Test copy, time, progress --------------------------------------------------------------


def test_a_test_copy_goes_to_the_author_alone(desk, cora):
    cast.subscriber()
    issue = cast.issue()

    desk.get(f"{ISSUES}{issue.pk}/test/")
    assert Message.objects.count() == 0
    desk.post(f"{ISSUES}{issue.pk}/test/")

    copy = Message.objects.get()
    assert (copy.to, copy.subject, copy.bulk) == (cora.email, "[Test] The first letter", False)
    assert "the-recipients-own-key" in copy.html


def test_the_preview_shows_the_mail_on_a_dark_screen(desk):
    issue = cast.issue()
    assert f"{ISSUES}{issue.pk}/mail/?dark" in desk.get(f"{ISSUES}{issue.pk}/preview/").text
    assert "@media all" in desk.get(f"{ISSUES}{issue.pk}/mail/?dark").text
    assert "@media all" not in desk.get(f"{ISSUES}{issue.pk}/mail/").text


@pytest.mark.parametrize("at", ["", "soon", "2020-01-01T09:00", "99999-01-01T09:00", "\x00"])
def test_a_wrong_time_is_said(desk, at):
    issue = cast.issue(body="Dear reader.")
    answer = desk.post(f"{ISSUES}{issue.pk}/schedule/", {"at": at})
    assert answer.status_code == 422
    assert "errorlist" in answer.text or "error" in answer.text
    assert Issue.objects.get().scheduled_at is None


def test_a_time_is_set_and_taken_back(desk, cora):
    issue = cast.issue(body="Dear reader.")

    page = desk.post(f"{ISSUES}{issue.pk}/schedule/", {"at": "2099-01-01T09:00"}, follow=True).text
    assert "1 January 2099, 09:00" in page
    assert Issue.objects.get().scheduled_by == cora

    desk.post(f"{ISSUES}{issue.pk}/schedule/", {"never": "1"})
    assert Issue.objects.get().scheduled_at is None


def test_progress_shows_each_state_and_the_reasons(desk, cora):
    for number in range(3):
        cast.subscriber(f"reader{number}@example.org")
    issue = cast.issue()
    issue.send(by=cora)
    Message.objects.filter(to="reader0@example.org").update(
        status="failed", last_error="SMTPRecipientsRefused: 550 nobody here"
    )
    Message.objects.filter(to="reader1@example.org").update(status="unknown")

    answer = desk.get(f"{ISSUES}{issue.pk}/progress/")

    assert '<progress class="letter-progress" max="3" value="2">' in answer.text
    assert "550 nobody here" in answer.text
    assert "Send the 1 uncertain again" in answer.text
    assert answer["Refresh"] == "10"


@pytest.mark.parametrize("act", ["pause", "resume", "rest", "again", "arrived"])
def test_acts_on_a_running_letter_are_posts_of_those_who_may(desk, cora, ben, client, act):
    cast.subscriber()
    issue = cast.issue()
    issue.send(by=cora)
    Message.objects.update(status="unknown")
    path = f"{ISSUES}{issue.pk}/{act}/"

    desk.get(path)
    assert Message.objects.get().status == "unknown"
    assert Issue.objects.get().paused_at is None
    assert desk.post(path).url == f"{ISSUES}{issue.pk}/progress/"

    ben.is_staff = True
    ben.save()
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(path).status_code == 403


def test_public_letters_have_a_feed(client):
    now = timezone.now()
    cast.issue(status="sent", sent_at=now, body="See [this](/topics/).\n\nA \x0c page.")
    cast.issue("draft", subject="A draft")
    cast.issue("private", subject="For subscribers", public=False, status="sent", sent_at=now)

    feed = client.get("/newsletter/feed/")

    assert feed["Content-Type"].startswith("application/atom+xml")
    assert "<title>The first letter</title>" in feed.text
    assert "http://127.0.0.1:8000/topics/" in feed.text
    assert "draft" not in feed.text
    assert "For subscribers" not in feed.text
    assert not feed.cookies


# --- The letter's own pictures --------------------------------------------------------------


def with_picture(text: str) -> dict:
    """The form of a letter with a new picture below it."""
    file = SimpleUploadedFile("calf.jpg", factories.picture(900, 600), "image/jpeg")
    rows = {"pictures-TOTAL_FORMS": 1, "pictures-INITIAL_FORMS": 0, "pictures-0-name": "calf"}
    letter = {"subject": "The first letter", "preheader": "New", "slug": "first", "public": "on"}
    return letter | rows | {"body": text, "pictures-0-file": file, "pictures-0-alt": "A <calf>"}


def test_a_picture_is_added_and_stands_in_mail_text_and_page(desk, client, cora):
    issue = cast.issue()
    answer = desk.post(f"{ISSUES}{issue.pk}/change/", with_picture("Look:\n\n![](picture:calf)\n"))
    assert answer.status_code == 302
    issue.refresh_from_db()
    picture = issue.pictures.get()
    letter = emails.Letter(issue)

    start = f"/pictures/{picture.public_key}/"
    (source,) = re.findall(r'<img src="http://127.0.0.1:8000([^"]*)"', letter.html)
    assert source.startswith(start)
    assert client.get(source)["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert 'width="552"' in letter.html
    assert "[Picture: A <calf>]" in letter.text
    assert checks.findings(letter) == []
    issue.send(by=cora)
    shown = source.replace("/pictures/", "/media/")
    assert f'<img src="{shown}" alt="A &lt;calf&gt;"' in client.get(issue.get_absolute_url()).text
    assert start in client.get("/newsletter/feed/").text


def test_a_picture_of_no_such_name_and_one_without_a_description_stop_the_letter():
    issue = cast.issue(body="![](picture:calf)\n\n![](picture:toe)")
    picture = IssuePicture(issue=issue, name="toe")
    picture.store(factories.picture())
    picture.publish_files()

    found = [finding.words for finding in checks.findings(emails.Letter(issue))]

    assert found == [
        "The letter has no picture of this name: picture:calf",
        "A picture has no description: picture:toe",
    ]
    assert "picture:" not in emails.Letter(issue).html


def test_pictures_of_a_letter_that_was_sent_stay(desk, cora):
    issue = cast.issue()
    issue.send(by=cora)

    answer = desk.post(f"{ISSUES}{issue.pk}/change/", with_picture("Look."))

    assert answer.status_code == 403
    assert IssuePicture.objects.count() == 0


def test_housekeeping_knows_the_pictures_of_letters(settings):
    picture = IssuePicture(issue=cast.issue(), name="calf")
    picture.store(factories.picture())
    picture.publish_files()
    for alias in ("private", "public"):
        folder = settings.STORAGES[alias]["OPTIONS"]["location"]
        for path in folder.iterdir():
            os.utime(path, (0, 0))

    housekeeping.purge_orphan_files()

    assert picture.master()
    assert storages["public"].exists(picture.public_key)


def test_media_may_be_given_out_by_another_host(settings):
    settings.MEDIA_URL = "https://media.example.org/ask/"
    storages["public"].save("a.jpg", ContentFile(b"x"))

    assert words(body="![A lamp](https://media.example.org/ask/a.jpg)") == []
    assert words(slug="second", body="![A lamp](https://media.example.org/ask/b.jpg)") == [
        "A picture is not there: https://media.example.org/ask/b.jpg"
    ]
