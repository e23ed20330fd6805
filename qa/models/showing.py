"""What public pages need of a question, worked out when it changes and not when it is read."""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from qa import markdown, search
from qa.models.day_count import DayCount
from qa.models.topic import Topic

# Related questions that are kept; a page shows the first five of them that are still public.
CLOSEST = 8
AT_ONCE = 100  # questions that `prepare_pages` writes in one transaction
A_YEAR = timedelta(days=365)


class Showing(models.Model):
    """The stored parts of Question's public page. Each can be left empty: it is worked out then."""

    # The first words of the answer, for lists.
    excerpt = models.CharField(max_length=160, blank=True, editable=False)
    # Numbers of the answered questions most like this one, best first; None: to be worked out.
    closest = models.JSONField(null=True, editable=False)
    # How often readers said “I have this too” in the last year (count_same_here); None: never.
    same_here = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    def show(self) -> None:
        """Make the search index and the stored parts agree with a page that is, or was, public."""
        search.index(self)
        excerpt, closest, answer = self.parts()
        answer.store_html()
        type(self).objects.filter(pk=self.pk).update(excerpt=excerpt, closest=closest)
        self._tell_neighbours(closest)
        self.refresh_from_db(fields=["excerpt", "closest"])

    def hide(self) -> None:
        search.remove(self.pk)
        self.answers.official().update(rendered="", rendered_of="")
        type(self).objects.filter(pk=self.pk).update(excerpt="", closest=None)
        self._tell_neighbours(self.closest)
        self.refresh_from_db(fields=["excerpt", "closest"])

    def parts(self) -> tuple:
        """(excerpt, closest, official answer), worked out now."""
        answer = self.answers.official().get()
        closest = search.similar(self.title, limit=CLOSEST, exclude=self.pk)
        return markdown.cut(answer.text, 150), closest, answer

    def _tell_neighbours(self, numbers: list[int] | None) -> None:
        """Their own lists are worked out anew, as this question came or went.

        Those that somebody else is deciding about are left out, so that nobody waits for another.
        """
        rows = type(self).objects.filter(pk__in=numbers or []).order_by("pk")
        free = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
        type(self).objects.filter(pk__in=list(free)).update(closest=None)

    @classmethod
    def prepare_pages(cls, most: int = 2000) -> int:
        """Work out what is still open, as after an import; returns for how many (the worker)."""
        rows = cls.objects.published().filter(closest__isnull=True).order_by("pk")
        numbers = list(rows.values_list("pk", flat=True)[:most])
        for start in range(0, len(numbers), AT_ONCE):
            some = rows.filter(pk__in=numbers[start : start + AT_ONCE])
            cls._write_parts([(question, *question.parts()) for question in some])
        return len(numbers)

    @classmethod
    @transaction.atomic
    def _write_parts(cls, found: list[tuple]) -> None:
        """Unless one was changed meanwhile, which is left for the next time."""
        for question, excerpt, closest, answer in found:
            row = cls.objects.filter(pk=question.pk, revision=question.revision)
            if row.update(excerpt=excerpt, closest=closest):
                answer.store_html()

    @classmethod
    @transaction.atomic
    def count_same_here(cls) -> None:
        """Bring those numbers up to date. Once a day (the worker): a number that changes empties
        the cache of finished pages, so a reader's word does not change it at once.
        """
        lately = DayCount.objects.filter(
            what=DayCount.What.SAME_HERE, day__gt=timezone.localdate() - A_YEAR
        )
        sums = lately.exclude(subject="").values_list("subject").annotate(models.Sum("number"))
        counted = {int(subject): number for subject, number in sums}
        public = cls.objects.published()
        shown = dict(public.exclude(same_here=None).values_list("pk", "same_here"))
        for pk in sorted(counted.keys() | shown.keys()):
            if counted.get(pk) != shown.get(pk):
                public.filter(pk=pk).update(same_here=counted.get(pk))

    def recount(self, *topics: int) -> None:
        """Bring the numbers of answered questions of its topic, and of `topics`, up to date."""
        Topic.objects.recount({self.topic_id, *topics})
