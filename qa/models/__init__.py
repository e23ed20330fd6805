"""The nouns of the site; what may happen to each is a method on it."""

from qa.models.answer import Answer
from qa.models.correction import Correction
from qa.models.curating import Digest, SavedView, Snippet, UnsavedEdit
from qa.models.day_count import DayCount
from qa.models.edition import Edition
from qa.models.event import Event
from qa.models.follow_up import FollowUp
from qa.models.image import Image
from qa.models.old_address import OldAddress
from qa.models.ping import Ping
from qa.models.policy import Policy
from qa.models.question import Question
from qa.models.reference import Reference
from qa.models.schedule import Schedule
from qa.models.site import SiteProfile
from qa.models.topic import Topic, TopicPicture
from qa.models.trace import Trace

__all__ = [
    "Answer",
    "Correction",
    "DayCount",
    "Digest",
    "Edition",
    "Event",
    "FollowUp",
    "Image",
    "OldAddress",
    "Ping",
    "Policy",
    "Question",
    "Reference",
    "SavedView",
    "Schedule",
    "SiteProfile",
    "Snippet",
    "Topic",
    "TopicPicture",
    "Trace",
    "UnsavedEdit",
]
