from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import mark_safe

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa import emails, markdown, permissions, search
from qa.models.event import Event
from qa.models.topic import REVIEWED_FOR
from qa.models.workflow import NotAllowed, StateConflict, plain

# Of curators about readers' answers, as events name them.
DECISIONS = ["publish_reader_answer", "decline_reader_answer", "spam_reader_answer"]


class AnswerQuerySet(models.QuerySet):
    def official(self):
        return self.filter(kind=Answer.Kind.OFFICIAL)

    def reader(self):
        return self.filter(kind=Answer.Kind.READER)

    def published_reader(self):
        return self.reader().filter(status=Answer.Status.PUBLISHED)

    def waiting(self):
        """Readers' answers that no curator has decided about."""
        return self.reader().filter(status=Answer.Status.PENDING)

    def waiting_from(self, user):
        return self.waiting().filter(author=user)

    def forget_author(self) -> None:
        """Take the account and the name off answers that stay."""
        self.update(author=None, author_name="", author_place="")

    @transaction.atomic
    def erase(self) -> None:
        """Delete readers' answers, and their words from the search index's own pages, too."""
        shown = list(self.published_reader().values_list("question_id", flat=True))
        self.delete()
        for question in _published().filter(pk__in=shown):
            search.forget(question.pk)
            question.show()


def _published():
    """Questions that anybody may read; looked up here, as they know this module."""
    return Answer.question.field.related_model.objects.published()


