"""What the tests of following share."""

from datetime import UTC, datetime, timedelta

from following import gathering, telling
from following.models import Follow
from outbox.models import Message
from qa.models import Answer
from tests import factories

Frequency = Follow.Frequency
EMAIL = "ada@example.org"


class Clock:
    """Noon on a Wednesday, until it is put forward; `work` is what the worker does in between."""

    def __init__(self, monkeypatch):
        self.now = datetime(2026, 6, 10, 12, tzinfo=UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)

    def forward(self, **span) -> None:
        self.now += timedelta(**span)

    def until(self, **parts) -> None:
        """The next time at which the clock shows this."""
        then = self.now.replace(minute=0, second=0, **parts)
        self.now = then if then > self.now else then + timedelta(days=1)

    def work(self, **span) -> list[Message]:
        """Let time pass, a minute and a bit unless told, and the worker look twice: the new mails,
        by address.
        """
        before = set(Message.objects.values_list("pk", flat=True))
        self.forward(**span or {"seconds": 61})
        gathering.gather()
        self.forward(seconds=6)
        telling.tell()
        return list(Message.objects.exclude(pk__in=before).order_by("to", "pk"))


def follow(target, email: str = EMAIL, frequency=Frequency.INSTANT) -> Follow:
    """Somebody who confirmed."""
    asked = Follow.objects.ask(email=email, target=target, frequency=frequency)
    asked.confirm()
    return asked


def correct(clock: Clock, question, note: str = "The dose was wrong.") -> None:
    question.refresh_from_db()
    question.correct(by=factories.User.objects.get(email="cora@example.org"), note=note)
    question.corrections.filter(note=note).update(created_at=clock.now)


def reader_answer(question, body: str = "I stretch before bed.") -> Answer:
    """Ben's, as a curator lets it through."""
    user = factories.User.objects
    ben = user.filter(email="ben@example.org").first() or factories.member("Ben")
    answer = Answer.from_reader(question, by=ben, body=body)
    answer.publish(by=user.get(email="cora@example.org"))
    return answer


def mails(purpose: str) -> list[Message]:
    return list(Message.objects.filter(purpose=purpose).order_by("pk"))
