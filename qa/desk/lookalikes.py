"""Questions that wait and seem to ask the same, by the words that they share.

What is published is compared by meaning (qa.search); what waits is not indexed, and is few enough
to be read: by address or a word of the title, at most READ of them, and SHOWN of those are shown.
"""

import re

from django.db.models import Q

from qa.models import Question
from qa.models.workflow import Status

READ, SHOWN = 60, 5
LENGTH = 2000  # characters of a text that are compared
WORD = re.compile(r"\w{4,}")
# Shares of all words of both that stand in both; judged by eye on questions asked twice.
SAME, SAME_ASKER = 0.5, 0.3


def waiting(question: Question) -> list[Question]:
    """The other questions that wait and come closest, best first."""
    if question.status != Status.PENDING:
        return []
    near = Q(email__iexact=question.email) if question.email else Q(pk=None)
    for word in sorted(_words(question.title), key=len, reverse=True)[:4]:
        near |= Q(title__icontains=word)
    rows = Question.objects.pending().exclude(pk=question.pk).filter(near).order_by("-submitted_at")
    own = _words(f"{question.title} {question.body}")
    found = []
    for other in rows.only("title", "asked_title", "body", "email")[:READ]:
        share = _share(own, _words(f"{other.title} {other.body}"))
        least = SAME_ASKER if other.email and other.email == question.email else SAME
        if share >= least:
            found.append((share, other.pk, other))
    return [other for _, _, other in sorted(found, reverse=True)[:SHOWN]]


def _words(text: str) -> set[str]:
    return set(WORD.findall(text[:LENGTH].lower()))


def _share(one: set, other: set) -> float:
    return len(one & other) / max(len(one | other), 1)