class Answer(models.Model):
    """The expert's answer to a question, or a reader's, which a curator looks at first.

    The official answer is public where its question is; `status` matters to reader answers.
    """

    class Kind(models.TextChoices):
        OFFICIAL = "official", "Official"
        READER = "reader", "From a reader"

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting"
        PUBLISHED = "published", "Published"
        DECLINED = "declined", "Declined"
        SPAM = "spam", "Spam"

    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.OFFICIAL)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PENDING)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    # A reader's, as the curator saw them when publishing: later changes nobody has looked at.
    author_name = models.CharField(max_length=80, blank=True, editable=False)
    author_place = models.CharField(max_length=80, blank=True, editable=False)
    body = models.TextField(help_text="Markdown.", max_length=40_000)
    # The body as HTML, and of which text it was made (markdown.mark); of public answers.
    rendered = models.TextField(blank=True, editable=False)
    rendered_of = models.CharField(max_length=32, blank=True, editable=False)
    reviewed_at = models.DateField(null=True, blank=True)
    review_due_at = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        permissions = [("answer_question", "Can answer questions and decide about them")]
        indexes = [models.Index(fields=["review_due_at"], name="qa_answer_review_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(kind="official"), name="qa_answer_one_official"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} answer to {self.question_id}"

    @property
    def about(self) -> str:
        """How outbox rows name this answer."""
        return f"answer:{self.pk}"

    @property
    def html(self) -> str:
        """As stored, if that was made of this very body."""
        if self.rendered_of and self.rendered_of == markdown.mark(self.body):
            return mark_safe(self.rendered)  # noqa: S308 (it was cleaned when it was stored)
        is_reader = self.kind == self.Kind.READER
        return markdown.render_reader(self.body) if is_reader else markdown.render(self.body)

    def render(self) -> None:
        """Make the HTML that `html` gives out; it is for the caller to save."""
        self.rendered, self.rendered_of = str(self.html), markdown.mark(self.body)

    def store_html(self) -> None:
        """Render and save, unless the text is another by now."""
        self.render()
        rows = Answer.objects.filter(pk=self.pk, body=self.body)
        rows.update(rendered=self.rendered, rendered_of=self.rendered_of)

    @property
    def text(self) -> str:
        """The answer without markup, for teasers, feeds' summaries and plain-text mails."""
        return markdown.words(self.html)

    @transaction.atomic
    def review(self, *, by) -> None:
        """The expert has read a published answer again, and it holds: due once more in 24 months.

        Raises NotAllowed for anybody but a curator, StateConflict where it is not public.
        """
        if not permissions.is_curator(by) or self.kind != self.Kind.OFFICIAL:
            raise NotAllowed("review")
        today = timezone.localdate()
        public = Answer.objects.filter(pk=self.pk, question__in=_published())
        if not public.update(reviewed_at=today, review_due_at=today + REVIEWED_FOR):
            raise StateConflict("review")
        self.refresh_from_db()
        self.question.events.create(answer=self, verb="review", role=Event.Role.CURATOR, actor=by)

    @classmethod
    @transaction.atomic
    def from_reader(cls, question, *, by, body: str) -> "Answer":
        """A member answers a published question; the answer waits for a curator.

        Raises NotAllowed where the topic takes none, StateConflict where the question is not
        public or an earlier answer of theirs to it still waits.
        """
        question = type(question).objects.select_for_update().get(pk=question.pk)
        if not permissions.may_write_reader_answer(by, question.topic):
            raise NotAllowed("reader_answer")
        waiting = question.answers.waiting_from(by).exists()
        if waiting or question.status != question.Status.PUBLISHED:
            raise StateConflict("reader_answer")
        answer = cls.objects.create(question=question, kind=cls.Kind.READER, author=by, body=body)
        question.events.create(
            answer=answer,
            verb="reader_answer",
            role=Event.Role.MEMBER,
            actor=by,
            to_status=answer.status,
        )
        return answer

    @transaction.atomic
    def publish(self, *, by) -> None:
        """Show a reader's answer below the official one, and tell its author."""
        changes = {"published_at": timezone.now()}
        if self.author:
            changes |= {"author_name": self.author.display_name, "author_place": self.author.place}
        self._decide("publish", self.Status.PUBLISHED, by, **changes)
        emails.reader_answer_published(self)

    @transaction.atomic
    def decline(self, *, by, note: str = "") -> None:
        """Do not show a reader's answer; the author is told, with the words if there are any."""
        self._decide("decline", self.Status.DECLINED, by, note=note, published_at=None)
        emails.reader_answer_declined(self, note)

    @transaction.atomic
    def mark_spam(self, *, by) -> None:
        """Put a reader's answer away without a mail."""
        self._decide("spam", self.Status.SPAM, by, published_at=None)

    def last_decision(self) -> Event | None:
        """The newest decision about a reader's answer, unless it was taken back."""
        event = self.events.filter(verb__in=DECISIONS).last()
        return event if event and not hasattr(event, "undone_by") else None

    @transaction.atomic
    def undo(self, *, by) -> bool:
        """Take the last decision back. False where its mail had left already."""
        event = self.last_decision()
        if not permissions.is_curator(by):
            raise NotAllowed("undo")
        if event is None:
            raise StateConflict("undo")
        self._change("undo", event.from_status, by, note=event.verb, undone=event, **event.before)
        mails = self.decision_mails().filter(created_at__gte=event.created_at)
        mails.cancel()
        return not mails.exclude(status=MailStatus.CANCELLED).exists()

    def decision_mails(self):
        """The mails to its author about what was decided."""
        return Message.objects.filter(about=self.about, purpose=emails.READER_ANSWER)

    def _decide(self, verb, status, by, note="", **changes) -> None:
        if not permissions.is_curator(by) or self.kind != self.Kind.READER:
            raise NotAllowed(verb)
        if self.status == status:
            raise StateConflict(verb)
        self._change(f"{verb}_reader_answer", status, by, note=note, **changes)

    def _change(self, verb, status, by, *, note, undone=None, **changes) -> None:
        """The conditional UPDATE, what follows from it, and the Event."""
        old, before = self.status, {name: plain(getattr(self, name)) for name in changes}
        rows = Answer.objects.filter(pk=self.pk, status=old)
        if not rows.update(status=status, **changes):
            raise StateConflict(verb)
        self.refresh_from_db()
        # The page that shows it has changed: feeds, the sitemap and the search index say so.
        type(self.question).objects.filter(pk=self.question_id).update(updated_at=timezone.now())
        for question in _published().filter(pk=self.question_id):
            question.show()
        Event.objects.create(
            question_id=self.question_id,
            answer=self,
            verb=verb,
            role=Event.Role.CURATOR,
            actor=by,
            from_status=old,
            to_status=status,
            note=note,
            before=before,
            undone=undone,
        )
