"""The public letters as an Atom feed (RFC 4287), in full."""

import re

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from newsletter import body
from newsletter.models import Issue
from newsletter.pages import public
from qa.models import SiteProfile

ENTRIES = 20
# Characters that XML 1.0 has no place for, not even escaped.
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class LetterFeed(Atom1Feed):
    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


@public()
@require_safe
def feed(request):
    site = SiteProfile.load()
    own = settings.BASE_URL + reverse("newsletter:feed")
    letters = LetterFeed(
        title=clean(f"Letters of {site.name}"),
        link=settings.BASE_URL + reverse("newsletter:issue_list"),
        description=None,
        feed_url=own,
        feed_guid=own,
        author_name=clean(site.curator_name or site.name),
    )
    for issue in Issue.objects.public().prefetch_related("pictures")[:ENTRIES]:
        letters.add_item(**entry(issue))
    return HttpResponse(
        letters.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def entry(issue) -> dict:
    address = settings.BASE_URL + issue.get_absolute_url()
    return {
        "title": clean(issue.subject),
        "link": address,
        "unique_id": address,
        "unique_id_is_permalink": True,
        "description": clean(issue.preheader),
        "content": clean(body.html(issue.mail_body, issue.pictures.all(), settings.BASE_URL)),
        "pubdate": issue.sent_at,
        "updateddate": issue.sent_at,
    }


def clean(text: str) -> str:
    return UNWRITABLE.sub("", text)
