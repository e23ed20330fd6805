from datetime import timedelta

from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac

from qa.models import Policy

# Shown beside the button of /newsletter/ and as the label of the ask form's box. A change of a
# word needs a new version, so that every row goes on saying what its reader saw.
CONSENT_TEXT = (
    "Send me the newsletter by e-mail, about once every two months. "
    "I can leave at any time with the link in every letter."
)
CONSENT_VERSION = 1
MARK_SALT = "newsletter.consent"
SALT, CONFIRMATION_AGE = "newsletter.confirmation", timedelta(days=30)


def mark_of(email: str) -> str:
    """A keyed fingerprint of an address: it leads from the address to its story, never back."""
    return salted_hmac(MARK_SALT, email.strip().lower(), algorithm="sha256").hexdigest()


class ConsentQuerySet(models.QuerySet):
    def story_of(self, email: str):
        """Every consent of one address, also of those that were erased."""
        return self.filter(mark=mark_of(email))

    def standing(self):
        """Confirmed and not withdrawn."""
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)

    def erase(self) -> None:
        """Forget who it was, and what was never confirmed; what is left proves the past letters."""
        now = timezone.now()
        self.filter(confirmed_at=None).delete()
        self.update(
            subscriber=None, email="", erased_at=now, withdrawn_at=Coalesce("withdrawn_at", now)
        )

    def waiting(self):
        """Asked for, and neither confirmed nor withdrawn."""
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def for_token(self, token: str) -> "Consent | None":
        """The request whose confirmation mail carried `token`; None for a wrong or old one."""
        try:
            pk = signing.loads(token, salt=SALT, max_age=CONFIRMATION_AGE)
        except signing.BadSignature:
            return None
        return self.select_related("subscriber__topic").filter(pk=pk).first()


class Consent(models.Model):
    """Evidence (GDPR, article 7(1)) of one agreement: to which words, where and when.

    Append-only: `confirmed_at` and `withdrawn_at` are filled in once, and letters are counted.
    What was confirmed outlives the subscriber: `erase` leaves it without the address, to be found
    only by whoever knows that (`mark`).
    """

    TEXT, VERSION = CONSENT_TEXT, CONSENT_VERSION

    subscriber = models.ForeignKey(
        "newsletter.Subscriber", models.SET_NULL, null=True, related_name="consents"
    )
    email = models.EmailField("e-mail address", max_length=254, blank=True)
    mark = models.CharField(max_length=64, default="", db_index=True, editable=False)
    text = models.TextField("the words that were shown")
    text_version = models.PositiveIntegerField()
    privacy_version = models.PositiveIntegerField(
        null=True, help_text="Version of the privacy page at that time."
    )
    page = models.CharField(max_length=200, help_text="Where the reader asked.")
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    letters = models.PositiveIntegerField("letters so far", default=0)
    last_letter_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="newsletter_consent_has_text"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(confirmed_at__gte=F("asked_at")),
                name="newsletter_consent_asked_before_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"Consent of {self.asked_at:%d %B %Y}"

    @classmethod
    def of(cls, subscriber, *, page, text=CONSENT_TEXT, version=CONSENT_VERSION, confirmed_at=None):
        """Write down what `subscriber` was shown and agreed to on `page`.

        What was confirmed elsewhere brings its own words and time, and has the version 0.
        """
        privacy = None if confirmed_at else Policy.objects.current(Policy.Kind.PRIVACY)
        return cls.objects.create(
            subscriber=subscriber,
            email=subscriber.email,
            mark=mark_of(subscriber.email),
            text=text,
            text_version=version,
            privacy_version=privacy.version if privacy else None,
            page=page[:200],
            asked_at=confirmed_at or timezone.now(),
            confirmed_at=confirmed_at,
        )

    @property
    def token(self) -> str:
        """Proves that whoever has it reads the mail of this address; good for 30 days."""
        return signing.dumps(self.pk, salt=SALT)
