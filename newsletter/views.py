"""The pages of the newsletter: opt in, confirm, leave, read.

Mailed links are fetched by scanners and previews, so GET only shows; a POST acts. Whoever knows
the token in the address may act, so that these POSTs need no cookie and no CSRF token: RFC 8058
forbids to ask for them, and a browser that refuses cookies must not keep anybody from leaving.
"""

import re

from django.core import signing
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import is_valid_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from newsletter import limits
from newsletter.forms import SubscribeForm
from newsletter.models import Consent, FactSheet, Issue, Subscriber
from newsletter.pages import private, public
from qa.forgery import checked_by_origin
from qa.models import Topic
from qa.page import HOME, Crumb, Page, absolute

NEWSLETTER = Crumb("The newsletter", "/newsletter/")
LETTERS = Crumb("Letters", "/newsletter/issues/")
PATH = re.compile(r"/[\w/-]{0,199}", re.ASCII)
require_GET_or_POST = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt  # from the site-wide check by cookie
@checked_by_origin
@public("topic")
@require_GET_or_POST
def subscribe(request):
    """The opt-in, also from the forms of other public pages. None has a token or a cookie.

    `?topic=` says which fact sheet to offer.
    """
    topic = Topic.objects.filter(slug=request.GET.get("topic", "")).first()
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and limits.allow(request):
        if not form.is_trapped:
            Subscriber.objects.request(
                email=form.cleaned_data["email"], page=page_name(request, topic), topic=topic
            )
        return redirect("newsletter:asked")
    context = {
        "form": form,
        "consent_text": Consent.TEXT,
        "sheets": FactSheet.objects.suiting(topic),
        "issue": Issue.objects.public().first(),
        "page": Page(
            title=NEWSLETTER.label,
            description="New answers, now and then, by e-mail.",
            path=NEWSLETTER.url,
            crumbs=[HOME],
        ),
        "section": "newsletter",
    }
    status = 200 if not form.is_bound else 422 if form.errors else 429
    return render(request, "newsletter/subscribe.html", context | {"status": status}, status=status)


@public()
@require_safe
def asked(request):
    """The same for every address, whether it is known or not."""
    return render(request, "newsletter/asked.html")


@csrf_exempt
@private
@require_GET_or_POST
def confirm(request, token):
    consent = Consent.objects.for_token(token)
    if consent is None or consent.withdrawn_at:
        return render(request, "newsletter/confirm_invalid.html", status=404)
    if request.method == "POST":
        consent.subscriber.confirm(consent)
        return redirect("newsletter:confirm", token)
    if consent.subscriber.is_confirmed:
        return render(request, "newsletter/confirmed.html", {"subscriber": consent.subscriber})
    return render(request, "newsletter/confirm.html", {"consent": consent})


@csrf_exempt
@private
@require_GET_or_POST
def unsubscribe(request, token):
    """Leaving (RFC 8058): the mail program's POST and the page's button are the same."""
    subscriber = get_object_or_404(Subscriber, key=token)
    if request.method == "POST":
        subscriber.unsubscribe()
    page = "unsubscribe" if is_subscribed(subscriber) else "unsubscribed"
    return render(request, f"newsletter/{page}.html", {"subscriber": subscriber})


def is_subscribed(subscriber) -> bool:
    return subscriber.status != Subscriber.Status.UNSUBSCRIBED


@private
@require_safe
def fact_sheet(request, token):
    try:
        sheet = FactSheet.objects.for_token(token)
    except signing.SignatureExpired:
        return render(request, "newsletter/fact_sheet_expired.html", status=410)
    if sheet is None or sheet.key is None:
        raise Http404
    return FileResponse(
        sheet.open(),
        as_attachment=True,
        filename=f"{sheet.slug}.pdf",
        content_type="application/pdf",
    )


@public()
@require_safe
def issue_list(request):
    context = {
        "issues": Issue.objects.public(),
        "page": Page(
            title=LETTERS.label,
            description="Every letter of the newsletter, from the latest to the first.",
            path=LETTERS.url,
            crumbs=[HOME, NEWSLETTER],
        ),
        "section": "newsletter",
    }
    return render(request, "newsletter/issue_list.html", context)


@public()
@require_safe
def issue_detail(request, slug):
    issue = get_object_or_404(Issue.objects.public().select_related("author"), slug=slug)
    context = {
        "issue": issue,
        "page": Page(
            title=issue.subject,
            description=issue.preheader or issue.subject,
            path=issue.get_absolute_url(),
            crumbs=[HOME, NEWSLETTER, LETTERS],
            kind="article",
            data=structured(issue),
        ),
        "section": "newsletter",
    }
    return render(request, "newsletter/issue_detail.html", context)


def structured(issue) -> dict:
    """schema.org's account of a letter; every text in it stands on its page."""
    name = issue.author and issue.author.display_name
    data = {
        "@type": "Article",
        "headline": issue.subject,
        "url": absolute(issue.get_absolute_url()),
        "datePublished": issue.sent_at.isoformat(),
    }
    return data | ({"author": {"@type": "Person", "name": name}} if name else {})


def page_name(request, topic) -> str:
    """Where the form stood, for the consent's evidence: a path of this site and nothing else."""
    page = request.POST.get("page", "")
    if PATH.fullmatch(page) and is_valid_path(page):
        return page
    return f"{request.path}?topic={topic.slug}" if topic else request.path
