"""Every mail with sample words, for staff and for the tests: of templates/emails/, and of accounts.

One context serves all, since mails share their names; nothing of it is stored.
"""

from datetime import UTC, datetime
from types import SimpleNamespace as Sample

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from config.middleware import policy
from newsletter import body
from outbox import mail

TEMPLATES = settings.BASE_DIR / "templates"
FOLDER = TEMPLATES / "emails"
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FRAME_POLICY = policy() + "; frame-src 'self'"
LINK = f"{settings.BASE_URL}/newsletter/unsubscribe/the-recipients-own-key/"


def names() -> list[str]:
    """The mails, by the names of their templates; parts of mails are left out."""
    found = {path.stem for path in FOLDER.glob("*.txt")} - {"base"}
    return sorted(name for name in found if not name.startswith("_")) + sorted(account_mails())


def account_mails() -> dict[str, str]:
    """What django-allauth sends: name -> the prefix of its templates."""
    found = {}
    for folder in ("account/email", "mfa/email", "socialaccount/email"):
        for path in (TEMPLATES / folder).glob("*_subject.txt"):
            name = path.name.removesuffix("_subject.txt")
            found[name] = f"{folder}/{name}"
    return found


def compose(name: str) -> tuple[str, str, str]:
    """(subject, text, html) with the samples."""
    prefix = account_mails().get(name)
    if prefix is None:
        return mail.compose(name, sample())
    message = get_adapter().render_mail(prefix, "ada@example.org", account_sample())
    return message.subject, message.body, message.alternatives[0][0]


class Titled(Sample):
    def __str__(self):
        return self.title


def sample() -> dict:
    author = Sample(
        public_name="Cora Lindqvist", display_name="Cora Lindqvist", credentials="MSc, pharmacist"
    )
    reference = Sample(
        title="Magnesium for skeletal muscle cramps",
        source="Cochrane Database of Systematic Reviews, 2020",
        link="https://doi.org/10.1002/14651858.CD009402.pub3",
    )
    answer = Sample(
        author=author,
        body="Gentle stretching before bed helps *some* people.\n\nSalt does not.",
        html=mark_safe(
            "<p>Gentle stretching before bed helps <em>some</em> people.</p><p>Salt does not.</p>"
        ),
        references=Sample(all=[reference]),
    )
    question = question_sample(answer)
    sheet = Sample(title="Cramps at night", url=f"{settings.BASE_URL}/newsletter/factsheets/x/")
    sheet.summary = "What helps, on two pages to print."
    words = "There is a [new page](https://ask.example.org/topics/) about sleep."
    return {
        "question": question,
        "other": question,
        "answer": answer,
        "asked": "Is that for adults only?",
        "text": "Yes, it is.",
        "mailed_at": datetime(2026, 5, 5, tzinfo=UTC),
        "replaces": datetime(2026, 5, 5, tzinfo=UTC),
        "waits": True,
        "note": "I have written to your earlier question, too.",
        "reason": "Please say how often it happens, and for how long it has.",
        "site": Sample(name="Askwell", disclaimer="This is no medical advice."),
        "site_name": "Askwell",
        "private_url": f"{settings.BASE_URL}/asked/the-askers-own-key/",
        "consent": Sample(text="Send me the newsletter by e-mail."),
        "confirm_url": f"{settings.BASE_URL}/newsletter/confirm/the-recipients-own-key/",
        "unsubscribe_url": LINK,
        "preferences_url": LINK.replace("unsubscribe", "preferences"),
        "fact_sheets": [sheet],
        "issue": Sample(subject="What helps against cramps", preheader="Three new answers"),
        "body_text": body.text(words),
        "body_html": body.html(words),
        "web_url": f"{settings.BASE_URL}/newsletter/issues/first/",
        **following_sample(question),
        **desk_sample(question),
    }


def question_sample(answer) -> Sample:
    return Sample(
        title="Why do my calves cramp at night?",
        asked_title="why do my calves cramp at nigth",
        asked_body="It wakes me twice a week.\n\nWhat helps?",
        body="It wakes me twice a week.\n\nWhat helps?",
        name="Ada",
        key="the-askers-own-key-0001",
        confirmation_token="the-askers-own-token",  # noqa: S106
        status="published",
        email_confirmed_at=None,
        reference_number="Q-000023",
        topic=Titled(title="Causes of muscle cramps", reply_days=7),
        official_answer=answer,
        get_absolute_url="/questions/23/why-do-my-calves-cramp-at-night/",
        url=f"{settings.BASE_URL}/admin/qa/question/23/change/",
    )


def following_sample(question) -> dict:
    """What only mails to followers use: a digest about a topic and a question."""
    link = f"{settings.BASE_URL}/following/the-recipients-own-key/"
    url = settings.BASE_URL + question.get_absolute_url
    answered = Sample(
        subject=f"Answered: {question.title}",
        question=question,
        get_kind_display="Answered",
        words="Gentle stretching before bed helps some people. Salt does not.",
        url=url,
    )
    corrected = Sample(get_kind_display="Corrected", words="The study is from 2020.", url=url)
    parts = [
        Sample(
            title=question.topic.title, is_topic=True, news=[answered], stop_url=f"{link}1/stop/"
        ),
        Sample(title=question.title, is_topic=False, news=[corrected], stop_url=f"{link}2/stop/"),
    ]
    follow = Sample(name=question.topic.title, get_frequency_display="Once a day")
    follow.text = f"Mail me when a question about “{follow.name}” is answered here."
    return {
        "follow": follow,
        "parts": parts,
        "first": answered,
        "stop_all_url": f"{link}stop/",
        "own_url": link,
    }


def desk_sample(question) -> dict:
    """What only mails to the desk and to the owner use."""
    return {
        "news": Sample(questions=[question], suspected=1, reader_answers=2, follow_ups=1),
        "named": [question],
        "more": 3,
        "waiting": 4,
        "late": 1,
        "age": "2 days",
        "queue_url": f"{settings.BASE_URL}/admin/qa/question/",
        "settings_url": f"{settings.BASE_URL}/admin/qa/digest/",
        "failed": 3,
        "unknown": 1,
        "failed_url": f"{settings.BASE_URL}/admin/outbox/message/?status__exact=failed",
        "unknown_url": f"{settings.BASE_URL}/admin/outbox/message/?status__exact=unknown",
    }


def account_sample() -> dict:
    """What only mails about accounts use."""
    accounts = f"{settings.BASE_URL}/accounts"
    return {
        "code": "BCDF-GHJK",
        "activate_url": f"{accounts}/confirm-email/the-recipients-own-key/",
        "password_reset_url": f"{accounts}/password/reset/key/the-recipients-own-key/",
        "provider": Sample(name="Google"),
        "from_email": "ada@example.org",
        "to_email": "ada.lovelace@example.org",
        "deleted_email": "ada@example.org",
        "timestamp": timezone.now(),
        "ip": "192.0.2.1",
    }


@require_safe
def gallery(request):
    """All of them on one page, for staff: subject, HTML in a frame, text."""
    mails = [{"name": name, "parts": compose(name)} for name in names()]
    context = admin.site.each_context(request) | {"mails": mails}
    response = render(request, "components/mail_gallery.html", context)
    response["Content-Security-Policy"] = FRAME_POLICY
    return response


@require_safe
def frame(request, name):
    """The HTML part of one."""
    if name not in names():
        raise Http404("no such mail")
    html = compose(name)[2].replace("<head>", '<head><base target="_blank">', 1)
    headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(html, headers=headers)
