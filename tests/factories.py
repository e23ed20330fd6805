"""The cast and their things: Ada the asker, Ben the other member, Cora the curator, Otto."""

import io
from importlib import import_module
from itertools import count

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import Group
from django.utils import timezone
from PIL import Image as Pillow

from accounts.models import User
from qa.models import Policy, Question, Topic

PASSWORD = "a long enough sentence"
_number = count(1)


def member(name: str = "Ben", **fields) -> User:
    """Somebody with an account and a verified address, such as ben@example.org."""
    email = fields.pop("email", f"{name.lower()}@example.org")
    user = User.objects.create_user(email, PASSWORD, display_name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def curator(name: str = "Cora") -> User:
    user = member(name, is_staff=True, credentials="MSc, pharmacist")
    user.groups.add(role("Curator"))
    return user


def editor(name: str = "Edith") -> User:
    user = member(name, is_staff=True)
    user.groups.add(role("Editor"))
    return user


def role(name: str) -> Group:
    """A group as the migrations make it; a test that empties the database takes it away."""
    if not Group.objects.filter(name=name).exists():
        import_module("qa.migrations.0003_curator_role").create(apps, None)
        import_module("newsletter.migrations.0002_roles").create(apps, None)
        import_module("newsletter.migrations.0006_curators_answer").narrow(apps, None)
        import_module("following.migrations.0002_roles").create(apps, None)
    return Group.objects.get(name=name)


def second_factor(client, user: User) -> None:
    """The account has a factor, and the client's session has passed it."""
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def guidelines() -> Policy:
    existing = Policy.objects.current(Policy.Kind.GUIDELINES)
    return existing or Policy.objects.create(
        kind=Policy.Kind.GUIDELINES, version=1, body="Ask one thing at a time."
    )


def topic(slug: str = "causes-of-muscle-cramps", **fields) -> Topic:
    defaults = {"title": slug.replace("-", " ").capitalize(), "summary": "What is known."}
    return Topic.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def draft(**fields) -> Question:
    """Ada's unsent question."""
    # With a comma: a number of four digits would be a word to what compares words.
    title = fields.pop("title", f"Why do my calves cramp at night, case {next(_number):,}?")
    body = fields.pop("body", "It wakes me twice a week, mostly in the left leg.\n\nWhat helps?")
    defaults = {
        "topic": fields.pop("topic", None) or topic(),
        "email": "ada@example.org",
        "name": "Ada",
        "location": "Leeds",
        "guidelines": guidelines(),
        "asked_title": title,
        "asked_body": body,
        "title": title,
        "body": body,
    }
    return Question.objects.create(**defaults | fields)


def pending(**fields) -> Question:
    """Ada's question, sent and waiting; its "we have your question" mail is queued."""
    question = draft(**fields)
    question.submit()
    return question


def published(
    by: User | None = None, answer: str = "Stretching the calf helps *some* people.", **fields
):
    """Ada's question, answered by Cora and in the archive."""
    by = by or User.objects.filter(email="cora@example.org").first() or curator()
    question = pending(**fields)
    question.edit(by=by, title=question.title, body=question.body, answer=answer)
    question.publish(by=by)
    return question


def confirmed(question: Question) -> Question:
    Question.objects.filter(pk=question.pk).update(email_confirmed_at=timezone.now())
    question.refresh_from_db()
    return question


def picture(
    width: int = 640, height: int = 480, colour: str = "#a0522d", format: str = "JPEG", **save
) -> bytes:
    """The bytes of a small real picture."""
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), colour).save(file, format, **save)
    return file.getvalue()
