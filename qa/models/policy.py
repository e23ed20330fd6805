from django.db import models
from django.utils import timezone

from config.prepared import Prepared


class PolicyQuerySet(models.QuerySet):
    def current(self, kind: str) -> "Policy | None":
        return next(iter(_current(kind)), None)


class Policy(models.Model):
    """One version of a text that people agree to or rely on.

    A change is a new version, so that "the guidelines that Ada agreed to" can be shown.
    """

    class Kind(models.TextChoices):
        GUIDELINES = "guidelines", "Guidelines"
        PRIVACY = "privacy", "Privacy"
        ABOUT = "about", "About"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    version = models.PositiveIntegerField()
    body = models.TextField(help_text="Markdown.")
    valid_from = models.DateTimeField(default=timezone.now)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="qa_policy_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


@Prepared
def _current(kind: str) -> PolicyQuerySet:
    return Policy.objects.filter(kind=kind).order_by("-version")[:1]
