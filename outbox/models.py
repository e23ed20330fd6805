"""The one noun of the outbox: a mail as a row."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, functions
from django.utils import timezone

from . import filebackend
from .pace import Pace  # noqa: F401 (Django looks for models here)
from .suppression import Suppression  # noqa: F401
from .wording import Wording

MAX_TRIES = 8
# Errors that tell of the server or the line, as `outbox.retry.explain` writes them.
SILENCE = ["TimeoutError", "SMTPServerDisconnected", "ConnectionResetError", "BrokenPipeError"]
NEWS_BATCH = "news:"  # begins the batch of mails about what somebody follows
ACCOUNT = "account"  # the purpose of mails whose links and codes open an account


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"
    CLAIMED = "claimed", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Perhaps sent"
    CANCELLED = "cancelled", "Cancelled"
    PAUSED = "paused", "Paused"


def new_message_id():
    """A globally unique Message-ID, angle brackets included (RFC 5322, 3.6.4)."""
    return f"<{uuid.uuid4().hex}@{settings.EMAIL_DOMAIN}>"


class MessageQuerySet(models.QuerySet):
    def due(self, now):
        """Queued mail whose time has come, oldest first."""
        return self.filter(status=Status.QUEUED, not_before__lte=now).order_by("not_before", "pk")

    def not_handed_over(self):
        """Mail that no server has seen in this try, so that it can still be stopped."""
        waiting = Q(status__in=[Status.QUEUED, Status.PAUSED])
        return self.filter(waiting | Q(status=Status.CLAIMED, handed_over_at=None))

    def handed_over(self):
        """Mail that a server took, or may have taken."""
        sent = Q(status__in=[Status.SENT, Status.UNKNOWN])
        return self.filter(sent | Q(status=Status.CLAIMED, handed_over_at__isnull=False))

    def cancel(self):
        """Stop what has not been handed over; return how many."""
        count = self.not_handed_over().update(status=Status.CANCELLED, **UNCLAIMED)
        self.forget_keys()
        return count

    def resume(self):
        """Let what was stopped go after all, at its time; return how many."""
        return self.filter(status=Status.CANCELLED).update(status=Status.QUEUED)

    def pause(self):
        """Hold back what has not been handed over until `go_on`; return how many."""
        return self.not_handed_over().update(status=Status.PAUSED, **UNCLAIMED)

    def go_on(self):
        """Let what was paused leave; return how many."""
        return self.filter(status=Status.PAUSED).update(status=Status.QUEUED)

    def hurry(self):
        """The server is back: what waits because it was silent need not wait longer."""
        silent = Q()
        for name in SILENCE:
            silent |= Q(last_error__startswith=name)
        now = timezone.now()
        waiting = self.filter(silent, status=Status.QUEUED, attempts__gt=0, not_before__gt=now)
        return waiting.update(not_before=now)

    def drop_stuck(self):
        """Let no person's click send again what failed or is uncertain; return how many."""
        stuck = self.filter(status__in=[Status.FAILED, Status.UNKNOWN])
        return stuck.update(status=Status.CANCELLED)

    def counts(self):
        """How many mails there are by status: a dict with every status."""
        found = self.order_by().values_list("status").annotate(models.Count("pk"))
        return dict.fromkeys(Status.values, 0) | dict(found)

    def arrived(self):
        """A person's decision: mail that was perhaps sent did arrive; return how many."""
        return self.filter(status=Status.UNKNOWN).update(
            status=Status.SENT, sent_at=functions.Coalesce("handed_over_at", timezone.now())
        )

    def try_again(self):
        """A person's decision: failed and unknown mail starts afresh; return how many.

        Not an account's, whose words are gone: whoever waits for it asks for a new one.
        """
        stuck = self.filter(status__in=[Status.FAILED, Status.UNKNOWN]).exclude(purpose=ACCOUNT)
        return stuck.update(
            status=Status.QUEUED, attempts=0, not_before=timezone.now(), **UNCLAIMED
        )

    def of_news(self):
        """Mails about what somebody follows."""
        return self.filter(batch__startswith=NEWS_BATCH)

    def forget_keys(self):
        """Blank what opens an account in mails that will not be sent any more; return how many."""
        over = self.filter(purpose=ACCOUNT).exclude(status__in=WAITING)
        return over.update(**WORDLESS)

    def delete(self):
        """Delete rows and, once that has committed, the files that they were written to."""
        if settings.MAIL_DIR.exists():
            gone = list(self.values_list("message_id", flat=True))
            transaction.on_commit(lambda: filebackend.forget(gone))
        return super().delete()

    delete.alters_data = delete.queryset_only = True  # as Django's own


class Message(models.Model):
    """One mail to one address.

    queued -> claimed -> sent | failed | unknown, and back to queued until the tries are used up;
    cancelled or paused from queued. Only `outbox.delivery` claims, by conditional UPDATE.
    """

    to = models.EmailField(max_length=254, db_index=True)
    from_email = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # Instead of the two, where many mails have most words in common.
    wording = models.ForeignKey(
        Wording, models.PROTECT, null=True, blank=True, related_name="mails", editable=False
    )
    own = models.JSONField(default=dict, blank=True, editable=False)
    headers = models.JSONField(default=dict, blank=True)
    message_id = models.CharField(max_length=255, unique=True, default=new_message_id)

    purpose = models.CharField(max_length=50, help_text="Why it is sent: “question received”.")
    about = models.CharField(max_length=100, blank=True, db_index=True)
    bulk = models.BooleanField("letter", default=False)
    batch = models.CharField(max_length=50, blank=True, help_text="Written together: “issue:5”.")
    dedupe_key = models.CharField(max_length=200, unique=True, null=True, blank=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=150, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    # A server took it and said later that it could not be delivered (outbox.bounces).
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "bulk", "not_before", "id"], name="outbox_due"),
            models.Index(fields=["status", "lease_until"], name="outbox_lease"),
            models.Index(fields=["batch", "status"], name="outbox_batch"),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_status_known", condition=Q(status__in=Status.values)
            ),
            models.CheckConstraint(
                name="outbox_claim_has_lease",
                condition=Q(status="claimed", lease_until__isnull=False)
                | (~Q(status="claimed") & Q(lease_until=None, claimed_by="")),
            ),
            models.CheckConstraint(
                name="outbox_sent_has_time",
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="outbox_queued_not_handed_over",
                condition=~Q(status="queued") | Q(handed_over_at=None),
            ),
            models.CheckConstraint(
                name="outbox_one_address",
                condition=Q(to__contains="@") & ~Q(to__contains="\n"),
            ),
            models.CheckConstraint(
                name="outbox_one_line_subject", condition=~Q(subject__contains="\n")
            ),
        ]

    def __str__(self):
        return f"{self.purpose} #{self.pk}"

    @property
    def is_news(self):
        return self.batch.startswith(NEWS_BATCH)

    @property
    def parts(self):
        """(text, html) as they are sent."""
        return self.wording.filled(self.own) if self.wording else (self.text, self.html)


WAITING = [Status.QUEUED, Status.CLAIMED, Status.PAUSED]
WORDLESS = {"text": "", "html": ""}
UNCLAIMED = {"claimed_by": "", "lease_until": None, "handed_over_at": None}
