"""/confirm/<token>/: mail programs follow links, so GET only shows a button and POST acts."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from outbox.models import Message
from qa import emails
from qa.asking.private import SeeOther, asker_page, private_page
from qa.models import Question
from qa.models.workflow import Status

# Whoever typed somebody else's address shall not be able to plague them.
PAUSE, MOST = timedelta(minutes=10), 3


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def email_confirm(request, token):
    question = Question.objects.for_confirmation(token)
    if question is None:
        return render(request, "qa/asking/confirm_invalid.html", status=404)
    if request.method == "POST":
        question.confirm_email()
        messages.success(request, f"Thank you: {question.email} is confirmed as your address.")
        return SeeOther(question.get_private_url())
    return render(request, "qa/asking/confirm.html", {"question": question})


@require_POST
@asker_page
def confirm_again(request, question):
    """Send "we have your question" once more, if it is not too soon and not too often."""
    if not may_be_sent_again(question):
        messages.warning(
            request,
            "Our mail is on its way, and we do not send it again just now. "
            "Please look into your junk folder, and check your address.",
        )
    else:
        emails.question_received(question)
        messages.success(request, f"We send the mail to {question.email} again.")
    return SeeOther(question.get_private_url())


def may_be_sent_again(question) -> bool:
    """At most every ten minutes, and three times to one address."""
    waits = question.status == Status.PENDING and not question.email_confirmed_at
    mails = Message.objects.filter(about=question.about, purpose=emails.RECEIVED, to=question.email)
    late = mails.filter(created_at__gt=timezone.now() - PAUSE)
    return waits and not question.is_suspected_spam and mails.count() < MOST and not late.exists()
