from django.db import models

from qa.models.picture import Picture


class IssuePicture(Picture):
    """A picture of a letter; in its Markdown it stands as ![](picture:NAME).

    Its files stay where they are, since the mails that were sent name them.
    """

    issue = models.ForeignKey("newsletter.Issue", models.CASCADE, related_name="pictures")
    name = models.SlugField(max_length=60)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "name"], name="newsletter_issuepicture_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name
