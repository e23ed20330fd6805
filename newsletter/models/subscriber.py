import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

import outbox.mail
from newsletter import emails
from newsletter.models.consent import Consent
from newsletter.models.fact_sheet import FactSheet
from outbox.headers import one_address
from outbox.models import Message
from outbox.suppression import Suppression

# Whoever types somebody else's address causes one mail an hour, not a thousand.
MAIL_PAUSE = timedelta(hours=1)
# How long after a letter the next may come, by Subscriber.frequency; a day or more of tolerance.
PAUSES = {"weekly": timedelta(days=6), "monthly": timedelta(days=27)}


def new_key() -> str:
    """24 random bytes, 192 bits."""
    return secrets.token_urlsafe(24)


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self):
        """Those who get the letter."""
        return self.filter(status=Subscriber.Status.CONFIRMED)

    def receiving(self, topic=None):
        """Those who get a letter that leaves now, about `topic` if it is about one."""
        now = timezone.now()
        held_back = Suppression.objects.letters().filter(address=Lower(OuterRef("email")))
        found = self.confirmed().exclude(paused_until__gt=now).exclude(Exists(held_back))
        for frequency, pause in PAUSES.items():
            found = found.exclude(frequency=frequency, last_letter_at__gt=now - pause)
        if topic:
            chosen = Subscriber.topics.through.objects.filter(subscriber_id=OuterRef("pk"))
            found = found.filter(~Exists(chosen) | Exists(chosen.filter(topic_id=topic.pk)))
        return found

    def count_letter(self, batch: list["Subscriber"]) -> None:
        """One more letter for each of these; their consents say so for good."""
        now, keys = timezone.now(), [subscriber.pk for subscriber in batch]
        self.filter(pk__in=keys).update(last_letter_at=now)
        consents = Consent.objects.standing().filter(subscriber__in=keys)
        consents.update(letters=F("letters") + 1, last_letter_at=now)

    def with_email(self, email: str) -> "Subscriber | None":
        """Whoever has this address, whatever its capitals."""
        return self.annotate(lower=Lower("email")).filter(lower=email.strip().lower()).first()

    @transaction.atomic
    def request(self, *, email: str, page: str, topic=None) -> "Subscriber":
        """Somebody typed `email` on `page` (a path) and asked for the newsletter.

        Writes the Consent and queues the mail that asks to confirm it. An address that gets the
        letter already is mailed that instead, so that no page tells who subscribes. At most one
        such mail an hour to one address; asking more often changes nothing.

        Raises ValueError for what is not one valid e-mail address.
        """
        subscriber = self._for(one_address(email.strip()))
        if topic and not subscriber.is_confirmed:
            subscriber.topic = topic
            subscriber.save(update_fields=["topic"])
        if subscriber.take_mail_turn():
            if subscriber.is_confirmed:
                sheets = FactSheet.objects.suiting(topic or subscriber.topic)
                emails.already_subscribed(subscriber, sheets)
            else:
                emails.confirm(subscriber, Consent.of(subscriber, page=page))
        return subscriber

    @transaction.atomic
    def bring(self, *, email: str, confirmed_at, text: str, page: str) -> str:
        """Somebody who confirmed elsewhere, with the evidence; return what became of it.

        Who left or was erased here stays away: that was said later than any list knows.
        """
        if Consent.objects.story_of(email).filter(withdrawn_at__isnull=False).exists():
            return "left before"
        subscriber = self._for(email)
        if subscriber.is_confirmed:
            return "known"
        Consent.of(subscriber, page=page, text=text, version=0, confirmed_at=confirmed_at)
        subscriber._set(Subscriber.Status.CONFIRMED, confirmed_at=confirmed_at)
        return "subscribed"

    def _for(self, email: str) -> "Subscriber":
        """The row of an address, made where there is none; two requests at once make one."""
        local, _, domain = email.rpartition("@")
        existing = self.with_email(email)
        if existing:
            return existing
        try:
            with transaction.atomic():
                return self.create(email=f"{local}@{domain.lower()}")
        except IntegrityError:
            return self.with_email(email)


