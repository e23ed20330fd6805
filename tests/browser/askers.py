"""Readers' messy questions in the queue of a running site, and what became of them.

Runs in a process of its own beside the site: `call(site, "outcome", keys)`.
"""

import json
import subprocess
import sys
from datetime import timedelta
from itertools import count

from tests.site import ROOT, Site

KNOWN = "Most people are helped by a talk with the doctor who knows them.\n\nHere is why."
PERSONAL = (
    "I am Maria Müller, 93, and my calves cramp at night. Call me: 555-0147, or maria@example.com"
)
SNIPPET = ("doctor", "Please **show this answer** to the doctor who knows you.")


def call(site: Site, name: str, given=None):
    """Call a function of this module in the site's surroundings; all passes as JSON."""
    code = f"from tests.browser import askers; askers.answer({name!r})"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env=site.all_environment(),
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def answer(name: str) -> None:
    given = json.load(sys.stdin)
    print(json.dumps({"put": put, "every": every, "outcome": outcome, "hurry": hurry}[name](given)))


def put(rows: list[dict]) -> list[dict]:
    """Empty the queue, then put these in, oldest first; each asker has an address of their own.

    A row has title, body, pictures (how many), spam (the reason why it is suspected) and
    known (whether the same was asked and answered before); returns pk, email and, of the known,
    the number of what was answered.
    """
    from django.utils import timezone

    from accounts.models import User
    from qa.models import Image, Question, Snippet
    from tests import factories

    curator = User.objects.get(email="curator@example.org")
    for question in Question.objects.pending():
        question.mark_spam(by=curator)
    Snippet.objects.get_or_create(owner=None, name=SNIPPET[0], defaults={"text": SNIPPET[1]})
    numbers, made = count(Question.objects.count()), []
    for place, row in enumerate(rows):
        text = {"title": row["title"], "body": row["body"]}
        known = factories.published(curator, KNOWN, email="", **text) if row["known"] else None
        email = f"asker{next(numbers)}@example.org"
        question = factories.draft(email=email, spam_reason=row["spam"], **text)
        for colour in ["#a0522d", "#2e557a"][: row["pictures"]]:
            Image(question=question).store(factories.picture(1600, 1200, colour))
        question.submit()
        waiting = timedelta(hours=2 * (len(rows) - place))
        Question.objects.filter(pk=question.pk).update(submitted_at=timezone.now() - waiting)
        number = known.reference_number if known else ""
        made.append({"pk": question.pk, "email": email, "known": number})
    return made


def every(_) -> dict[str, int]:
    """A question in each state that a page of the desk may show, and what else has a page there."""
    from accounts.models import User
    from qa.models import Answer, FollowUp, Image, SavedView, Snippet
    from tests import factories

    curator = User.objects.get(email="curator@example.org")
    other = factories.curator("Clara")
    Snippet.objects.get_or_create(owner=curator, name="stretch", defaults={"text": "**Stretch**."})
    SavedView.objects.get_or_create(owner=curator, name="Mine", defaults={"query": "whose=me"})
    made = {}
    for name in ["waiting", "published", "answered", "changes", "declined", "merged", "spam"]:
        made[name] = factories.draft(email=f"{name}@example.com", body=PERSONAL)
        Image(question=made[name]).store(factories.picture(1600, 1200))
        made[name].submit()
    waiting, published = made["waiting"], made["published"]
    for question in (published, made["answered"]):
        text = {"title": question.title, "body": question.body, "answer": KNOWN}
        question.edit(by=curator, **text)
    published.publish(by=curator)
    made["answered"].answer_privately(by=curator)
    made["changes"].request_changes(by=curator, reason="Since when?")
    made["declined"].decline(by=curator, reason="We cannot know that.")
    made["merged"].merge_into(published, by=curator)
    made["spam"].mark_spam(by=curator)
    waiting.claim(by=other)
    FollowUp.objects.create(question=published, from_asker=True, text="And at night?")
    Answer.objects.filter(kind="reader").delete()
    made["reader"] = Answer.objects.create(
        question=published, kind="reader", author=factories.member("Rita"), body="I stretch."
    )
    made["snippet"] = Snippet.objects.get(owner=curator, name="stretch")
    made["topic"] = waiting.topic
    return {name: row.pk for name, row in made.items()}


def outcome(keys: list[int]) -> list[dict]:
    """Of each question: its state, its public text and answer, and what it was merged into."""
    from qa.models import Question

    questions = Question.objects.select_related("topic", "merged_into").in_bulk(keys)
    return [_row(questions[key]) for key in keys]


def _row(question) -> dict:
    answer, other = question.official_answer, question.merged_into
    return {
        "status": question.status,
        "topic": question.topic.title,
        "body": question.body,
        "answer": answer.body if answer else "",
        "merged_into": other.reference_number if other else "",
    }


def hurry(_) -> int:
    """The minute for taking back has passed: let the mails go; returns how many."""
    from django.utils import timezone

    from outbox.models import Message, Status

    now = timezone.now()
    waiting = Message.objects.filter(status=Status.QUEUED, not_before__gt=now)
    return waiting.update(not_before=now)
