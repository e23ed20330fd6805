"""The form for the newsletter on public pages: `{% load letters %}{% letters_form page.path %}`."""

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe

from newsletter.models import Consent

UNBROKEN = '<span class="nowrap">e-mail</span>'
register = template.Library()


@register.inclusion_tag("newsletter/_form.html")
def letters_form(page: str, topic: str = "") -> dict:
    """`page` is the path that the consent names; `topic` a slug, for its fact sheet.

    The same bytes for everybody: no token, as newsletter.views.subscribe looks at the origin.
    """
    action = reverse("newsletter:subscribe") + (f"?{urlencode({'topic': topic})}" if topic else "")
    words = Consent.TEXT.replace("e-mail", UNBROKEN)
    return {"page": page, "action": action, "consent_text": mark_safe(words)}  # noqa: S308
