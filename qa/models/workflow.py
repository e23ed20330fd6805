"""What may happen to a question: the table of verbs, and the one funnel that they go through."""

from dataclasses import dataclass
from datetime import date

from django.db import models, transaction
from django.db.models import F
from django.utils.dateparse import parse_datetime

from qa import permissions, search
from qa.models.event import Event


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    PENDING = "pending", "Waiting for an answer"
    NEEDS_CHANGES = "needs_changes", "Waiting for the asker"
    PUBLISHED = "published", "Published"
    ANSWERED = "answered", "Answered privately"
    DECLINED = "declined", "Declined"
    MERGED = "merged", "Merged"
    SPAM = "spam", "Spam"
    WITHDRAWN = "withdrawn", "Withdrawn"


# In which a question will not be answered: whoever was merged into it waits on their own again.
DEAD_ENDS = frozenset({Status.DECLINED, Status.SPAM, Status.WITHDRAWN})
# Before a curator has decided; the asker may still take the question back.
OPEN = frozenset({Status.DRAFT, Status.PENDING, Status.NEEDS_CHANGES})


# What Event.before holds besides columns of the question: dates of its answer, and the numbers of
# the questions that a decision took out of it.
NOT_COLUMNS = {"answer", "parted"}


@dataclass(frozen=True)
class Rule:
    """From which states a verb leads where, and who may use it."""

    sources: frozenset
    target: str
    role: str


def _rule(sources: str, target: str, role: str) -> Rule:
    return Rule(frozenset(sources.split()), target, role)


RULES = {
    "submit": _rule("draft", Status.PENDING, "asker"),
    "resubmit": _rule("needs_changes", Status.PENDING, "asker"),
    "withdraw": _rule("draft pending needs_changes", Status.WITHDRAWN, "asker"),
    "reopen": _rule("withdrawn", Status.DRAFT, "asker"),  # only what was never sent
    "publish": _rule("pending", Status.PUBLISHED, "curator"),
    "unpublish": _rule("published", Status.PENDING, "curator"),
    "answer_privately": _rule("pending", Status.ANSWERED, "curator"),
    "request_changes": _rule("pending", Status.NEEDS_CHANGES, "curator"),
    "decline": _rule("pending", Status.DECLINED, "curator"),
    "merge": _rule("pending", Status.MERGED, "curator"),
    "mark_spam": _rule("pending", Status.SPAM, "curator"),
}
UNDOABLE = frozenset(verb for verb, rule in RULES.items() if rule.role == "curator")


class NotAllowed(Exception):
    """This person may not do this."""


class StateConflict(Exception):
    """The question is in another state, or another version, than the verb needs."""


class Workflow(models.Model):
    """The funnel. Every change of `status` goes through `_move`, and nothing else sets it.

    allowed? -> conditional UPDATE (status and revision as loaded) -> Event row; the caller
    queues its mail in the same transaction.
    """

    Status = Status
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def may(self, verb: str, by=None) -> bool:
        """Whether `by` (None for the asker, who holds the key) could use `verb` now."""
        rule = RULES[verb]
        allowed = by is None if rule.role == "asker" else permissions.is_curator(by)
        return allowed and self.status in rule.sources

    def _move(self, verb: str, *, by=None, note: str = "", **changes) -> Event:
        """Change the state by `verb`, with further columns; call inside a transaction.

        Raises NotAllowed for the wrong person, StateConflict where the question has meanwhile
        changed, or is not in a state that the verb starts from.
        """
        rule = RULES[verb]
        if (rule.role == "asker") != (by is None) or (by and not permissions.is_curator(by)):
            raise NotAllowed(verb)
        if self.status not in rule.sources:
            raise StateConflict(verb)
        if by:
            # Whoever decided has finished with it.
            changes |= {"claimed_by_id": None, "claimed_at": None}
        return self._write(verb, rule.target, by=by, note=note, changes=changes)

    @transaction.atomic
    def _write(
        self, verb, target, *, by, note, changes, undone=None, role=Event.Role.ASKER
    ) -> Event:
        before = {name: plain(getattr(self, name)) for name in changes}
        rows = type(self).objects.filter(pk=self.pk, status=self.status, revision=self.revision)
        if not rows.update(status=target, revision=F("revision") + 1, **changes):
            raise StateConflict(verb)
        source = self.status
        self.refresh_from_db()
        self._follow_visibility(source)
        if target in DEAD_ENDS:
            before["parted"] = self.part_from_merged()
        return self.events.create(
            verb=verb,
            role=Event.Role.CURATOR if by else role,
            actor=by,
            from_status=source,
            to_status=target,
            note=note,
            before=before,
            undone=undone,
        )

    def part_from_merged(self) -> list[int]:
        """Put what was merged into this back into the queue, so that nobody waits in vain.

        Returns their numbers.
        """
        others = list(self.merged.all())
        for other in others:
            other.wait_again()
        return [other.pk for other in others]

    def wait_again(self) -> None:
        """Merged into a question that will not bring an answer: it is one of its own again."""
        self._write(
            "unmerge",
            Status.PENDING,
            by=None,
            note="",
            changes={"merged_into_id": None},
            role=Event.Role.SITE,
        )

    def _follow_visibility(self, source: str) -> None:
        """Make pictures and the search index agree with what is public now."""
        if source != Status.PUBLISHED and self.status == Status.PUBLISHED:
            for image in self.images.filter(publish=True):
                image.publish_files()
            search.index(self)
        elif source == Status.PUBLISHED and self.status != Status.PUBLISHED:
            for image in self.images.exclude(public_key=None):
                image.withdraw_files()
            search.remove(self.pk)

    def last_decision(self) -> Event | None:
        """The newest decision of a curator that undo could take back."""
        event = self.events.filter(verb__in=[*RULES, "erase", "unmerge"]).last()
        undoable = event and event.verb in UNDOABLE and event.to_status == self.status
        return event if undoable and not hasattr(event, "undone_by") else None

    def _undo(self, by) -> Event:
        event = self.last_decision()
        if not permissions.is_curator(by):
            raise NotAllowed("undo")
        if event is None:
            raise StateConflict("undo")
        before = {name: value for name, value in event.before.items() if name not in NOT_COLUMNS}
        changes = {name: self._restored(name, value) for name, value in before.items()}
        self.answers.official().update(**event.before.get("answer", {}))
        undo = self._write(
            "undo", event.from_status, by=by, note=event.verb, changes=changes, undone=event
        )
        for other in type(self).objects.filter(
            pk__in=event.before.get("parted", []), status=Status.PENDING
        ):
            other._write(
                "merge", Status.MERGED, by=by, note="", changes={"merged_into_id": self.pk}
            )
        return undo

    def _restored(self, name, value):
        field = self._meta.get_field(name.removesuffix("_id"))
        if value and isinstance(field, models.DateTimeField):
            return parse_datetime(value)
        return value


def plain(value):
    """A date or time as ISO 8601 text; anything else as it is."""
    return value.isoformat() if isinstance(value, date) else value
