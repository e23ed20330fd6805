"""What on this site belongs to a person, found by the addresses that they have verified."""

from allauth.account.models import EmailAddress
from django.db.models import Q

from following.models import Follower
from newsletter.models import Subscriber
from outbox.models import Message
from qa.models import Answer, Question


def verified_emails(user) -> list[str]:
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return list(verified.order_by("-primary", "pk").values_list("email", flat=True))


def questions_of(user):
    """Every question that was sent with a verified address, in every state, newest first."""
    own = Question.objects.none()
    for email in verified_emails(user):
        own |= Question.objects.asked_by(email)
    return own.select_related("topic").order_by("-submitted_at", "-pk")


def reader_answers_of(user):
    answers = Answer.objects.reader().filter(author=user)
    return answers.select_related("question").order_by("-created_at", "-pk")


def subscribers_of(user) -> list[Subscriber]:
    found = [Subscriber.objects.with_email(email) for email in verified_emails(user)]
    return [subscriber for subscriber in found if subscriber]


def followers_of(user) -> list[Follower]:
    found = [Follower.objects.with_email(email) for email in verified_emails(user)]
    return [follower for follower in found if follower]


def mails_to(user):
    """Every mail of the outbox to a verified address."""
    own = Q(pk=None)
    for email in verified_emails(user):
        own |= Q(to__iexact=email)
    return Message.objects.filter(own)
