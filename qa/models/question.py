from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from config.prepared import Prepared, refresh
from outbox.models import Message
from qa import markdown
from qa.models.answer import Answer
from qa.models.asking import AskersVerbs
from qa.models.deciding import CuratorsVerbs
from qa.models.forgetting import Forgetting
from qa.models.image import Image
from qa.models.merging import Merging
from qa.models.picture import new_key
from qa.models.publishing import Publishing
from qa.models.showing import Showing
from qa.models.site import SiteProfile
from qa.models.workflow import OPEN, Status, Workflow

CONFIRMATION, CONFIRMATION_AGE = "qa.confirmation", timedelta(days=30)
TITLE_LENGTH = (10, 150)
BODY_LENGTH = (20, 10_000)


def address_mark(email: str) -> str:
    """Tells one address from another without naming it: links end up in logs."""
    return salted_hmac(CONFIRMATION, email).hexdigest()[:20]


class QuestionQuerySet(models.QuerySet):
    def published(self):
        """What anyone may read."""
        return self.filter(status=Status.PUBLISHED)

    def pending(self):
        return self.filter(status=Status.PENDING)

    def sent(self):
        """Everything that was really sent, whatever became of it: all but drafts."""
        return self.exclude(submitted_at=None)

    def asked_by(self, email: str):
        return self.sent().filter(email__iexact=email)

    def of_key(self, key: str) -> "Question | None":
        """The question whose asker has this key, with its topic."""
        return next(iter(_of_key(key)), None)

    def for_confirmation(self, token: str) -> "Question | None":
        """The question whose asker was mailed `token`; None for a wrong, old or outdated one."""
        try:
            pk, mark = signing.loads(token, salt=CONFIRMATION, max_age=CONFIRMATION_AGE)
        except signing.BadSignature:
            return None
        question = self.filter(pk=pk).exclude(email="").first()
        return question if question and mark == address_mark(question.email) else None

    def newest_first(self):
        return self.order_by("-published_at", "-pk")

    def for_pages(self):
        """Published questions with everything that a list or a page of them shows."""
        return self.published().select_related("topic").prefetch_related(self.officials())

    @staticmethod
    def officials() -> models.Prefetch:
        """The official answers with their authors, where Question.official_answer finds them."""
        rows = Answer.objects.official().select_related("author")
        return models.Prefetch("answers", rows, to_attr="officials")


