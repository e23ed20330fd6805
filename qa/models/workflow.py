"""What may happen to a question: the table of verbs, and the one funnel that they go through."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from config.prepared import insert, update
from qa import permissions
from qa.models.event import Event
from qa.models.schedule import Schedule


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


# What Event.before holds besides columns of the question: dates of its answer, the numbers of the
# questions that a decision took out of it and of the mails that it stopped, the time at which the
# question was to go out, the correction that it added, and the words that its asker was to change.
NOT_COLUMNS = {"answer", "parted", "stopped", "schedule", "correction", "asked"}


@dataclass(frozen=True)
class Rule:
    """From which states a verb leads where, and who may use it; STAYS leads nowhere else."""

    sources: frozenset
    target: str
    role: str


STAYS = ""


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
    "demerge": _rule("merged", Status.PENDING, "curator"),
    "mark_spam": _rule("pending", Status.SPAM, "curator"),
    "move_topic": _rule("pending published", STAYS, "curator"),
    "assign": _rule("pending", STAYS, "curator"),
    "schedule": _rule("pending", STAYS, "curator"),
    "unschedule": _rule("pending", STAYS, "curator"),
    "correct": _rule("published", STAYS, "curator"),
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

    def _move(self, verb: str, *, by=None, note: str = "", batch=None, **changes) -> Event:
        """Change the state by `verb`, with further columns; call inside a transaction.

        `batch` is shared by decisions that were made together. NotAllowed for the wrong person,
        StateConflict where the question has meanwhile changed, or is not in a state that the verb
        starts from.
        """
        rule = RULES[verb]
        if (rule.role == "asker") != (by is None) or (by and not permissions.is_curator(by)):
            raise NotAllowed(verb)
        if self.status not in rule.sources:
            raise StateConflict(verb)
        if by and rule.target:
            # Whoever decided has finished with it.
            changes |= {"claimed_by_id": None, "claimed_at": None}
        target = rule.target or self.status
        return self._write(verb, target, by=by, note=note, changes=changes, batch=batch)

    def _write(
        self, verb, target, *, by, note, changes, undone=None, role=Event.Role.ASKER, batch=None
    ) -> Event:
        before = {name: plain(getattr(self, name)) for name in changes}
        loaded = {"id": self.pk, "status": self.status, "revision": self.revision}
        new = {"status": target, "revision": self.revision + 1} | changes
        if not update(type(self), loaded, new):
            raise StateConflict(verb)
        source = self.status
        self._reload()
        self._follow_visibility(source)
        if Status.PUBLISHED in {source, target}:
            self.recount(before.get("topic_id", self.topic_id))
        if target in DEAD_ENDS:
            before["parted"] = self.part_from_merged()
        was_sent = source != Status.DRAFT
        if was_sent and target != source and (planned := self.set_schedule(None)):
            before["schedule"] = planned
        event = Event(
            question=self,
            verb=verb,
            role=Event.Role.CURATOR if by else role,
            actor=by,
            from_status=source,
            to_status=target,
            note=note,
            before=before,
            undone=undone,
            batch=batch,
        )
        insert(event)
        return event

    def set_schedule(self, plan: dict | None) -> dict | None:
        """Put `plan` (columns of Schedule) in the place of what was planned, and return that."""
        schedules = Schedule.objects.filter(question=self)
        old = schedules.values("at", "by_id", "note", "mails").first()
        if old:
            schedules.delete()
        if plan:
            schedules.create(question=self, **plan)
        return old and {name: plain(value) for name, value in old.items()}

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
        """Make pictures, the search index and the page's date agree with what is public now."""
        if source != Status.PUBLISHED and self.status == Status.PUBLISHED:
            for image in self.images.filter(publish=True):
                image.publish_files()
            self.show()
        elif source == Status.PUBLISHED and self.status != Status.PUBLISHED:
            for image in self.images.exclude(public_key=None):
                image.withdraw_files()
            self.hide()
        elif self.status == Status.PUBLISHED:
            type(self).objects.filter(pk=self.pk).update(updated_at=timezone.now())
            self.refresh_from_db(fields=["updated_at"])
            self.show()

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
        if dates := event.before.get("answer"):
            self.answers.official().update(**dates)
        self.corrections.filter(pk=event.before.get("correction")).delete()
        undo = self._write(
            "undo", event.from_status, by=by, note=event.verb, changes=changes, undone=event
        )
        for other in type(self).objects.filter(
            pk__in=event.before.get("parted", []), status=Status.PENDING
        ):
            other._write(
                "merge", Status.MERGED, by=by, note="", changes={"merged_into_id": self.pk}
            )
        if "schedule" in event.before:
            self.set_schedule(event.before["schedule"])
        return undo

    def _restored(self, name, value):
        field = self._meta.get_field(name.removesuffix("_id"))
        if value and isinstance(field, models.DateTimeField):
            return parse_datetime(value)
        return value


def plain(value):
    """A date or time as ISO 8601 text; anything else as it is."""
    return value.isoformat() if isinstance(value, date) else value
