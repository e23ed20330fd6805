from django.db import models


class DayCount(models.Model):
    """How often something happened on a day: a number, never who.

    `subject` says to what: a topic's slug, a question's number, words that were searched for.
    """

    class What(models.TextChoices):
        SEARCH_FOUND_NOTHING = "search_empty", "Searches that found nothing"
        SEARCH_LED_NOWHERE = "search_unused", "Searches after which somebody asked"
        ALREADY_ANSWERED = "already_answered", "Ended at the check page: an answer was there"
        HELPED = "helped", "This helped"
        DID_NOT_HELP = "did_not_help", "This did not help"
        SAME_HERE = "same_here", "I have this too"

    day = models.DateField()
    what = models.CharField(max_length=20, choices=What.choices)
    subject = models.CharField(max_length=120, blank=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "what", "subject"], name="qa_daycount_one_row")
        ]
        indexes = [models.Index(fields=["what", "day"], name="qa_daycount_what_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.what} {self.subject}: {self.number}"
