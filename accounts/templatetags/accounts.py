from allauth.socialaccount.adapter import get_adapter
from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def ways_elsewhere(context) -> list[dict]:
    """The providers that the environment names, as {name, url}; its form is sent there."""
    request = context["request"]
    return [
        {"name": provider.name, "url": provider.get_login_url(request)}
        for provider in get_adapter().list_providers(request)
    ]


WORDS = {
    "Email": "E-mail address",
    "Login": "E-mail address",
    "Remember Me": "Stay signed in on this device",
    "Password (again)": "The same password again",
    "Current Password": "Your present password",
    "New Password": "New password",
    "New Password (again)": "The new password again",
    "Authenticator code": "The six digits that the app shows now",
    "Passwordless": "A passkey: sign in with it alone",
}
HINTS = {
    "password1": "At least 10 characters, and no common password; a sentence is easy to remember.",
    "passwordless": "Your device then asks for your finger, face or PIN. Without this, the key is "
    "asked for after the password, and does not sign you in by itself.",
}


@register.filter
def plain(form):
    """A form of django-allauth in this site's words, without placeholders that repeat labels."""
    for bound in form:
        bound.field.widget.attrs.pop("placeholder", None)
        bound.label = WORDS.get(str(bound.label), bound.label)
        bound.help_text = HINTS.get(bound.name, bound.help_text)
    return form
