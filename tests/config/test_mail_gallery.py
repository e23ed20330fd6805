"""Every mail of the site, composed from samples, whole, and to be looked at by staff."""

import email
import email.policy
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from config import mail_gallery
from outbox.delivery import as_email
from outbox.models import Message
from tests.accounts.test_mails import NAMES as ACCOUNT_MAILS

NAMES = mail_gallery.names()
SAME = "email_confirmation_signup"  # includes email_confirmation
VOID = {"meta", "img", "br", "hr", "link", "base", "input"}


class Tree(HTMLParser):
    """Notes tags that are closed in the wrong order, and what would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.fetched = [], [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in {"src", "srcset", "background"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_no_mail_is_missing():
    own = {path.stem for path in mail_gallery.FOLDER.iterdir()}
    own = {name for name in own if name != "base" and not name.startswith("_")}
    assert own | {mail.rpartition("/")[2] for mail in ACCOUNT_MAILS} - {SAME} == set(NAMES)
    assert len(NAMES) == len(set(NAMES)) >= 32


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_mail_is_whole_as_text_and_as_html(name):
    subject, text, html = mail_gallery.compose(name)
    row = Message(to="ada@example.org", from_email="post@example.org", subject=subject,
                  text=text, html=html, message_id="<1@example.org>")  # fmt: skip
    parsed = email.message_from_bytes(
        as_email(row).message().as_bytes(), policy=email.policy.default
    )

    assert parsed.defects == []
    assert parsed["Subject"] == subject
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed.get_body(["plain"]).get_content().strip() == text.strip()
    tree = Tree()
    tree.feed(parsed.get_body(["html"]).get_content())
    assert (tree.open, tree.wrong, tree.fetched) == ([], [], [])
    assert "<p" in html
    assert "&lt;" not in html
    assert not re.search(r"\{[{%]|None|SimpleNamespace|namespace\(", text + html)
    assert settings.BASE_URL in text


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(mail_gallery.account_mails())))
def test_a_sample_has_every_name_that_the_mail_uses(name):
    context = mail_gallery.sample() | {
        "site_url": "",
        "reference": "",
        "references": "",
        "sheet": "",
        "part": "",
        "item": "",
    }
    used = set()
    for ending in ("txt", "html"):
        source = (mail_gallery.FOLDER / f"{name}.{ending}").read_text()
        used |= set(re.findall(r"\{\{ (\w+)", source)) | set(re.findall(r"\{% if (\w+)", source))
    assert used - {"forloop", "block"} <= set(context)


@pytest.mark.parametrize("name", mail_gallery.account_mails())
def test_a_sample_has_every_name_that_an_accounts_mail_uses(name):
    from_adapter = {"site_name", "site_url", "signup_url", "login_url", "reset_url"}
    source = (
        mail_gallery.TEMPLATES / f"{mail_gallery.account_mails()[name]}_message.txt"
    ).read_text()

    used = set(re.findall(r"\{\{ (\w+)", source))

    assert used <= from_adapter | set(mail_gallery.account_sample())


@pytest.mark.django_db
def test_the_gallery_shows_all_to_staff(desk):
    page = desk.get("/admin/mails/")
    assert all(f"/admin/mails/{name}/" in page.text for name in NAMES)
    assert "style=" not in page.text
    frame = desk.get("/admin/mails/question_received/")
    assert frame["Content-Security-Policy"].endswith("sandbox")
    assert desk.get("/admin/mails/no-such-mail/").status_code == 404


@pytest.mark.django_db
def test_the_gallery_is_not_for_others(client):
    assert client.get("/admin/mails/").status_code == 302
    assert client.get("/admin/mails/question_received/").status_code == 302