class Question(AskersVerbs, CuratorsVerbs, Publishing, Merging, Forgetting, Showing, Workflow):
    """A reader's question, from the first draft to the published page.

    What may happen to it stands in the modules of its verbs; each goes through Workflow._move
    and queues the mail that belongs to it in the same transaction. The asker acts by holding
    `key`, a curator by being passed as `by`.
    """

    topic = models.ForeignKey("qa.Topic", models.PROTECT, related_name="questions")
    # The asker's own words: private for ever.
    asked_title = models.CharField(max_length=TITLE_LENGTH[1], blank=True)
    asked_body = models.TextField(blank=True)
    # The public text, which a curator may edit.
    title = models.CharField(max_length=TITLE_LENGTH[1], blank=True)
    body = models.TextField(blank=True)
    slug = models.SlugField(max_length=80, blank=True)

    email = models.EmailField(max_length=254, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    name = models.CharField(max_length=80, blank=True)
    location = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    guidelines = models.ForeignKey(
        "qa.Policy", models.PROTECT, null=True, blank=True, related_name="+"
    )
    wants_newsletter = models.BooleanField(default=False)
    spam_reason = models.CharField(max_length=80, blank=True)
    # The asker's form as last sent back, where it could not be taken over: nothing typed is lost.
    typed = models.JSONField(default=dict, blank=True, editable=False)

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    # Whose it is to answer: by a colleague's choice, or since they asked for changes.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    published_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    # What the place that it was imported from calls it, so that nothing comes in twice.
    external_id = models.CharField(max_length=200, unique=True, null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="qa_question_queue"),
            models.Index(fields=["status", "-published_at", "-id"], name="qa_question_archive"),
            models.Index(
                fields=["topic", "status", "-published_at", "-id"], name="qa_question_topic"
            ),
            models.Index(fields=["status", "slug", "id"], name="qa_question_letters"),
            # All that a sitemap's index reads, so that it need not read the rows.
            models.Index(
                fields=["status", "id", "published_at", "updated_at"], name="qa_question_sitemap"
            ),
            models.Index(fields=["email"], name="qa_question_email"),
            models.Index(
                fields=["id"],
                condition=Q(status="published", closest__isnull=True),
                name="qa_question_unprepared",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="qa_question_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="qa_question_merged_has_target",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.asked_title or f"Question {self.pk}"

    # --- What it is ----------------------------------------------------------------------

    @property
    def reference_number(self) -> str:
        return f"Q-{self.pk:06d}"

    @property
    def is_suspected_spam(self) -> bool:
        return bool(self.spam_reason)

    @property
    def official_answer(self) -> Answer | None:
        """The expert's answer; from the prefetched list where QuerySet.for_pages made one."""
        if hasattr(self, "officials"):
            return self.officials[0] if self.officials else None
        return self.answers.official().select_related("author").first()

    @cached_property
    def site(self) -> SiteProfile:
        return SiteProfile.load()

    @property
    def confirmation_token(self) -> str:
        """Proves that whoever has it reads the mail of the asker's present address."""
        return signing.dumps([self.pk, address_mark(self.email)], salt=CONFIRMATION)

    @property
    def body_html(self) -> str:
        return markdown.plain_paragraphs(self.body)

    @property
    def teaser(self) -> str:
        """About 150 characters of the answer, cut at a word."""
        if self.excerpt:
            return self.excerpt
        answer = self.official_answer
        return markdown.teaser(answer.body, 150) if answer else markdown.cut(self.body, 150)

    @property
    def changed_at(self):
        """When the public page last changed."""
        return max(self.published_at, self.updated_at)

    @property
    def credit(self) -> str:
        """“Ada, Leeds”, “Ada”, “Leeds”, or nothing: only what the asker gave to be shown."""
        return ", ".join(part for part in (self.name, self.location) if part)

    def get_absolute_url(self) -> str:
        return question_address(self.pk, self.slug)

    def get_private_url(self) -> str:
        return reverse("asking:status", args=[self.key])

    @property
    def about(self) -> str:
        """How outbox rows name this question."""
        return f"question:{self.pk}"

    @property
    def mail_came_back(self) -> bool:
        """Whether a server said that a mail to the asker could not be delivered."""
        return Message.objects.filter(about=self.about, bounced_at__isnull=False).exists()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def lock(self) -> None:
        """Load the row as it is now and keep others from changing it until the commit."""
        refresh(self, _locked(self.pk))

    def load_images(self) -> None:
        """As prefetch_related_objects([self], "images"), in less time."""
        rows = self.images.all()
        rows._result_cache, rows._prefetch_done = _images(self.pk), True
        self._prefetched_objects_cache = {"images": rows}

    def _reload(self) -> None:
        refresh(self, _row(self.pk))


@Prepared
def _locked(pk: int) -> QuestionQuerySet:
    return Question.objects.select_for_update().filter(pk=pk)


@Prepared
def _row(pk: int) -> QuestionQuerySet:
    return Question.objects.filter(pk=pk)


@Prepared
def _images(pk: int) -> models.QuerySet:
    return Image.objects.filter(question=pk)


@Prepared
def _of_key(key: str) -> QuestionQuerySet:
    return Question.objects.select_related("topic").filter(key=key)


def question_address(pk: int, slug: str) -> str:
    """Its path; not by reverse(), as qa.models.topic.topic_address."""
    return f"/questions/{pk}/{slug}/"
