"""The question form, with a description field for each picture that has arrived."""

from django import forms
from django.urls import reverse
from django.utils.safestring import mark_safe

from newsletter.models import Consent
from qa.asking.fields import Address, Words
from qa.models import Policy
from qa.models.follow_up import LENGTH
from qa.models.question import BODY_LENGTH, TITLE_LENGTH

AGREEMENT = mark_safe(  # a constant
    'I have read the <a href="/guidelines/" target="_blank">guidelines (opens in a new tab)</a> '
    "and agree to them."
)


class QuestionForm(forms.Form):
    """What a reader fills in. `question` is its draft, once there is one.

    Agreement and newsletter are asked once: a question that was sent has them already.
    """

    title = Words(
        label="Your question in one line",
        least=TITLE_LENGTH[0],
        most=TITLE_LENGTH[1],
        empty="Enter your question in one line.",
        help_text="As you would ask a friend.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = Words(
        label="The details",
        least=BODY_LENGTH[0],
        most=BODY_LENGTH[1],
        empty="Enter the details of your question.",
        lines=True,
        help_text="Since when, how often, what makes it better or worse?",
        disclosure_title="What helps us to answer?",
        disclosure=(
            "Your age roughly, what you have tried or had tested, and all medicines and "
            "supplements with their amounts. Leave out full names, addresses and patient numbers. "
            "Plain words are best, and spelling does not matter."
        ),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    images = forms.FileField(label="Pictures", required=False)
    name = Words(
        label="Your name",
        most=80,
        help_text="A first name is enough.",
        disclosure_title="What is it for?",
        disclosure=(
            "If the curator publishes your question, name and place stand beside it, to credit you "
            "as the author. Leave both empty to stay anonymous."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    location = Words(
        label="Your place",
        most=80,
        help_text="Such as a town or a country.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = Address(
        label="Your e-mail address",
        help_text="We send the answer there. It is never published.",
        disclosure=(
            "The answer is mailed to you, and before that a link to a private page where you can "
            "see what happens to your question, change it or take it back. The address appears on "
            "no public page, and you get no advertising."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    guidelines = forms.BooleanField(
        label=AGREEMENT,
        error_messages={"required": "Tick the box to say that you agree to the guidelines."},
    )
    newsletter = forms.BooleanField(
        label=Consent.TEXT,  # the words that are kept as evidence
        required=False,
        help_text="We ask you to confirm it first. It makes no difference to your answer.",
    )

    def __init__(self, data=None, *, question=None, **options):
        super().__init__(data, **options)
        self.question = question
        self.refusal = None  # TooMany, where a limit stands against what was sent
        if not (question and question.submitted_at):
            suggest = {"data-suggest": reverse("archive:search_suggest"), "data-suggest-aside": ""}
            self.fields["title"].widget.attrs |= suggest
        self.images = list(question.images.all()) if question else []
        for number, image in enumerate(self.images, start=1):
            self.fields[f"alt_{image.pk}"] = Words(
                label=f"What does picture {number} show?",
                most=300,
                help_text="In a few words, for readers who cannot see it.",
            )
        if question and question.submitted_at:
            del self.fields["guidelines"], self.fields["newsletter"]
        else:
            self.agreed_to = Policy.objects.current(Policy.Kind.GUIDELINES)
            if self.agreed_to is None:
                del self.fields["guidelines"]

    def columns(self) -> dict:
        """The valid words, as columns of the question."""
        data = self.cleaned_data
        columns = {"asked_title": data["title"], "asked_body": data["body"]}
        columns |= {name: data[name] for name in ("name", "location", "email")}
        if "guidelines" in self.fields:
            columns["guidelines"] = self.agreed_to
        if "newsletter" in self.fields:
            columns["wants_newsletter"] = data["newsletter"]
        return columns

    def typed(self) -> dict:
        """Everything as typed, right or wrong, to fill a form with again."""
        return {name: self[name].value() for name in self.fields if name != "images"}

    def described(self) -> list:
        """The pictures whose description was sent along, with it."""
        sent = [image for image in self.images if f"alt_{image.pk}" in self.data]
        for image in sent:
            image.alt = self.cleaned_data[f"alt_{image.pk}"]
        return sent


class AnswerForm(forms.Form):
    """A member's answer to a published question."""

    body = Words(
        label="Your answer",
        least=BODY_LENGTH[0],
        most=BODY_LENGTH[1],
        empty="Enter your answer.",
        lines=True,
        help_text="You may use Markdown: *emphasis*, lists with - in front, links.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )


class WriteForm(forms.Form):
    """A few words to the curator about a question that was sent."""

    text = Words(
        label="Your message",
        most=LENGTH,
        empty="Write your message first.",
        lines=True,
        help_text="The curator reads it, and answers here and by e-mail. It is never published.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
