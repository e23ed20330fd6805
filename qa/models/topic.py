import math
from collections import defaultdict
from datetime import timedelta
from statistics import median

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property

from config.prepared import Prepared
from qa import markdown
from qa.models.event import Event
from qa.models.picture import Links, Picture
from qa.models.site import SiteProfile

LATELY = timedelta(days=90)
REVIEWED_FOR = timedelta(days=730)  # until an answer or an article is looked at again
ENOUGH_ANSWERS = 5  # to tell by them how long an answer takes


class TopicQuerySet(models.QuerySet):
    def open(self):
        return self.filter(is_open=True)

    def of_slug(self, slug: str) -> "Topic | None":
        return next(iter(_of_slug(slug)), None)

    @transaction.atomic
    def recount(self, numbers) -> None:
        """Count the answered questions of some topics; others who count wait until the commit."""
        rows = self.filter(pk__in=numbers).order_by("pk")
        for topic in rows.select_for_update(no_key=True).only("pk"):
            self.filter(pk=topic.pk).update(answered_count=topic.questions.published().count())


class Topic(models.Model):
    """A subject with an article of its own, under which questions are asked and answered."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True, help_text="One or two sentences.")
    body = models.TextField(blank=True, help_text="Markdown, headings from ## on.")
    invitation = models.CharField(
        max_length=200, blank=True, help_text="Such as “Have a question about …? Ask it here.”"
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    related = models.ManyToManyField("self", blank=True, symmetrical=False)
    order = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="topics"
    )
    reviewed_at = models.DateField(null=True, blank=True)
    is_open = models.BooleanField("questions may be asked", default=True)
    paused_note = models.CharField(
        max_length=300, blank=True, help_text="Shown while asking is paused."
    )
    accepts_reader_answers = models.BooleanField(default=False)
    daily_limit = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Questions taken in a day; empty for no limit."
    )
    expected_reply_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: what answers took lately, by the median of the last 90 days.",
    )
    # That median, in whole days; empty while too few were answered (measure_replies).
    measured_reply_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    # Its published questions (TopicQuerySet.recount).
    answered_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return topic_address(self.slug)

    @property
    def invitation_text(self) -> str:
        return self.invitation or f"Have a question about {self.title.lower()}? Ask it here."

    @property
    def review_due_at(self):
        """When the article is due for another look, as an answer is; None if it had none."""
        return self.reviewed_at and self.reviewed_at + REVIEWED_FOR

    @property
    def reply_days(self) -> int:
        """Days within which an asker may expect an answer: as set here, else as it took lately,
        else as the site's profile says.
        """
        return self.expected_reply_days or self.measured_reply_days or self._site_reply_days

    @cached_property
    def _site_reply_days(self) -> int:
        return SiteProfile.load().expected_reply_days

    @classmethod
    def measure_replies(cls) -> None:
        """Note for each topic how long answers took lately: the median, in days, rounded up.

        The worker does it (settings.RECURRING), so that pages need not.
        """
        waits = defaultdict(list)
        answers = Event.objects.first_answers().filter(created_at__gte=timezone.now() - LATELY)
        for topic, sent_at, answered_at in answers.exclude(question__submitted_at=None).values_list(
            "question__topic_id", "question__submitted_at", "created_at"
        ):
            waits[topic].append(answered_at - sent_at)
        for topic in cls.objects.all():
            days = _whole_days(waits[topic.pk])
            if days != topic.measured_reply_days:
                cls.objects.filter(pk=topic.pk).update(measured_reply_days=days)

    def takes_questions(self) -> bool:
        """Whether the form is open now: not paused, and the day's limit not reached."""
        return self.is_open and (self.daily_limit is None or self._asked_today() < self.daily_limit)

    def _asked_today(self) -> int:
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return self.questions.filter(submitted_at__gte=midnight).count()

    def rendered(self, pictures=None) -> markdown.Article:
        """The article as safe HTML, with its contents list; loads its pictures unless given."""
        pictures = self.pictures.all() if pictures is None else pictures
        return markdown.article(self.body, {picture.name: picture for picture in pictures})


@Prepared
def _of_slug(slug: str) -> TopicQuerySet:
    return Topic.objects.filter(slug=slug)


def topic_address(slug: str) -> str:
    """Its path; not by reverse(), which for the links of one list takes longer than its query."""
    return f"/topics/{slug}/"


def _whole_days(waits: list[timedelta]) -> int | None:
    """The median, at least a day; None for too few."""
    if len(waits) < ENOUGH_ANSWERS:
        return None
    return max(1, math.ceil(median(waits) / timedelta(days=1)))


class TopicPicture(Picture):
    """A picture of an article; in its Markdown it stands as ![](picture:NAME)."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="pictures")
    name = models.SlugField(max_length=60)
    caption = models.CharField(max_length=300, blank=True)
    credit = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "name"], name="qa_topicpicture_name_unique")
        ]

    def __str__(self) -> str:
        return self.name

    def links(self, prefix: str) -> Links:
        return Links(prefix, self.alt, self.width, self.height, self.caption, self.credit)
