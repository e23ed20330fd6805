from django import forms

from newsletter.models import Subscriber
from outbox.address import WRONG, require_reachable
from qa.models import Topic


class SubscribeForm(forms.Form):
    """The opt-in. `website` is the honeypot: people do not see it."""

    email = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="For the newsletter and nothing else. It is never published.",
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": WRONG,
            "max_length": "An e-mail address has at most 254 characters",
        },
    )
    website = forms.CharField(required=False, label="Leave this empty")

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data["website"])

    def clean_email(self) -> str:
        return require_reachable(self.cleaned_data["email"])


class PreferencesForm(forms.Form):
    """What a reader wants to get, and how often."""

    topics = forms.MultipleChoiceField(
        choices=lambda: Topic.objects.values_list("slug", "title"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Letters about",
        help_text="Choose none to get every letter. Letters about everything always come.",
        error_messages={"invalid_choice": "Choose from these topics"},
    )
    frequency = forms.ChoiceField(
        choices=Subscriber.Frequency.choices,
        widget=forms.RadioSelect,
        label="How often",
        help_text="A letter that you do not get this way is on the web all the same.",
        error_messages={"invalid_choice": "Choose one of the three", "required": "Choose one"},
    )


class PauseForm(forms.Form):
    """A pause in days; 0 ends it."""

    days = forms.TypedChoiceField(
        choices=[(30, "for a month"), (91, "for three months"), (182, "for six months"), (0, "")],
        coerce=int,
    )
