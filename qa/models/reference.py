from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q


class Reference(models.Model):
    """A source, on the research list of a topic or under one answer."""

    topic = models.ForeignKey(
        "qa.Topic", models.CASCADE, null=True, blank=True, related_name="references"
    )
    answer = models.ForeignKey(
        "qa.Answer", models.CASCADE, null=True, blank=True, related_name="references"
    )
    heading = models.CharField(max_length=120, blank=True, help_text="Groups a topic's list.")
    title = models.CharField(max_length=300)
    source = models.CharField(max_length=300, blank=True, help_text="Authors, journal, year.")
    url = models.URLField(
        "address", max_length=500, blank=True, validators=[URLValidator(["http", "https"])]
    )
    doi = models.CharField(
        "DOI",
        max_length=120,
        blank=True,
        validators=[RegexValidator(r"^10\.\d{4,9}/\S+$", "A DOI begins with 10. and has a slash.")],
    )
    pmid = models.CharField(
        "PMID",
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{1,9}$", "A PMID is a number.")],
    )
    note = models.TextField(blank=True, max_length=2000, help_text="What was found; its limits.")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__isnull=True) ^ Q(answer__isnull=True),
                name="qa_reference_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def link(self) -> str:
        """Where a reader finds the source: its own address, else by DOI, else by PMID."""
        if self.url:
            return self.url
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return ""
