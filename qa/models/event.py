from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

ANSWERING = ["publish", "answer_privately"]


class EventQuerySet(models.QuerySet):
    def standing(self):
        """What was not taken back."""
        return self.filter(undone_by=None)

    def first_answers(self):
        """The decision that first answered each question, so far as it stands."""
        answers = self.standing().filter(verb__in=ANSWERING)
        earlier = Event.objects.standing().filter(
            verb__in=ANSWERING, question=OuterRef("question"), pk__lt=OuterRef("pk")
        )
        return answers.exclude(Exists(earlier))


class Event(models.Model):
    """One thing that happened to a question or a reader answer: who, what, when, why.

    Append-only: rows are written by the verbs of Question and Answer, in the transaction that
    changed the state, and never changed. An erased question keeps its events without words.
    """

    class Role(models.TextChoices):
        ASKER = "asker", "the asker"
        MEMBER = "member", "a member"
        CURATOR = "curator", "a curator"
        SITE = "site", "the site"

    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="events")
    answer = models.ForeignKey(
        "qa.Answer", models.SET_NULL, null=True, blank=True, related_name="events"
    )
    verb = models.CharField(max_length=24)
    role = models.CharField(max_length=8, choices=Role.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16, blank=True)
    note = models.TextField(blank=True)
    # What undo puts back: the columns that the verb changed, with their old values.
    before = models.JSONField(default=dict, blank=True)
    undone = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by"
    )
    # Decisions that were made together, by one click, are taken back together.
    batch = models.UUIDField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["question", "created_at"]),
            models.Index(fields=["verb", "created_at"], name="qa_event_verb_when"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor or self.get_role_display()}"
