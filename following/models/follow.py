from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

import outbox.mail
from following import emails
from following.models.follower import Follower
from newsletter.models.consent import mark_of
from outbox.models import Message
from outbox.suppression import Suppression
from qa.models import Policy

# A change of a word needs a new version, so that every row goes on saying what its reader saw.
TEXT_VERSION = 1
TEXTS = {
    "topic": "Mail me, as often as I chose, when a question about “{name}” is answered here.",
    "question": "Mail me, as often as I chose, when the answer to “{name}” is corrected, or "
    "readers add theirs.",
}
INNER_QUOTES = str.maketrans("“”", "‘’")  # a title stands in quotation marks itself
ERASED = "A question that was erased"
LEAVE = " I can stop at any time with the link in every mail."
SALT, CONFIRMATION_AGE = "following.confirmation", timedelta(days=7)
STANDING = Q(confirmed_at__isnull=False, withdrawn_at=None)


class FollowQuerySet(models.QuerySet):
    def standing(self):
        """Confirmed and not withdrawn."""
        return self.filter(STANDING)

    def of(self, target):
        """Those of one topic or one question."""
        return self.filter(**as_target(target))

    @transaction.atomic
    def ask(self, *, email: str, target, frequency: str) -> "Follow":
        """Somebody asked for mail about `target`, a Topic or a Question. Nothing comes of it
        before `confirm`. Raises ValueError for what is not one valid e-mail address.
        """
        follower = Follower.objects.of(email)
        privacy = Policy.objects.current(Policy.Kind.PRIVACY)
        return self.create(
            follower=follower,
            **as_target(target),
            frequency=frequency,
            mark=mark_of(follower.email),
            text=consent_text(target),
            privacy_version=privacy.version if privacy else None,
        )

    def request(self, **asked) -> "Follow":
        """`ask`, and mail what lets its owner confirm; or that there is nothing to confirm."""
        with transaction.atomic():
            follow = self.ask(**asked)
            standing = follow.same().first()
            if standing and standing.frequency == follow.frequency:
                follow.delete()
                emails.already(standing)
                return standing
            emails.confirm(follow)
            return follow

    def for_token(self, token: str) -> "Follow | None":
        """What the mail with `token` asks to confirm; None for a wrong or old one."""
        try:
            pk = signing.loads(token, salt=SALT, max_age=CONFIRMATION_AGE)
        except signing.BadSignature:
            return None
        found = self.exclude(follower=None).select_related("follower", "topic", "question")
        return found.filter(pk=pk).first()

    def erase(self) -> None:
        """Forget who it was, and what was never confirmed."""
        self.filter(confirmed_at=None).delete()
        self.update(follower=None, withdrawn_at=Coalesce("withdrawn_at", timezone.now()))

    @transaction.atomic
    def forget_erased(self) -> int:
        """End those of questions that were erased, and take their titles out of what was agreed
        to and of the mails about it; return how many.
        """
        text = TEXTS["question"].format(name=ERASED) + LEAVE
        found = self.filter(question__erased_at__isnull=False).exclude(text=text)
        for follow in found:
            outbox.mail.erase(about=follow.about)
        return found.update(text=text, withdrawn_at=Coalesce("withdrawn_at", timezone.now()))


def as_target(target) -> dict:
    """{"topic": …} or {"question": …}."""
    return {target._meta.model_name: target}


def consent_text(target) -> str:
    """The words beside the button, that somebody agrees to who follows `target`."""
    name = target.title.translate(INNER_QUOTES)
    return TEXTS[target._meta.model_name].format(name=name) + LEAVE


