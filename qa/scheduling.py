"""The worker publishes what a curator planned (settings.RECURRING)."""

from django.db import transaction

from qa import permissions
from qa.models import Event, Question, Schedule
from qa.models.question import BODY_LENGTH, TITLE_LENGTH

FAILED = "schedule_failed"  # the event of a plan that could not be carried out


def publish_due() -> int:
    """Publish what is due; return how many. What cannot be published says why in its history."""
    due = Question.objects.filter(schedule__in=Schedule.objects.due()).order_by("pk")
    return sum(_publish(question) for question in due)


@transaction.atomic
def _publish(question: Question) -> bool:
    """False where another worker was quicker, or something stands against it."""
    question.lock()
    plan = Schedule.objects.due().filter(question=question).first()
    if plan is None:
        return False
    question.set_schedule(None)
    reason = obstacle(question, plan)
    if reason:
        question.events.create(verb=FAILED, role=Event.Role.SITE, note=reason)
        return False
    question.publish(by=plan.by, note=plan.note, mails=plan.mails)
    return True


def obstacle(question: Question, plan: Schedule) -> str:
    """Why the question cannot be published, in a sentence for curators; "" if it can."""
    answer = question.official_answer
    if answer is None or not answer.body.strip():
        return "There is no answer."
    if len(question.title) < TITLE_LENGTH[0]:
        return f"The title has fewer than {TITLE_LENGTH[0]} characters."
    if len(question.body) < BODY_LENGTH[0]:
        return f"The question has fewer than {BODY_LENGTH[0]} characters."
    if not permissions.is_curator(plan.by):
        return f"{plan.by} may not publish any more."
    return ""