class Subscriber(models.Model):
    """An address that asked for the newsletter.

    pending --confirm--> confirmed --unsubscribe--> unsubscribed --confirm--> confirmed
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Not yet confirmed"
        CONFIRMED = "confirmed", "Subscribed"
        UNSUBSCRIBED = "unsubscribed", "Has left"

    class Frequency(models.TextChoices):
        EVERY = "every", "Every letter"
        WEEKLY = "weekly", "At most one a week"
        MONTHLY = "monthly", "At most one a month"

    email = models.EmailField("e-mail address", max_length=254)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PENDING)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    topic = models.ForeignKey(
        "qa.Topic", models.SET_NULL, null=True, blank=True, related_name="subscribers"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    topics = models.ManyToManyField(
        "qa.Topic", blank=True, related_name="readers", help_text="None chosen: about everything."
    )
    frequency = models.CharField(max_length=7, choices=Frequency, default=Frequency.EVERY)
    paused_until = models.DateTimeField(null=True, blank=True)
    last_letter_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the last mail went out that anybody can cause by typing this address.
    mailed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "id"], name="newsletter_recipients")]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="newsletter_subscriber_email_unique"),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
                name="newsletter_subscriber_confirmed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="unsubscribed") | Q(unsubscribed_at__isnull=False),
                name="newsletter_subscriber_left_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_confirmed(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def about(self) -> str:
        """How outbox rows name this subscriber."""
        return f"subscriber:{self.pk}"

    @property
    def unsubscribe_url(self) -> str:
        return settings.BASE_URL + reverse("newsletter:unsubscribe", args=[self.key])

    @property
    def preferences_url(self) -> str:
        return settings.BASE_URL + reverse("newsletter:preferences", args=[self.key])

    @property
    def is_paused(self) -> bool:
        return bool(self.paused_until and self.paused_until > timezone.now())

    def fact_sheets(self) -> list[FactSheet]:
        """What the welcome mail brings: the sheets of the topic that led here."""
        return FactSheet.objects.suiting(self.topic)

    def take_mail_turn(self) -> bool:
        """Whether a mail may be caused now; the first of two requests at once gets it."""
        now = timezone.now()
        free = Q(mailed_at=None) | Q(mailed_at__lt=now - MAIL_PAUSE)
        return bool(Subscriber.objects.filter(free, pk=self.pk).update(mailed_at=now))

    @transaction.atomic
    def confirm(self, consent: Consent | None = None) -> bool:
        """The address answered: it gets the letter, and the welcome mail with the fact sheet.

        `consent` is the request that was confirmed, by default the newest. False, and nothing
        changes, where that is confirmed or withdrawn already.
        """
        self._lock()
        waiting = self.consents.waiting().filter(**({"pk": consent.pk} if consent else {}))
        consent = waiting.last()
        if consent is None or self.is_confirmed:
            return False
        now = timezone.now()
        self.consents.filter(pk=consent.pk).update(confirmed_at=now)
        self._set(self.Status.CONFIRMED, confirmed_at=now, unsubscribed_at=None)
        Suppression.objects.letters().filter(address=self.email.lower()).delete()
        emails.welcome(self)
        return True

    @transaction.atomic
    def unsubscribe(self) -> bool:
        """No more letters, also those that are queued and no server has seen. False if gone."""
        self._lock()
        if self.status == self.Status.UNSUBSCRIBED:
            return False
        now = timezone.now()
        self._set(self.Status.UNSUBSCRIBED, unsubscribed_at=now, mailed_at=None)
        self.consents.filter(withdrawn_at=None).update(withdrawn_at=now)
        outbox.mail.cancel(about=self.about)
        Message.objects.filter(about=self.about, bulk=True).drop_stuck()
        return True

    @transaction.atomic
    def prefer(self, *, topics, frequency: str) -> None:
        """The reader's own choice of topics (none: everything) and frequency."""
        self._lock()
        self.topics.set(topics)
        self.frequency = frequency
        self.save(update_fields=["frequency"])

    @transaction.atomic
    def pause(self, days: int) -> None:
        """No letters for `days`, not even those that wait; 0 ends the pause."""
        self._lock()
        self.paused_until = timezone.now() + timedelta(days=days) if days else None
        self.save(update_fields=["paused_until"])
        if days:
            Message.objects.filter(about=self.about, bulk=True).cancel()

    @transaction.atomic
    def erase(self) -> None:
        """Forget the address: the row, the mails to it, and whose the confirmed consents were."""
        self._lock()
        self.consents.all().erase()
        outbox.mail.erase(about=self.about)
        self.delete()

    def _lock(self) -> None:
        """Load the row as it is now and keep others from changing it until the commit."""
        Subscriber.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()

    def _set(self, status, **fields) -> None:
        for name, value in {"status": status, **fields}.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])
