"""Addresses that pages had before: where they were imported from, or before a topic was renamed."""

from urllib.parse import unquote, urlsplit

from django.db import models
from django.db.models import Q
from django.utils.encoding import escape_uri_path, iri_to_uri

LONGEST = 500  # characters


class OldAddressQuerySet(models.QuerySet):
    def keep(self, path: str, **page) -> None:
        """Note that `page` (question=… or topic=…) was at `path`; the last one who was, counts."""
        owner = {"question": None, "topic": None} | page
        self.update_or_create(path=path, defaults=owner)

    def topic_called(self, slug: str) -> "models.Model | None":
        """The topic that had this slug once."""
        old = self.filter(path=f"/topics/{slug}/").select_related("topic").first()
        return old and old.topic


class OldAddress(models.Model):
    """A path that answers 301 for ever, unless a page of this site has it (qa/archive/moved.py)."""

    # As a browser sends it: from the slash on, with the query, percent-encoded.
    path = models.CharField(max_length=LONGEST, unique=True)
    question = models.ForeignKey(
        "qa.Question", models.CASCADE, null=True, blank=True, related_name="old_addresses"
    )
    topic = models.ForeignKey(
        "qa.Topic", models.CASCADE, null=True, blank=True, related_name="old_addresses"
    )

    objects = OldAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "old addresses"
        constraints = [
            models.CheckConstraint(
                condition=Q(question__isnull=True) ^ Q(topic__isnull=True),
                name="qa_oldaddress_has_one_page",
            )
        ]

    def __str__(self) -> str:
        return self.path


def spelled(url: str) -> str:
    """The part of an address or path that a server is asked for, spelled as browsers do.

    '' where there is none but the front page. Raises ValueError for what is no address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"", "http", "https"} or not parts.path.startswith("/"):
        if parts.path or parts.scheme not in {"http", "https"}:
            raise ValueError("no web address")
        return ""
    path = escape_uri_path(unquote(parts.path, errors="strict"))
    query = f"?{iri_to_uri(parts.query)}" if parts.query else ""
    return "" if path == "/" else path + query
