"""What the desk's templates ask for."""

from datetime import timedelta

from django import template

from qa.desk import numbers, readership, redaction
from qa.desk.overview import overview
from qa.desk.pictures import desk_links
from qa.desk.queue import heat

register = template.Library()
register.filter("desk_links", desk_links)
register.filter("heat", heat)
register.filter("marked", redaction.marked)
register.simple_tag(overview, name="desk_overview")
register.simple_tag(numbers.weekly, name="desk_weekly")
register.simple_tag(numbers.ages, name="desk_ages")
register.simple_tag(numbers.decisions, name="desk_decisions")
register.simple_tag(numbers.topics, name="desk_topics")
register.simple_tag(readership.readership, name="desk_readership")
register.simple_tag(readership.due_for_review, name="desk_due")


@register.filter
def span(time: timedelta | None) -> str:
    """A length of time at a glance: “40 min”, “5 h”, “3.5 days”."""
    if time is None:
        return "–"
    hours = time / timedelta(hours=1)
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.1f} days"
