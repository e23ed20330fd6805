from django import forms

from outbox.headers import one_address

WRONG_ADDRESS = "Enter an e-mail address in the usual form, such as name@example.org"


class SubscribeForm(forms.Form):
    """The opt-in. `website` is the honeypot: people do not see it."""

    email = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="For the newsletter and nothing else. It is never published.",
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": WRONG_ADDRESS,
            "max_length": "An e-mail address has at most 254 characters",
        },
    )
    website = forms.CharField(required=False, label="Leave this empty")

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data["website"])

    def clean_email(self) -> str:
        try:
            return one_address(self.cleaned_data["email"])
        except ValueError as error:
            raise forms.ValidationError(WRONG_ADDRESS) from error
