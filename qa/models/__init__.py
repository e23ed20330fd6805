"""The nouns of the site; what may happen to each is a method on it."""

from qa.models.answer import Answer
from qa.models.event import Event
from qa.models.image import Image
from qa.models.policy import Policy
from qa.models.question import Question
from qa.models.reference import Reference
from qa.models.site import SiteProfile
from qa.models.topic import Topic, TopicPicture
from qa.models.trace import Trace

__all__ = [
    "Answer",
    "Event",
    "Image",
    "Policy",
    "Question",
    "Reference",
    "SiteProfile",
    "Topic",
    "TopicPicture",
    "Trace",
]
