"""Publishing at a time: planned here, done by the worker (qa.scheduling)."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from qa.desk.decisions import decide, decision, mails
from qa.desk.forms import DraftForm, PublicForm
from qa.desk.page import load

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


@decision
def schedule(request, pk: int):
    return decide(
        request,
        load(pk),
        "schedule",
        ScheduleForm,
        lambda question, form: question.publish_at(
            form.cleaned_data["publish_at"],
            by=request.user,
            note=form.cleaned_data["note"],
            mails=mails(request),
        ),
    )


@decision
def unschedule(request, pk: int):
    return decide(
        request,
        load(pk),
        "unschedule",
        DraftForm,
        lambda question, form: question.unschedule(by=request.user),
    )