class Follow(models.Model):
    """One request for mail about one thing, what was agreed to, and what became of it.

    asked --confirm--> standing --stop--> withdrawn. At most one stands for an address and a thing:
    confirming a newer request replaces it.
    """

    class Frequency(models.TextChoices):
        INSTANT = "instant", "Each time"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"

    follower = models.ForeignKey(Follower, models.SET_NULL, null=True, related_name="follows")
    topic = models.ForeignKey(
        "qa.Topic", models.CASCADE, null=True, blank=True, related_name="follows"
    )
    question = models.ForeignKey(
        "qa.Question", models.CASCADE, null=True, blank=True, related_name="follows"
    )
    frequency = models.CharField(max_length=7, choices=Frequency)
    # News up to this time were told, or were not to be.
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Evidence (GDPR, article 7(1)), as newsletter.models.Consent has it.
    mark = models.CharField(max_length=64, db_index=True, editable=False)
    text = models.TextField("the words that were shown")
    text_version = models.PositiveIntegerField(default=TEXT_VERSION)
    privacy_version = models.PositiveIntegerField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["topic", "frequency", "told_at"],
                condition=STANDING,
                name="following_topic_waiting",
            ),
            models.Index(
                fields=["question", "frequency", "told_at"],
                condition=STANDING,
                name="following_question_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(topic=None, question__isnull=False)
                | Q(topic__isnull=False, question=None),
                name="following_follow_one_target",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(told_at__isnull=False),
                name="following_follow_confirmed_has_mark",
            ),
            models.UniqueConstraint(
                fields=["follower", "topic"], condition=STANDING, name="following_topic_once"
            ),
            models.UniqueConstraint(
                fields=["follower", "question"], condition=STANDING, name="following_question_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_frequency_display()}: {self.name}"

    @property
    def target(self):
        return self.topic or self.question

    @property
    def is_public(self) -> bool:
        return self.question is None or self.question.status == self.question.Status.PUBLISHED

    @property
    def name(self) -> str:
        """The title of what is followed, as far as anybody may read it."""
        return self.target.title if self.is_public else "A question that is not public at present"

    @property
    def about(self) -> str:
        """How outbox rows name what is about this alone."""
        return f"follow:{self.pk}"

    @property
    def token(self) -> str:
        """Proves that whoever has it reads the mail of this address; good for 7 days."""
        return signing.dumps(self.pk, salt=SALT)

    @property
    def is_standing(self) -> bool:
        return bool(self.confirmed_at and not self.withdrawn_at)

    @property
    def stop_url(self) -> str:
        return settings.BASE_URL + reverse("following:stop", args=[self.follower.key, self.pk])

    def same(self):
        """Of the same address and thing, what stands; not this one."""
        found = Follow.objects.standing().filter(follower=self.follower).exclude(pk=self.pk)
        return found.of(self.target)

    @transaction.atomic
    def confirm(self) -> bool:
        """The address answered. False, and nothing changes, where it had, or has left since."""
        self.follower.lock()
        self.refresh_from_db()
        if self.confirmed_at or self.withdrawn_at:
            return False
        now = timezone.now()
        replaced = self.same().first()
        self.same().update(withdrawn_at=now)
        self._set(confirmed_at=now, told_at=replaced.told_at if replaced else now)
        Suppression.objects.news().filter(address=self.follower.email.lower()).delete()
        return True

    @transaction.atomic
    def prefer(self, frequency: str) -> None:
        """The reader's own choice how often; what was not told yet is told in the new way."""
        self.follower.lock()
        self._set(frequency=frequency)

    @transaction.atomic
    def move_to(self, question) -> None:
        """What was followed was merged into `question`: go on with what is new there from now on,
        with its title in the words. It ends instead where that is followed already.
        """
        self.follower.lock()
        self.refresh_from_db()
        there = Follow.objects.standing().of(question).filter(follower=self.follower)
        if not self.is_standing:
            return
        if there.exists():
            self._set(withdrawn_at=timezone.now())
            return
        outbox.mail.erase(about=self.about)  # their words name the other
        self._set(question=question, text=consent_text(question), told_at=timezone.now())

    @transaction.atomic
    def stop(self) -> bool:
        """No more mails about this, also those that no server has seen. False if it had ended."""
        self.follower.lock()
        self.refresh_from_db()
        if self.withdrawn_at:
            return False
        self._set(withdrawn_at=timezone.now())
        outbox.mail.cancel(about=self.about)
        if not self.follower.standing().exists():
            Message.objects.filter(about=self.follower.about, bulk=True).cancel()
        return True

    def _set(self, **fields) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
