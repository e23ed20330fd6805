"""What the answer page and the queue offer to choose from."""

from django import template

from qa.desk import access
from qa.models import Topic

register = template.Library()


@register.filter
def row_key(question) -> str:
    """A row of the queue in the state in which it is shown (qa.desk.bulk)."""
    return f"{question.pk}.{question.revision}"


@register.simple_tag
def all_topics():
    return Topic.objects.only("title").order_by("title")


@register.simple_tag
def all_curators():
    return access.curators()


@register.simple_tag(takes_context=True)
def mails_ticked(context, question) -> bool:
    """Whether the answer is to be mailed: as sent back, else unless the asker has had it."""
    sent = context["request"].POST
    return "mails" in sent if "mails_shown" in sent else not question.was_mailed()
