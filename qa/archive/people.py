"""Who answers here: credentials, a few words, and all answers of theirs."""

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import render

from qa import markdown
from qa.archive import cards, keyset
from qa.archive.keyset import LARGEST_ID
from qa.archive.pages import ANSWERED, HOME, Page, cached
from qa.models import Answer


def _answered_by(person: int) -> QuerySet:
    answers = Answer.objects.official().filter(author=person)
    return cards.listed().filter(pk__in=answers.values("question"))


pages = keyset.Pages(_answered_by)


@cached("before")
def person(request, pk):
    """Only of somebody with a name, and with an answer in the archive: there is no other page."""
    people = get_user_model().objects.exclude(display_name="")
    who = people.filter(pk=pk).first() if pk <= LARGEST_ID else None
    if who is None or not _answered_by(pk).exists():
        raise Http404("nobody who answers here")
    found = pages.page(f"/people/{pk}/", request.GET.get("before", ""), pk)
    context = {
        "page": Page(
            title=f"Answers by {who.public_name}",
            description=f"Who {who.public_name} is, and what they have answered here.",
            path=found.path,
            crumbs=[HOME, ANSWERED],
        ),
        "section": "answered",
        "person": who,
        "bio": markdown.render(who.bio),
        "items": cards.teasers(found.questions, topic=True),
        "newer_url": found.newer_url,
        "older_url": found.older_url,
    }
    return render(request, "qa/archive/person.html", context)
