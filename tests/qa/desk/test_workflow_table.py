"""Every state against every verb and every role, generated from the design's diagram."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from outbox.models import Message
from qa.models import Question
from qa.models.workflow import NotAllowed, StateConflict
from tests import factories
from tests.qa.desk.forms import row

pytestmark = pytest.mark.django_db

# The design's diagram, written out apart from the code: (from, verb) -> to.
ASKER = {
    ("draft", "submit"): "pending",
    ("needs_changes", "submit"): "pending",
    ("draft", "withdraw"): "withdrawn",
    ("pending", "withdraw"): "withdrawn",
    ("needs_changes", "withdraw"): "withdrawn",
    ("ended draft", "reopen"): "draft",
}
CURATOR = {
    ("pending", "publish"): "published",
    ("published", "unpublish"): "pending",
    ("pending", "answer_privately"): "answered",
    ("pending", "request_changes"): "needs_changes",
    ("pending", "decline"): "declined",
    ("pending", "merge_into"): "merged",
    ("pending", "mark_spam"): "spam",
    ("merged", "demerge"): "pending",
    ("pending", "move_topic"): "pending",
    ("published", "move_topic"): "published",
    ("pending", "assign"): "pending",
    ("pending", "publish_at"): "pending",
    ("pending", "unschedule"): "pending",
    ("published", "correct"): "published",
}
STATES = Question.Status.values
VERBS = ["publish", "unpublish", "answer_privately", "request_changes", "decline"]
VERBS += ["merge_into", "mark_spam", "demerge", "move_topic", "assign", "publish_at", "unschedule"]
VERBS += ["correct"]
# A draft that was ended is withdrawn too, but may be taken up again (docs/adr/0008).
ASKER_STATES = [*STATES, "ended draft"]
# Sending twice is one sending: `submit` in a later state changes nothing and refuses nothing.
SILENT = {(state, "submit") for state in ASKER_STATES}


def in_state(state: str, cora) -> Question:
    question = factories.draft() if state == "draft" else factories.pending()
    if state != "draft":
        question.edit(by=cora, title=question.title, body=question.body, answer="Stretch.")
    verbs = {**dict.fromkeys(["draft", "pending"]), "withdrawn": "withdraw"}
    verbs |= {to: verb for (start, verb), to in CURATOR.items() if start == "pending" != to}
    if verbs[state]:
        call(question, verbs[state], cora)
    assert question.status == state
    return question


def ended_draft() -> Question:
    question = factories.draft()
    question.withdraw()
    return question


def call(question, verb: str, by, target=None) -> None:
    """Use a verb with whatever it needs."""
    more = {
        "merge_into": lambda: [target or factories.published()],
        "move_topic": lambda: [factories.topic("epsom-salt")],
        "assign": lambda: [factories.member("Cleo", is_superuser=True, is_staff=True)],
        "publish_at": lambda: [timezone.now() + timedelta(days=1)],
    }
    words = {"request_changes": {"reason": "Which side?"}, "correct": {"note": "The dose."}}
    if verb == "unschedule":
        question.set_schedule({"at": timezone.now(), "by_id": User.objects.first().pk})
    actor = {"by": by} if verb in VERBS else {}
    getattr(question, verb)(*more.get(verb, list)(), **actor, **words.get(verb, {}))


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(STATES, VERBS)))
def test_curator_verb_follows_the_table(cora, state, verb):
    question = in_state(state, cora)
    before, events = row(question), question.events.count()
    expected = CURATOR.get((state, verb))

    if expected is None:
        with pytest.raises(StateConflict):
            call(question, verb, cora)
    else:
        call(question, verb, cora)

    question.refresh_from_db()
    assert question.status == (expected or state)
    assert question.events.count() == events + bool(expected)
    if expected is None:
        assert row(question) == before


@pytest.mark.parametrize(
    ("state", "verb"), list(itertools.product(ASKER_STATES, ["submit", "withdraw", "reopen"]))
)
def test_asker_verb_follows_the_table(cora, state, verb):
    question = ended_draft() if state == "ended draft" else in_state(state, cora)
    before = question.status
    expected = ASKER.get((state, verb))

    if expected is None and (state, verb) not in SILENT:
        with pytest.raises(StateConflict):
            call(question, verb, None)
    else:
        call(question, verb, None)

    question.refresh_from_db()
    assert question.status == (expected or before)


@pytest.mark.parametrize(
    ("state", "verb", "role"),
    list(itertools.product(STATES, VERBS, ["nobody", "member", "staff"])),
)
def test_curator_verb_is_refused_to_everybody_else(cora, state, verb, role):
    people = {
        "nobody": lambda: None,
        "member": lambda: factories.member("Ben"),
        "staff": lambda: factories.member("Otto", is_staff=True),
    }
    question = in_state(state, cora)
    before, mails, person = row(question), Message.objects.count(), people[role]()
    target = factories.published(by=cora)
    further = Message.objects.count() - mails

    with pytest.raises((NotAllowed, StateConflict)) as refusal:
        call(question, verb, person, target)

    assert refusal.type is NotAllowed or (state, verb) not in CURATOR
    assert row(question) == before
    assert Message.objects.count() == mails + further


@pytest.mark.parametrize("state", STATES)
def test_may_agrees_with_the_table(cora, ben, state):
    question = in_state(state, cora)
    names = {"merge_into": "merge", "publish_at": "schedule"}

    for verb in VERBS:
        allowed = (state, verb) in CURATOR
        assert question.may(names.get(verb, verb), cora) is allowed
        assert question.may(names.get(verb, verb), ben) is False
