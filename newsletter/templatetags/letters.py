"""The form for the newsletter on public pages: `{% load letters %}{% letters_form page.path %}`."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from newsletter.models import Consent

PAGE = "-the page-"  # in the place of its path
UNBROKEN = '<span class="nowrap">e-mail</span>'
register = template.Library()


@register.simple_tag
def letters_form(page: str, topic: str = "") -> SafeString:
    """`page` is the path that the consent names; `topic` a slug, for its fact sheet.

    The same bytes for everybody: no token, as newsletter.views.subscribe looks at the origin.
    """
    return mark_safe(_form(topic).replace(PAGE, conditional_escape(page)))  # noqa: S308


@lru_cache(500)
def _form(topic: str) -> str:
    """The form of any page."""
    action = reverse("newsletter:subscribe") + (f"?{urlencode({'topic': topic})}" if topic else "")
    words = Consent.TEXT.replace("e-mail", UNBROKEN)
    context = {"page": PAGE, "action": action, "consent_text": mark_safe(words)}  # noqa: S308
    return render_to_string("newsletter/_form.html", context)
