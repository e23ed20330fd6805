"""What on this site belongs to a person, found by the addresses that they have verified."""

from allauth.account.models import EmailAddress
from django.db.models import Q

from following.models import Follower
from newsletter.models import Subscriber
from outbox.models import ACCOUNT, Message
from outbox.suppression import Suppression
from qa.models import Answer, Question


def verified_emails(user) -> list[str]:
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return list(verified.order_by("-primary", "pk").values_list("email", flat=True))


def questions_of(user):
    """Every question that was sent with a verified address, in every state, newest first."""
    return begun_by(user).sent().order_by("-submitted_at", "-pk")


def begun_by(user):
    """The same, and drafts, whose address anybody may have typed: so far no page shows them."""
    own = Q(pk=None)
    for email in verified_emails(user):
        own |= Q(email__iexact=email)
    return Question.objects.filter(own).select_related("topic").order_by("pk")


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
    """Every mail of the outbox to a verified address, or about what they wrote."""
    written = [row.about for row in [*begun_by(user), *reader_answers_of(user)]]
    own = Q(about__in=written)
    for email in verified_emails(user):
        own |= Q(to__iexact=email)
    return Message.objects.filter(own)


def mails_to_unconfirmed(addresses):
    """Links to rows of EmailAddress that are not verified, apart from what others have typed."""
    others = EmailAddress.objects.exclude(pk__in=addresses.values("pk")).values("email")
    typed = addresses.exclude(email__in=others)
    return Message.objects.filter(purpose=ACCOUNT, to__in=typed.values("email"))


def suppressions_of(user):
    """What holds letters or news back from a verified address."""
    own = [email.lower() for email in verified_emails(user)]
    return Suppression.objects.filter(address__in=own)
