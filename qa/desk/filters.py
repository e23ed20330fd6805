"""The queue's filters, each choice with its number; the search counts, too."""

from collections import Counter
from dataclasses import dataclass, fields

from django.contrib import admin
from django.db.models import Case, Count, Q, Value, When

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
WHOSE = {"mine": "Mine", "free": "Nobody’s", "others": "Other curators’"}
SPAM = {"suspected": "Spam suspected"}


@dataclass(frozen=True)
class Kind:
    """What the filters tell questions apart by. In a choice, None stands for all."""

    state: str | None = None
    topic: str | None = None
    whose: str | None = None
    spam: str | None = None

    def includes(self, other: "Kind") -> bool:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return all(mine in (None, theirs) for mine, theirs in pairs)


@dataclass(frozen=True)
class Counts:
    """How many questions of each kind the search finds; counted once for a request."""

    numbers: Counter
    topics: dict[str, str]

    @classmethod
    def of(cls, request) -> "Counts":
        if not hasattr(request, "desk_counts"):
            rows = request.desk_searched.order_by().values_list(
                "status", "topic", whose(request.user), spam(), "topic__title"
            )
            numbers, topics = Counter(), {}
            for state, topic, of, suspected, title, number in rows.annotate(n=Count("pk")):
                numbers[Kind(state, str(topic), of, suspected)] = number
                topics[str(topic)] = title
            request.desk_counts = cls(numbers, topics)
        return request.desk_counts

    def total(self, chosen: Kind) -> int:
        return sum(number for kind, number in self.numbers.items() if chosen.includes(kind))


def whose(user) -> Case:
    """To whom a question is assigned, as a column."""
    return Case(
        When(assigned_to=user, then=Value("mine")),
        When(assigned_to=None, then=Value("free")),
        default=Value("others"),
    )


def spam() -> Case:
    return Case(When(~Q(spam_reason=""), then=Value("suspected")), default=Value(""))


def asked(request) -> Kind:
    """What the address asks for; forged values are as none.

    Without a state: what waits, unless something is searched for.
    """
    get = request.GET.get
    state = get("state")
    if state not in [*STATES, ALL]:
        state = ALL if get("q", "").strip() else Status.PENDING
    topic, of, suspected = get("topic"), get("whose"), get("spam")
    return Kind(
        None if state == ALL else str(state),
        topic if topic in Counts.of(request).topics else None,
        of if of in WHOSE else None,
        suspected if suspected in SPAM else None,
    )


class QueueFilter(admin.SimpleListFilter):
    """One of the filters: a row of links, each with the number of rows that it would show."""

    template = "admin/qa/question/filter.html"
    everything = "All"

    def has_output(self):
        return True

    def queryset(self, request, queryset):
        return queryset

    def number(self, value: str | None) -> int:
        chosen = asked(self.request)
        others = {f.name: getattr(chosen, f.name) for f in fields(chosen)}
        others[self.parameter_name] = value
        return Counts.of(self.request).total(Kind(**others))

    def choice(self, changelist, value: str | None, label: str) -> dict:
        if value is None:
            query = changelist.get_query_string(remove=[self.parameter_name])
        else:
            query = changelist.get_query_string({self.parameter_name: value}, remove=["p"])
        return {
            "selected": getattr(asked(self.request), self.parameter_name) == value,
            "query_string": query,
            "display": label,
            "count": self.number(value),
        }

    def choices(self, changelist):
        """Those that would show something, the chosen one, and all."""
        yield self.choice(changelist, None, self.everything)
        for value, label in self.lookup_choices:
            choice = self.choice(changelist, value, label)
            if choice["count"] or choice["selected"]:
                yield choice


class StateFilter(QueueFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(state.value, state.label) for state in STATES]

    def queryset(self, request, queryset):
        state = asked(request).state
        return queryset.filter(status=state) if state else queryset

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            choice = self.choice(changelist, value, label)
            if choice["count"] or choice["selected"] or value == Status.PENDING:
                yield choice
        query = changelist.get_query_string({"state": ALL}, remove=["p"])
        yield self.choice(changelist, None, "All") | {"query_string": query}


class TopicFilter(QueueFilter):
    title = "topic"
    parameter_name = "topic"
    everything = "All topics"

    def lookups(self, request, model_admin):
        topics = Counts.of(request).topics
        return [(topic, title) for title, topic in sorted((t, pk) for pk, t in topics.items())]

    def queryset(self, request, queryset):
        topic = asked(request).topic
        return queryset.filter(topic=int(topic)) if topic else queryset


class WhoseFilter(QueueFilter):
    title = "whose it is to answer"
    parameter_name = "whose"
    everything = "Everybody’s"

    def lookups(self, request, model_admin):
        return list(WHOSE.items())

    def queryset(self, request, queryset):
        chosen, user = asked(request).whose, request.user
        mine, free = Q(assigned_to=user), Q(assigned_to=None)
        return queryset.filter(
            {"mine": mine, "free": free, "others": ~mine & ~free}.get(chosen, Q())
        )


class SpamFilter(QueueFilter):
    title = "suspicion"
    parameter_name = "spam"
    everything = "Suspected or not"

    def lookups(self, request, model_admin):
        return list(SPAM.items())

    def queryset(self, request, queryset):
        return queryset.exclude(spam_reason="") if asked(request).spam else queryset
