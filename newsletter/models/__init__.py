"""The nouns of the newsletter; what may happen to each is a method on it."""

from newsletter.models.consent import Consent
from newsletter.models.fact_sheet import FactSheet
from newsletter.models.issue import Issue
from newsletter.models.issue_picture import IssuePicture
from newsletter.models.subscriber import Subscriber

__all__ = ["Consent", "FactSheet", "Issue", "IssuePicture", "Subscriber"]
