from django.db import models

from qa.models.picture import Picture


class Image(Picture):
    """A picture that came with a question; the asker puts them in order and describes them."""

    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="images")
    order = models.PositiveSmallIntegerField(default=0)
    publish = models.BooleanField("publish with the answer", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.alt or f"Picture {self.order + 1}"
