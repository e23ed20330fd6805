"""The queue's filters, each choice with its number."""

from collections import Counter
from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Count

from qa.models import Question
from qa.models.workflow import Status

ALL = "all"
STATES = [
    Status.PENDING,
    Status.NEEDS_CHANGES,
    Status.PUBLISHED,
    Status.ANSWERED,
    Status.MERGED,
    Status.DECLINED,
    Status.SPAM,
    Status.WITHDRAWN,
]


@dataclass(frozen=True)
class Counts:
    """How many questions there are in each state of each topic; counted once for a request."""

    numbers: Counter
    topics: dict[str, str]

    @classmethod
    def of(cls, request) -> "Counts":
        if not hasattr(request, "desk_counts"):
            rows = Question.objects.sent().order_by()
            rows = rows.values_list("status", "topic", "topic__title").annotate(n=Count("pk"))
            numbers, topics = Counter(), {}
            for status, topic, title, number in rows:
                numbers[status, str(topic)] = number
                topics[str(topic)] = title
            request.desk_counts = cls(numbers, topics)
        return request.desk_counts

    def total(self, state: str, topic: str | None = None) -> int:
        return sum(
            number
            for (of_state, of_topic), number in self.numbers.items()
            if state in (of_state, ALL) and topic in (of_topic, None)
        )


def asked_state(request) -> str:
    """The state to show: what waits, unless something else is asked for or searched."""
    state = request.GET.get("state")
    if state in [*STATES, ALL]:
        return state
    return ALL if request.GET.get("q", "").strip() else Status.PENDING


def asked_topic(request) -> str | None:
    """The number of the topic to show, or None for all."""
    topic = request.GET.get("topic")
    return topic if topic in Counts.of(request).topics else None


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    template = "admin/qa/question/filter.html"

    def lookups(self, request, model_admin):
        return [*((state.value, state.label) for state in STATES), (ALL, "All")]

    def queryset(self, request, queryset):
        state = asked_state(request)
        return queryset if state == ALL else queryset.filter(status=state)

    def choices(self, changelist):
        chosen, counts = asked_state(self.request), Counts.of(self.request)
        for value, label in self.lookup_choices:
            if counts.total(value) or value in {chosen, Status.PENDING, ALL}:
                yield {
                    "selected": value == chosen,
                    "query_string": changelist.get_query_string({"state": value}),
                    "display": label,
                    "count": counts.total(value),
                }


class TopicFilter(admin.SimpleListFilter):
    title = "topic"
    parameter_name = "topic"
    template = "admin/qa/question/filter.html"

    def lookups(self, request, model_admin):
        state, counts = asked_state(request), Counts.of(request)
        shown = [
            (title, topic)
            for topic, title in counts.topics.items()
            if counts.total(state, topic) or topic == asked_topic(request)
        ]
        return [(topic, title) for title, topic in sorted(shown)]

    def queryset(self, request, queryset):
        topic = asked_topic(request)
        return queryset.filter(topic=int(topic)) if topic else queryset

    def choices(self, changelist):
        state, topic = asked_state(self.request), asked_topic(self.request)
        counts = Counts.of(self.request)
        yield {
            "selected": topic is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "All topics",
            "count": counts.total(state),
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": topic == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
                "count": counts.total(state, value),
            }
