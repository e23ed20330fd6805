"""One answer for several askers."""

from django.db import transaction

from qa import emails
from qa.models.workflow import StateConflict, Status


class Merging:
    """Verbs of Question that put it together with another that asks the same."""

    @transaction.atomic
    def merge_into(self, target: "Merging", *, by, note: str = "") -> None:
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

    def merged_askers(self) -> list["Merging"]:
        """The questions that wait for this one's answer, through however many merges."""
        return [asker for other in self.merged.all() for asker in [other, *other.merged_askers()]]
