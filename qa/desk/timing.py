"""Publishing at a time: planned here, done by the worker (qa.scheduling)."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from qa.desk.deciding import decision, mails
from qa.desk.forms import PublicForm

FARTHEST = timedelta(days=366)


class ScheduleForm(PublicForm):
    """Enough to stand in the archive, and when."""

    publish_at = forms.DateTimeField(
        error_messages={
            "required": "Say when it is to go out.",
            "invalid": "Give day and time, such as 2027-03-28 09:00.",
        },
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_publish_at(self):
        at = self.cleaned_data["publish_at"]
        if at <= timezone.now():
            raise ValidationError("This time has passed.")
        if at > timezone.now() + FARTHEST:
            raise ValidationError("Choose a time within a year.")
        return at


@decision("schedule", ScheduleForm)
def schedule(request, question, form):
    at, note = form.cleaned_data["publish_at"], form.cleaned_data["note"]
    question.publish_at(at, by=request.user, note=note, mails=mails(request))


@decision("unschedule")
def unschedule(request, question, form):
    question.unschedule(by=request.user)
