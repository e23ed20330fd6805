import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

SALT, LINK_AGE = "newsletter.fact_sheet", timedelta(days=30)
MAX_BYTES = 10 * 1024 * 1024


class NotAPdf(ValueError):
    """The bytes are no PDF that we take; the text is for the person who chose the file."""


class FactSheetQuerySet(models.QuerySet):
    def suiting(self, topic) -> list["FactSheet"]:
        """Those of a topic and the general ones; all, without a topic or where it has none."""
        own = self.filter(Q(topic=topic) | Q(topic=None))
        return list(own if topic and own.exists() else self.all())

    def for_token(self, token: str) -> "FactSheet | None":
        """The sheet that a link of the last 30 days leads to.

        Raises signing.SignatureExpired for an older link; None for a forged one.
        """
        try:
            pk = signing.loads(token, salt=SALT, max_age=LINK_AGE)
        except signing.SignatureExpired:
            raise
        except signing.BadSignature:
            return None
        return self.filter(pk=pk).first()


class FactSheet(models.Model):
    """A PDF to print, for those who get the newsletter. It is served by signed link only."""

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    topic = models.ForeignKey(
        "qa.Topic",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="fact_sheets",
        help_text="Empty for a sheet that suits every topic.",
    )
    summary = models.CharField(max_length=300, blank=True, help_text="One or two sentences.")
    key = models.CharField(max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001
    size = models.PositiveIntegerField("size in bytes", default=0, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FactSheetQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def check_pdf(data: bytes) -> None:
        """Raises NotAPdf unless `data` is a PDF, by its content, of at most 10 MB."""
        if len(data) > MAX_BYTES:
            raise NotAPdf("The file is larger than 10 MB.")
        # ISO 32000-1, 7.5.2 and 7.5.5: a header first, an end-of-file marker last.
        if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-1024:]:
            raise NotAPdf("This is not a PDF file.")

    @transaction.atomic
    def store(self, data: bytes) -> None:
        """Keep a new PDF under a new random name, then save the row. Raises NotAPdf."""
        self.check_pdf(data)
        old, self.key = self.path if self.key else None, secrets.token_urlsafe(24)
        storages["private"].save(self.path, ContentFile(data))
        self.size, self.updated_at = len(data), timezone.now()
        self.save()
        if old:
            transaction.on_commit(lambda: storages["private"].delete(old))

    @property
    def path(self) -> str:
        return f"factsheets/{self.key}.pdf"

    def open(self):
        """The stored file. Raises FileNotFoundError where nothing was stored yet."""
        if self.key is None:
            raise FileNotFoundError(self.slug)
        return storages["private"].open(self.path)

    @property
    def url(self) -> str:
        """A link of 30 days, with the site's address, that names the sheet and nobody."""
        token = signing.dumps(self.pk, salt=SALT)
        return settings.BASE_URL + reverse("newsletter:fact_sheet", args=[token])
