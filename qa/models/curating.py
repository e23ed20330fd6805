"""What a curator keeps at the desk: snippets, saved views, unsaved texts, when to be told."""

from datetime import datetime, timedelta

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


MORNING = 7  # o'clock, in settings.TIME_ZONE
SETTLED = timedelta(minutes=1)  # what was written before is committed, or never will be
NAG_EVERY = timedelta(days=1)


class Digest(models.Model):
    """How often a curator is mailed what is new in the queue, and what has been told already.

    `sent_at` is the turn up to which they were told, be it by a mail or because nothing was new.
    """

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

    @property
    def period(self) -> timedelta:
        return timedelta(hours=1) if self.every == self.Every.HOUR else timedelta(days=1)

    def last_turn(self, now: datetime) -> datetime:
        """The newest full hour, or seven in the morning, that is a minute ago or more."""
        local = timezone.localtime(now - SETTLED).replace(minute=0, second=0, microsecond=0)
        if self.every == self.Every.HOUR:
            return local
        morning = local.replace(hour=MORNING)
        return morning if morning <= local else morning - timedelta(days=1)

    def take_turn(self, turn: datetime) -> bool:
        """Whether nobody has told this curator what came before `turn`; then it is for us to do.

        Call it in the transaction that queues the mail: of two workers one is told yes.
        """
        behind = models.Q(sent_at=None) | models.Q(sent_at__lt=turn)
        return bool(Digest.objects.filter(behind, pk=self.pk).update(sent_at=turn))

    def take_nag(self, now: datetime) -> bool:
        """Whether this curator may be reminded again; at most once in 24 hours. As `take_turn`."""
        long_ago = models.Q(nagged_at=None) | models.Q(nagged_at__lte=now - NAG_EVERY)
        return bool(Digest.objects.filter(long_ago, pk=self.pk).update(nagged_at=now))
