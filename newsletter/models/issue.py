import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from newsletter import body, emails
from newsletter.models.subscriber import Subscriber
from outbox import mail
from outbox.models import WAITING, Message, Status

BATCH = 200  # recipients per transaction
QUEUEING = 2  # seconds of writing rows, then others have their turn
REST = timedelta(days=90)  # half as long as the outbox keeps rows of mails that were sent


class NotAllowed(Exception):
    """This person may not send letters."""


def check(person) -> None:
    if not (person and person.has_perm("newsletter.send_issue")):
        raise NotAllowed("send")


@dataclass(frozen=True)
class Progress:
    """How far a letter has come, from its mails by status."""

    counts: dict

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - self.left

    @property
    def left(self) -> int:
        return sum(self.counts[status] for status in WAITING)


class IssueQuerySet(models.QuerySet):
    def public(self):
        """What anyone may read on the web, newest first."""
        return self.filter(status=Issue.Status.SENT, public=True).order_by("-sent_at", "-pk")

    def unfinished(self):
        """Sending was decided, and then interrupted before every letter was queued."""
        return self.filter(status=Issue.Status.SENT, queued_at=None, paused_at=None)

    def due(self):
        """Drafts whose time has come."""
        return self.filter(status=Issue.Status.DRAFT, scheduled_at__lte=timezone.now())


class Issue(models.Model):
    """One letter to all subscribers, or to those of a topic: draft --send--> sent."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"

    subject = models.CharField(max_length=150)
    preheader = models.CharField(
        max_length=200, blank=True, help_text="Mailboxes show it after the subject."
    )
    slug = models.SlugField(max_length=100, unique=True)
    body = models.TextField(
        help_text="Markdown, headings from ## on; ![](picture:name) shows a picture of below.",
        max_length=60_000,
    )
    topic = models.ForeignKey(
        "qa.Topic",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="issues",
        help_text="Empty: to all. Otherwise to those who chose this topic, or chose none.",
    )
    public = models.BooleanField("also on the web", default=True)
    status = models.CharField(
        max_length=5, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="issues"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    scheduled_at = models.DateTimeField(null=True, blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Who had confirmed by then gets it.
    audience_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How far queueing has come: moved in the transaction that writes the letters.
    queued_up_to = models.PositiveBigIntegerField(default=0, editable=False)
    queued_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("send_issue", "Can send a letter to the subscribers")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="sent", sent_at__isnull=False)
                | models.Q(status="draft", sent_at=None),
                name="newsletter_issue_sent_has_time",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("newsletter:issue_detail", args=[self.slug])

    @property
    def is_sent(self) -> bool:
        return self.status == self.Status.SENT

    @property
    def html(self) -> str:
        return body.html(self.body, self.pictures.all())

    @property
    def mail_body(self) -> str:
        return body.absolute(self.body)

    def recipients(self):
        """Who gets it if it leaves now; of a letter that was sent, only who had confirmed then."""
        found = Subscriber.objects.receiving(self.topic)
        return found.filter(confirmed_at__lte=self.audience_at) if self.audience_at else found

    @property
    def batch(self) -> str:
        """How outbox rows name this letter."""
        return f"issue:{self.pk}"

    @property
    def mails(self):
        """The letters, one row for each recipient."""
        return Message.objects.filter(batch=self.batch)

    @property
    def progress(self) -> Progress:
        return Progress(self.mails.counts())

    # --- Sending ------------------------------------------------------------------------------

    def schedule(self, at, *, by) -> None:
        """Let the draft be sent by itself at the aware datetime `at`; None for not at all."""
        check(by)
        drafts = Issue.objects.filter(pk=self.pk, status=self.Status.DRAFT)
        drafts.update(scheduled_at=at, scheduled_by=by if at else None)

    def send(self, *, by) -> int:
        """Queue this letter for every confirmed subscriber; return how many letters were queued.

        Queued in batches, each with the mark of how far it came in the same transaction, for a few
        seconds; the worker queues the rest. A second call goes on where the first was interrupted,
        and otherwise does nothing. Raises NotAllowed.
        """
        check(by)
        drafts = Issue.objects.filter(pk=self.pk, status=self.Status.DRAFT)
        now = timezone.now()
        drafts.update(status=self.Status.SENT, sent_at=now, audience_at=now, scheduled_at=None)
        return self.finish_sending()

    def finish_sending(self, seconds: float = QUEUEING) -> int:
        """Queue letters that are not queued yet, for about so long; return how many."""
        self.refresh_from_db()
        letter, total, end = emails.Letter(self), 0, time.monotonic() + seconds
        while (queued := self._queue_batch(letter)) is not None:
            total += queued
            if time.monotonic() > end:
                break
        return total

    @transaction.atomic
    def _queue_batch(self, letter) -> int | None:
        """Letters for the next recipients; return how many are new, None at the end.

        The issue is locked, so that two senders take turns; the subscribers are, so that one who
        leaves now either gets no letter or has it cancelled.
        """
        locked = Issue.objects.select_for_update().get(pk=self.pk)
        if locked.paused_at or locked.queued_at:
            return None
        waiting = locked.recipients().filter(pk__gt=locked.queued_up_to).order_by("pk")
        batch = list(waiting.select_for_update()[:BATCH])
        if not batch:
            Issue.objects.filter(pk=self.pk).update(queued_at=timezone.now())
            return None
        queued = mail.queue_all(letter.mail_for(subscriber) for subscriber in batch)
        Subscriber.objects.count_letter(batch)
        Issue.objects.filter(pk=self.pk).update(queued_up_to=batch[-1].pk)
        return queued

    @transaction.atomic
    def pause(self, *, by) -> int:
        """Hold back every letter that no server has seen; return how many."""
        check(by)
        Issue.objects.select_for_update().get(pk=self.pk)
        Issue.objects.filter(pk=self.pk, status=self.Status.SENT).update(paused_at=timezone.now())
        return self.mails.pause()

    @transaction.atomic
    def resume(self, *, by) -> int:
        """Let the letters go that were held back; return how many."""
        check(by)
        Issue.objects.filter(pk=self.pk).update(paused_at=None)
        return self.mails.go_on()

    @transaction.atomic
    def send_to_rest(self, *, by) -> int:
        """Send it to those who did not get it: who confirmed since, and where it failed.

        What was perhaps sent waits for `send_unknown`. Returns how many failed ones are tried
        again; the worker queues the others. Raises NotAllowed, also once the rows that say who got
        it may be gone.
        """
        check(by)
        if not self.can_send_to_rest:
            raise NotAllowed("too late")
        Issue.objects.filter(pk=self.pk).update(
            queued_up_to=0, queued_at=None, audience_at=timezone.now()
        )
        return self.mails.filter(status=Status.FAILED, bounced_at=None).try_again()

    @property
    def can_send_to_rest(self) -> bool:
        return bool(self.sent_at and self.sent_at > timezone.now() - REST)

    def send_unknown(self, *, by) -> int:
        """A person's decision: what was perhaps sent is sent again; return how many."""
        check(by)
        return self.mails.filter(status=Status.UNKNOWN).try_again()

    def settle_unknown(self, *, by) -> int:
        """A person's decision: what was perhaps sent is taken as sent; return how many."""
        check(by)
        return self.mails.arrived()
