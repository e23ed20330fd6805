import re

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from newsletter import emails
from newsletter.models.subscriber import Subscriber
from qa import markdown

BATCH = 200  # recipients per transaction


class NotAllowed(Exception):
    """This person may not send letters."""


class IssueQuerySet(models.QuerySet):
    def public(self):
        """What anyone may read on the web, newest first."""
        return self.filter(status=Issue.Status.SENT, public=True).order_by("-sent_at", "-pk")

    def unfinished(self):
        """Sending was decided, and then interrupted before every letter was queued."""
        return self.filter(status=Issue.Status.SENT, queued_at=None)


class Issue(models.Model):
    """One letter to all subscribers: draft --send--> sent."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"

    subject = models.CharField(max_length=150)
    preheader = models.CharField(
        max_length=200, blank=True, help_text="Mailboxes show it after the subject."
    )
    slug = models.SlugField(max_length=100, unique=True)
    body = models.TextField(help_text="Markdown, headings from ## on.", max_length=60_000)
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
        return markdown.render(self.body)

    @property
    def mail_body(self) -> str:
        """The Markdown with the addresses of this site written out, as a mail needs them."""
        return re.sub(r"\]\(/(?!/)", f"]({settings.BASE_URL}/", self.body)

    def recipients(self):
        """Confirmed subscribers; for a letter that was sent, those of that moment."""
        confirmed = Subscriber.objects.confirmed()
        return confirmed.filter(confirmed_at__lte=self.sent_at) if self.sent_at else confirmed

    def send(self, *, by) -> int:
        """Queue this letter for every confirmed subscriber; return how many letters were queued.

        Queued in batches, each with the mark of how far it came in the same transaction. A second
        call goes on where the first was interrupted, and otherwise does nothing. Raises
        NotAllowed.
        """
        if not by.has_perm("newsletter.send_issue"):
            raise NotAllowed("send")
        drafts = Issue.objects.filter(pk=self.pk, status=self.Status.DRAFT)
        drafts.update(status=self.Status.SENT, sent_at=timezone.now())
        return self.finish_sending()

    def finish_sending(self) -> int:
        """Queue the letters that are not queued yet; return how many."""
        self.refresh_from_db()
        letter, total = emails.Letter(self), 0
        while queued := self._queue_batch(letter):
            total += queued
        return total

    @transaction.atomic
    def _queue_batch(self, letter) -> int:
        """Letters for the next recipients; return how many.

        The issue is locked, so that two senders take turns; the subscribers are, so that one who
        leaves now either gets no letter or has it cancelled.
        """
        locked = Issue.objects.select_for_update().get(pk=self.pk)
        waiting = self.recipients().filter(pk__gt=locked.queued_up_to).order_by("pk")
        batch = list(waiting.select_for_update()[:BATCH])
        for subscriber in batch:
            letter.queue_for(subscriber)
        if batch:
            Issue.objects.filter(pk=self.pk).update(queued_up_to=batch[-1].pk)
        else:
            Issue.objects.filter(pk=self.pk, queued_at=None).update(queued_at=timezone.now())
        return len(batch)
