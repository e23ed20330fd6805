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
        _lock_both(self, target)
        if target.pk == self.pk or target.status not in {Status.PENDING, Status.PUBLISHED}:
            raise StateConflict("merge")
        self._move("merge", by=by, note=note, merged_into_id=target.pk, spam_reason="")
        if target.status == Status.PUBLISHED:
            for asker in [self, *self.merged_askers()]:
                emails.answer_to_merged(asker, target, note, asker.answer_mailed_at())

    @transaction.atomic
    def demerge(self, *, by, tell: bool = True) -> None:
        """It asks something else after all: it waits for an answer of its own again.

        Whoever was merged into this one comes along. A mail with the other's answer is stopped if
        it has not left; with `tell` another asks to disregard one that has.
        """
        mails = self.merge_mails()
        self._stop_mails(self._move("demerge", by=by, merged_into_id=None))
        if tell:
            self._tell_taken_back(mails)

    def merge_mails(self):
        """The mails that this one's askers had since it was merged."""
        merged = self.events.filter(verb="merge").last()
        since = merged.created_at if merged else self.created_at
        return self.decision_mails().filter(created_at__gte=since)

    @property
    def end_of_chain(self) -> "Merging":
        """The question whose answer this one gets, through however many merges; else itself."""
        return self.merged_into.end_of_chain if self.merged_into else self

    def merged_askers(self) -> list["Merging"]:
        """The questions that wait for this one's answer, through however many merges."""
        return [asker for other in self.merged.all() for asker in [other, *other.merged_askers()]]


def _lock_both(one, other) -> None:
    """Keep others from changing two rows until the commit, and load the second as it is now.

    Always the lower number first: whoever merges the other way round at the same moment waits.
    """
    rows = type(one).objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")
    list(rows.select_for_update().values_list("pk"))
    other.refresh_from_db()
