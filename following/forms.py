from django import forms

from following.models import Follow
from newsletter.forms import SubscribeForm


class FrequencyForm(forms.Form):
    """How often mail comes."""

    frequency = forms.ChoiceField(
        choices=Follow.Frequency.choices,
        widget=forms.RadioSelect,
        label="How often",
        help_text="Nothing new, no mail. Once a day is at 7 in the morning, once a week on Monday.",
        error_messages={"invalid_choice": "Choose one of the three", "required": "Choose one"},
    )


class FollowForm(FrequencyForm, SubscribeForm):
    """The opt-in, with the newsletter's address field and honeypot."""

    field_order = ["email", "frequency"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = "For this and nothing else. It is never published."
