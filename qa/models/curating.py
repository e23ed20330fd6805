"""What a curator keeps at the desk: snippets, saved views, unsaved texts, when to be told."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Snippet(models.Model):
    """A text that is used often, put in by `/name`; all curators have it where it has no owner."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="snippets"
    )
    name = models.SlugField(max_length=40)
    text = models.TextField(max_length=10_000, help_text="Markdown.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="qa_snippet_own_name"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(owner=None), name="qa_snippet_shared_name"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.name}"


class SavedView(models.Model):
    """A search and filters of the queue under a name, for one curator."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="desk_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="qa_savedview_own_name")
        ]

    def __str__(self) -> str:
        return self.name


class UnsavedEdit(models.Model):
    """What a curator has typed on an answer page and not yet saved, kept by the page itself."""

    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="unsaved_edits")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "by"], name="qa_unsavededit_one_each")
        ]

    def __str__(self) -> str:
        return f"{self.question_id} by {self.by_id}"


class Digest(models.Model):
    """How often a curator is mailed what is new in the queue, and when that last happened."""

    class Every(models.TextChoices):
        HOUR = "hour", "Every hour"
        DAY = "day", "Every day"
        OFF = "off", "Never"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest", primary_key=True
    )
    every = models.CharField(max_length=4, choices=Every.choices, default=Every.DAY)
    sent_at = models.DateTimeField(null=True, blank=True)
    nagged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "mail about new questions"

    def __str__(self) -> str:
        return f"{self.user}: {self.get_every_display()}"
