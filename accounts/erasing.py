"""Taking an account away, and with it what belongs to its owner (GDPR, article 17)."""

from functools import partial

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts import security_log
from accounts.belongings import (
    begun_by,
    followers_of,
    mails_to,
    mails_to_unconfirmed,
    reader_answers_of,
    subscribers_of,
    suppressions_of,
    verified_emails,
)
from qa.models import Question


@transaction.atomic
def erase(user, *, keep_published: bool) -> None:
    """Delete the account, its subscription, what it follows, its mails and its questions.

    With `keep_published`, published questions and reader answers stay, without name, place and
    address. What was never published goes in any case.
    """
    for question in begun_by(user):
        if keep_published and question.status == Question.Status.PUBLISHED:
            question.anonymise()
        else:
            question.erase()
    mails_to(user).delete()
    mails_to_unconfirmed(user.emailaddress_set.filter(verified=False)).delete()
    answers = reader_answers_of(user)
    kept = answers.published_reader() if keep_published else answers.none()
    answers.exclude(pk__in=kept.values("pk")).erase()
    answers.forget_author()
    for subscriber in subscribers_of(user):
        subscriber.erase()
    for follower in followers_of(user):
        follower.erase()
    suppressions_of(user).delete()
    # Where somebody else has added an address of theirs, which nobody ever confirmed.
    own = list(user.emailaddress_set.values_list("email", flat=True))
    EmailAddress.objects.filter(email__in=own, verified=False).exclude(user=user).delete()
    kind = ContentType.objects.get_for_model(user)
    LogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).delete()
    # The history of the admin names rows that have an address by that.
    LogEntry.objects.filter(object_repr__in=verified_emails(user)).delete()
    transaction.on_commit(partial(security_log.note, "account_erased", user.pk))
    user.delete()
