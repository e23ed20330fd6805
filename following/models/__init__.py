"""The nouns of following: who, what, and what there is to tell."""

from following.models.bulletin import Bulletin
from following.models.follow import Follow
from following.models.follower import Follower
from following.models.news import News

__all__ = ["Bulletin", "Follow", "Follower", "News"]
