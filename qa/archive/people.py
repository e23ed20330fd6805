"""Who answers here: credentials, a few words, and all answers and articles of theirs."""

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import render

from qa import markdown
from qa.archive import cards, keyset, structured
from qa.archive.keyset import LARGEST_ID
from qa.archive.pages import cached
from qa.models import Answer, Question, Topic
from qa.page import ANSWERED, HOME, Page


def _answered_by(person: int) -> QuerySet:
    answers = Answer.objects.official().filter(author=person)
    return Question.objects.published().filter(pk__in=answers.values("question"))


def with_page() -> QuerySet:
    """Those of whom there is a page: with a name, and an answer in the archive or an article."""
    answered = Answer.objects.official().filter(question__status=Question.Status.PUBLISHED)
    named = get_user_model().objects.exclude(display_name="").only("display_name")
    return named.filter(
        Q(pk__in=answered.values("author")) | Q(pk__in=Topic.objects.values("author"))
    ).order_by("pk")


pages = keyset.Pages(_answered_by)


@cached("before")
def person(request, pk):
    """Only of somebody with a name, and with an answer in the archive or an article."""
    people = with_page().only("display_name", "credentials", "bio")
    who = people.filter(pk=pk).first() if pk <= LARGEST_ID else None
    if who is None:
        raise Http404("nobody who answers here")
    articles = [
        (topic.get_absolute_url(), topic.title) for topic in Topic.objects.filter(author=pk)
    ]
    found = pages.page(f"/people/{pk}/", request.GET.get("before", ""), pk)
    bio = markdown.render(who.bio)
    heading = f"{'Answers' if found.questions else 'Articles'} by {who.public_name}"
    context = {
        "page": Page(
            title=f"{heading}{found.dates}",
            description=f"Who {who.public_name} is, and what they have answered here.",
            path=found.path,
            crumbs=[HOME, ANSWERED],
            heading=heading,
            data=structured.profile(who, markdown.words(bio)),
        ),
        "section": "answered",
        "person": who,
        "bio": bio,
        "articles": articles,
        "items": cards.teasers(found.questions, topic=True),
        "newer_url": found.newer_url,
        "older_url": found.older_url,
    }
    return render(request, "qa/archive/person.html", context)
