from django.conf import settings
from django.db import models
from django.utils import timezone


class ScheduleQuerySet(models.QuerySet):
    def due(self):
        return self.filter(at__lte=timezone.now()).order_by("at", "pk")


class Schedule(models.Model):
    """That a waiting question is to be published at a time; it waits in the queue until then."""

    question = models.OneToOneField("qa.Question", models.CASCADE, related_name="schedule")
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    note = models.TextField(blank=True, max_length=4000)
    mails = models.BooleanField("mail the answer to the asker", default=True)

    objects = ScheduleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.question_id} at {self.at:%Y-%m-%d %H:%M}"
