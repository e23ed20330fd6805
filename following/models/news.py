from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from qa import markdown
from qa.models import Answer, Question

LOOK_BACK = timedelta(days=30)  # what is older is told to nobody any more


class NewsQuerySet(models.QuerySet):
    def public(self):
        """What anybody may read now; of a topic, while the question is still one of it."""
        there = (
            Q(kind=News.Kind.ANSWER, topic=F("question__topic"))
            | Q(kind=News.Kind.CORRECTION, correction__isnull=False)
            | Q(kind=News.Kind.READER, answer__status=Answer.Status.PUBLISHED)
        )
        return self.filter(there, question__status=Question.Status.PUBLISHED)

    def lately(self, until: datetime):
        """What was found up to `until`, oldest first."""
        since = timezone.now() - LOOK_BACK
        return self.filter(created_at__gt=since, created_at__lte=until).order_by("pk")


class News(models.Model):
    """One thing that followers are to be told, once and for all: an answered question (to those
    of its topic), a correction or a reader's answer (to those of its question).
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answered"
        CORRECTION = "correction", "Corrected"
        READER = "reader", "A reader’s answer"

    kind = models.CharField(max_length=10, choices=Kind)
    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="+")
    # Only of an answered question: where it stood when it was found, so that nobody hears twice.
    topic = models.ForeignKey("qa.Topic", models.CASCADE, null=True, related_name="+")
    correction = models.OneToOneField("qa.Correction", models.SET_NULL, null=True, related_name="+")
    answer = models.OneToOneField("qa.Answer", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(kind="answer"), name="following_answer_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="answer", topic__isnull=False)
                | (~Q(kind="answer") & Q(topic=None)),
                name="following_answer_has_topic",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.question_id}"

    @property
    def subject(self) -> str:
        return f"{self.get_kind_display()}: {self.question.title}"

    @property
    def url(self) -> str:
        return settings.BASE_URL + self.question.get_absolute_url()

    @property
    def words(self) -> str:
        """The beginning of the answer, or what was corrected."""
        if self.correction:
            return markdown.cut(self.correction.note, 300)
        return markdown.teaser(self.answer.body, 150) if self.answer else self.question.teaser

    def concerns(self, target) -> bool:
        """Whether this is for those who follow `target`."""
        if self.kind == self.Kind.ANSWER:
            return target == self.topic
        return target == self.question
