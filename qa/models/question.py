from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import slugify

import outbox.mail
from outbox.models import Message
from outbox.models import Status as MailStatus
from qa import emails, markdown, permissions, search
from qa.models.answer import Answer
from qa.models.event import Event
from qa.models.picture import new_key
from qa.models.site import SiteProfile
from qa.models.workflow import OPEN, NotAllowed, StateConflict, Status, Workflow, plain

CLAIM = timedelta(minutes=15)
CONFIRMATION, CONFIRMATION_AGE = "qa.confirmation", timedelta(days=30)
TITLE_LENGTH = (10, 150)
BODY_LENGTH = (20, 10_000)
KEPT_LENGTH = 50_000  # of each field of a form that could not be taken over


def public_slug(title: str) -> str:
    """The last part of a question's address; "answer" is where readers answer."""
    slug = slugify(title)[:80].strip("-")
    return "question" if slug in {"", "answer"} else slug


def _kept(value):
    """A value of a form; of a text that is far too long for its field, the beginning."""
    return value[:KEPT_LENGTH] if isinstance(value, str) else value


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
        official = models.Prefetch(
            "answers", Answer.objects.official().select_related("author"), to_attr="officials"
        )
        return self.published().select_related("topic").prefetch_related(official)


class Question(Workflow):
    """A reader's question, from the first draft to the published page.

    The verbs below are all that may happen to it; each goes through Workflow._move and queues
    the mail that belongs to it in the same transaction. The asker acts by holding `key`, a
    curator by being passed as `by`.
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
            models.Index(fields=["email"], name="qa_question_email"),
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

    @property
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
        return reverse("archive:question_detail", args=[self.pk, self.slug])

    def get_private_url(self) -> str:
        return reverse("asking:status", args=[self.key])

    # --- The asker's verbs ---------------------------------------------------------------

    @property
    def asker_may_edit(self) -> bool:
        """A draft, a returned question, or one that waits and that no curator has begun."""
        if self.status == Status.PENDING:
            return not self.active_claim and self.official_answer is None
        return self.status in {Status.DRAFT, Status.NEEDS_CHANGES}

    @transaction.atomic
    def rewrite(self, **fields) -> None:
        """The asker changes their own words, and the public text where these words are new.

        A question that was sent already gets a new key with a new address, and is acknowledged
        again to that. Raises StateConflict once a curator has begun.
        """
        self.lock_for_asker()
        moved = fields.get("email", self.email).lower() != self.email.lower()
        if moved:
            fields["email_confirmed_at"] = None
        if moved and self.submitted_at:
            # Whoever has the old address was mailed the old link, perhaps by mistake.
            fields["key"] = new_key()
        for public, asked in [("title", "asked_title"), ("body", "asked_body")]:
            if asked in fields and getattr(self, public) == getattr(self, asked):
                fields[public] = fields[asked]
        fields["typed"] = {}
        for name, value in fields.items():
            setattr(self, name, value)
        self.revision += 1
        self.save(update_fields=[*fields, "revision", "updated_at"])
        if self.status == Status.PENDING:
            self.events.create(
                verb="edit", role=Event.Role.ASKER, from_status=self.status, to_status=self.status
            )
        if moved and self.submitted_at:
            outbox.mail.cancel(about=self.about)
            if not self.is_suspected_spam:
                emails.question_received(self)

    @transaction.atomic
    def keep(self, typed: dict) -> None:
        """Keep what the asker's form holds beside the question, because it cannot be taken over.

        Raises StateConflict once a curator has begun.
        """
        self.lock_for_asker()
        self.typed = {name: _kept(value) for name, value in typed.items()}
        self.save(update_fields=["typed", "updated_at"])

    def lock_for_asker(self) -> None:
        """Keep others from changing the row until the commit. Raises StateConflict as `rewrite`."""
        self._lock()
        if not self.asker_may_edit:
            raise StateConflict("edit")

    def change_pictures(self) -> None:
        """Lock as `lock_for_asker`, to change pictures; curators' open pages are outdated then."""
        self.lock_for_asker()
        if self.submitted_at:
            Question.objects.filter(pk=self.pk).update(revision=F("revision") + 1)
            self.revision += 1

    @transaction.atomic
    def submit(self, *, confirmed: bool = False) -> None:
        """Send the draft. A second call, by a double click or another tab, changes nothing.

        Suspected spam is stored like the rest and gets no mail. `confirmed`: the address is known
        to be the asker's already, so that nobody is asked to confirm it.
        """
        self._lock()
        if self.status == Status.NEEDS_CHANGES:
            self._move("resubmit", claimed_by_id=None, claimed_at=None)
        elif self.status == Status.DRAFT:
            now = timezone.now()
            self._move("submit", submitted_at=now, email_confirmed_at=now if confirmed else None)
            if not self.is_suspected_spam:
                emails.question_received(self)

    @transaction.atomic
    def withdraw(self, note: str = "") -> None:
        self._move("withdraw", note=note, claimed_by_id=None, claimed_at=None)

    @property
    def may_reopen(self) -> bool:
        """Whether this is a draft that was ended before it was sent, and is still here."""
        return self.may("reopen") and not self.submitted_at and not self.erased_at

    @transaction.atomic
    def reopen(self) -> None:
        """Take up again a draft that was ended. Raises StateConflict for what was ever sent."""
        self._lock()
        if not self.may_reopen:
            raise StateConflict("reopen")
        self._move("reopen")

    @transaction.atomic
    def confirm_email(self) -> None:
        """The address answered: only its owner could have followed the mailed link."""
        changed = Question.objects.filter(pk=self.pk, email_confirmed_at=None).update(
            email_confirmed_at=timezone.now()
        )
        if changed:
            self.refresh_from_db()
            self.events.create(verb="confirm_email", role=Event.Role.ASKER)

    @transaction.atomic
    def erase(self) -> None:
        """Remove text, pictures, mails and every personal field; the bare events stay."""
        source = self.status
        target = Status.WITHDRAWN
        blank = dict.fromkeys(
            ["asked_title", "asked_body", "title", "body", "slug", "email", "name", "location"], ""
        )
        Question.objects.filter(pk=self.pk).update(
            **blank,
            typed={},
            wants_newsletter=False,
            status=target,
            revision=F("revision") + 1,
            erased_at=timezone.now(),
            email_confirmed_at=None,
            published_at=None,
            merged_into=None,
            spam_reason="",
            claimed_by=None,
            claimed_at=None,
        )
        for image in self.images.all():
            image.discard()
        self._erase_mails()
        self.answers.all().delete()
        self.events.update(note="", before={})
        search.forget(self.pk)
        self.refresh_from_db()
        if source not in {Status.PUBLISHED, Status.ANSWERED}:
            self.part_from_merged()
        self.events.create(
            verb="erase", role=Event.Role.ASKER, from_status=source, to_status=target
        )

    def _erase_mails(self) -> None:
        """Delete the mails about this question, and those that took its words to others.

        Whoever was to get its answer by a merge, and whose mail has not left, waits again.
        """
        outbox.mail.erase(about=self.about)
        for answer in self.answers.reader():
            outbox.mail.erase(about=answer.about)
        for other in self.merged.all():
            askers = [question.about for question in [other, *other.merged_askers()]]
            mails = Message.objects.filter(about__in=askers, purpose=emails.DECISION)
            stopped = mails.cancel()
            mails.delete()
            if stopped:
                other.wait_again()

    @transaction.atomic
    def anonymise(self) -> None:
        """Leave what is public, and forget who asked: own words, name, place, address, mails."""
        blank = dict.fromkeys(["asked_title", "asked_body", "email", "name", "location"], "")
        Question.objects.filter(pk=self.pk).update(
            **blank,
            typed={},
            wants_newsletter=False,
            email_confirmed_at=None,
            key=new_key(),
            revision=F("revision") + 1,
        )
        for image in self.images.filter(public_key=None):
            image.discard()
        self.events.update(note="")
        outbox.mail.erase(about=self.about)
        self.refresh_from_db()
        self.events.create(
            verb="anonymise",
            role=Event.Role.ASKER,
            from_status=self.status,
            to_status=self.status,
        )

    # --- The curator's verbs -------------------------------------------------------------

    @property
    def active_claim(self):
        """Who answers this now, or None; a claim ends by itself after 15 minutes."""
        if self.claimed_at and self.claimed_at > timezone.now() - CLAIM:
            return self.claimed_by
        return None

    def claim(self, *, by) -> bool:
        """Take the question to answer it. False where another curator has it."""
        if not permissions.is_curator(by):
            raise NotAllowed("claim")
        free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_at__lt=timezone.now() - CLAIM)
        taken = Question.objects.filter(free, pk=self.pk).update(
            claimed_by=by, claimed_at=timezone.now()
        )
        self.refresh_from_db(fields=["claimed_by", "claimed_at"])
        return bool(taken)

    def release(self, *, by) -> None:
        Question.objects.filter(pk=self.pk, claimed_by=by).update(claimed_by=None, claimed_at=None)

    @transaction.atomic
    def edit(self, *, by, title: str, body: str, answer: str) -> None:
        """Save the public text and the official answer, published or not.

        Raises StateConflict where the row is not the one that was loaded.
        """
        if not permissions.is_curator(by):
            raise NotAllowed("edit")
        rows = Question.objects.filter(pk=self.pk, revision=self.revision)
        if not rows.update(
            title=title, body=body, revision=F("revision") + 1, updated_at=timezone.now()
        ):
            raise StateConflict("edit")
        self.refresh_from_db()
        self._save_answer(by, answer)
        if self.status == Status.PUBLISHED:
            search.index(self)
        self.events.create(
            verb="edit",
            role=Event.Role.CURATOR,
            actor=by,
            from_status=self.status,
            to_status=self.status,
        )

    def _save_answer(self, by, body: str) -> None:
        existing = self.answers.official().first()
        if existing is None and body.strip():
            self.answers.create(kind=Answer.Kind.OFFICIAL, author=by, body=body)
        elif existing and existing.body != body:
            existing.body = body
            existing.save(update_fields=["body", "updated_at"])

    @transaction.atomic
    def publish(self, *, by, note: str = "") -> None:
        """Put question and answer into the archive and mail the answer, with a note if given."""
        self._require_answer("publish")
        now = timezone.now()
        event = self._move(
            "publish",
            by=by,
            note=note,
            slug=public_slug(self.title),
            published_at=now,
            spam_reason="",
        )
        self._stamp_answer(event, now)
        emails.answer_published(self, note)
        self._answer_merged(note)

    @transaction.atomic
    def unpublish(self, *, by, note: str = "") -> None:
        self._move("unpublish", by=by, note=note, published_at=None)

    @transaction.atomic
    def answer_privately(self, *, by, note: str = "") -> None:
        """Mail the answer to the asker; nothing becomes public."""
        self._require_answer("answer_privately")
        event = self._move("answer_privately", by=by, note=note, spam_reason="")
        self._stamp_answer(event, timezone.now())
        emails.answered_privately(self, note)
        self._answer_merged(note)

    @transaction.atomic
    def request_changes(self, *, by, reason: str) -> None:
        """Give the question back to the asker, with words about what is needed."""
        self._move("request_changes", by=by, note=reason, spam_reason="")
        emails.changes_requested(self, reason)

    @transaction.atomic
    def decline(self, *, by, reason: str = "") -> None:
        self._move("decline", by=by, note=reason)
        emails.question_declined(self, reason)

    @transaction.atomic
    def merge_into(self, target: "Question", *, by, note: str = "") -> None:
        """This asks what `target` asks: the asker gets that answer, now or once it is there.

        Raises StateConflict where `target` is this question or neither waits nor is published.
        """
        target._lock()
        if target.pk == self.pk or target.status not in {Status.PENDING, Status.PUBLISHED}:
            raise StateConflict("merge")
        self._move("merge", by=by, note=note, merged_into_id=target.pk, spam_reason="")
        if target.status == Status.PUBLISHED:
            for asker in [self, *self.merged_askers()]:
                emails.answer_to_merged(asker, target, note)

    @transaction.atomic
    def mark_spam(self, *, by) -> None:
        """Put it away without a mail."""
        self._move("mark_spam", by=by)

    @transaction.atomic
    def undo(self, *, by) -> bool:
        """Take the last decision back. False where a mail of it had left already."""
        decision = self._undo(by).undone
        mails = Message.objects.filter(
            about__in=[question.about for question in [self, *self.merged_askers()]],
            purpose=emails.DECISION,
            created_at__gte=decision.created_at,
        )
        mails.cancel()
        return not mails.exclude(status=MailStatus.CANCELLED).exists()

    def merged_askers(self) -> list["Question"]:
        """The questions that wait for this one's answer, through however many merges."""
        return [asker for other in self.merged.all() for asker in [other, *other.merged_askers()]]

    def _answer_merged(self, note: str) -> None:
        for asker in self.merged_askers():
            emails.answer_to_merged(asker, self, note)

    @property
    def about(self) -> str:
        """How outbox rows name this question."""
        return f"question:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def _lock(self) -> None:
        """Load the row as it is now and keep others from changing it until the commit."""
        Question.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()

    def _require_answer(self, verb: str) -> None:
        answer = self.answers.official().first()
        if answer is None or not answer.body.strip():
            raise StateConflict(verb)

    def _stamp_answer(self, event, now) -> None:
        """Date the answer: reviewed today, due for another look after 24 months.

        The event keeps the old dates, for undo.
        """
        answer = self.answers.official().get()
        dates = ["published_at", "reviewed_at", "review_due_at"]
        event.before["answer"] = {name: plain(getattr(answer, name)) for name in dates}
        event.save(update_fields=["before"])
        today = timezone.localdate(now)
        self.answers.filter(pk=answer.pk).update(
            published_at=now, reviewed_at=today, review_due_at=today + timedelta(days=730)
        )
