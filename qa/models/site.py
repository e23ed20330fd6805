from email.utils import parseaddr

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from config.prepared import Prepared
from outbox.headers import collapse


class SiteProfile(models.Model):
    """What the owner says about the site; there is one row."""

    name = models.CharField(max_length=80, default="Askwell")
    tagline = models.CharField(max_length=160, blank=True)
    curator_name = models.CharField(max_length=80, blank=True)
    curator_credentials = models.CharField(max_length=120, blank=True)
    curator_bio = models.TextField(blank=True, help_text="Markdown.")
    disclaimer = models.TextField(blank=True, help_text="Shown under every answer.")
    is_medical = models.BooleanField(
        "about health", default=True, help_text="Tells search engines that pages are medical."
    )
    expected_reply_days = models.PositiveSmallIntegerField(
        default=7,
        validators=[MinValueValidator(1)],
        help_text="Days within which an asker may expect an answer, while too few were answered "
        "to tell by them.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="qa_siteprofile_is_single")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sender(self) -> str:
        """Who every mail is from: the site's name before the address of FROM_EMAIL.

        A name that FROM_EMAIL itself holds was written by the owner, and stands.
        """
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        # In a quoted string (RFC 5322, 3.2.4), where these two would need escaping.
        name = name or collapse(self.name).translate({ord('"'): "'", ord("\\"): "/"})
        return f'"{name}" <{address}>' if name else address

    @classmethod
    def load(cls) -> "SiteProfile":
        """The one row, or its defaults where nothing was written yet."""
        return next(iter(_rows()), None) or cls(pk=1)


@Prepared
def _rows() -> models.QuerySet:
    return SiteProfile.objects.order_by("pk")[:1]
