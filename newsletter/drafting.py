"""A first version of a letter, from what was answered since the last one."""

from itertools import groupby

from django.utils import timezone

from newsletter.models import Issue
from qa.models import Question

MOST = 30  # answers in one letter


def draft(*, by) -> Issue | None:
    """A new draft that lists what was published since the last letter; None if nothing was."""
    last = Issue.objects.filter(status=Issue.Status.SENT, topic=None).order_by("-sent_at").first()
    questions = Question.objects.published().select_related("topic")
    if last:
        questions = questions.filter(published_at__gt=last.sent_at)
    questions = list(questions.order_by("topic__title", "-published_at", "-pk")[:MOST])
    if not questions:
        return None
    count = len(questions)
    return Issue.objects.create(
        subject=f"{count} new answers" if count > 1 else questions[0].title,
        slug=free_slug(f"letter-{timezone.localdate():%Y-%m-%d}"),
        body=text(questions),
        author=by,
    )


def text(questions) -> str:
    parts = ["Dear reader,", "this is what was asked and answered since the last letter."]
    for topic, of_topic in groupby(questions, key=lambda question: question.topic):
        parts.append(f"## {plain(topic.title)}")
        for question in of_topic:
            parts.append(f"### [{plain(question.title)}]({question.get_absolute_url()})")
            parts.append(plain(question.teaser))
    return "\n\n".join(parts) + "\n"


def plain(words: str) -> str:
    """Words that Markdown takes as they are."""
    words = " ".join(words.split()).translate(str.maketrans("[]", "()"))
    for mark in "\\*_`<":
        words = words.replace(mark, f"\\{mark}")
    return words


def free_slug(start: str) -> str:
    taken = set(Issue.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    numbered = (f"{start}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (start, *numbered) if slug not in taken)
