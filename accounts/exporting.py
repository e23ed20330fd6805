"""Everything that belongs to a member, as one file (GDPR, articles 15 and 20)."""

import json
import tempfile
import zipfile
from collections.abc import Iterator

from django.core.serializers.json import DjangoJSONEncoder

from accounts.belongings import (
    begun_by,
    followers_of,
    mails_to,
    reader_answers_of,
    subscribers_of,
    suppressions_of,
)
from qa.emails import DIGEST

IN_MEMORY = 5 * 1024 * 1024  # bytes; a larger archive is written to a temporary file


def archive(user):
    """A ZIP as an open file: account.json, and the pictures of the questions."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the response closes it)
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("account.json", as_json(user), zipfile.ZIP_DEFLATED)
        for name, content in pictures(user):
            target.writestr(name, content)
    file.seek(0)
    return file


def as_json(user) -> str:
    data = {
        "account": account(user),
        "questions": [question(row) for row in begun_by(user)],
        "reader_answers": [reader_answer(row) for row in reader_answers_of(user)],
        "newsletter": [subscription(row) for row in subscribers_of(user)],
        "following": [follow(row) for one in followers_of(user) for row in one.follows.all()],
        "mails": [mail(row) for row in readers_mails(user)],
        "held_back": list(suppressions_of(user).values("purpose", "reason", "created_at")),
        "signed_in_on": list(user.sessions.order_by("seen_at").values("device", "seen_at")),
    }
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def account(user) -> dict:
    fields = ["email", "display_name", "place", "credentials", "bio", "date_joined", "last_login"]
    addresses = user.emailaddress_set.order_by("pk").values("email", "verified", "primary")
    elsewhere = user.socialaccount_set.order_by("pk").values("provider", "uid", "date_joined")
    lists = {"addresses": list(addresses), "accounts_elsewhere": list(elsewhere)}
    return {name: getattr(user, name) for name in fields} | lists


def question(row) -> dict:
    fields = ["asked_title", "asked_body", "title", "body", "email", "name", "location", "status"]
    times = ["created_at", "submitted_at", "email_confirmed_at", "published_at"]
    answer = row.official_answer
    return {
        "number": row.reference_number,
        "topic": row.topic.title,
        **{name: getattr(row, name) for name in fields + times},
        # What the form held at last and could not be taken over.
        "typed": row.typed,
        "guidelines_version": row.guidelines.version if row.guidelines else None,
        "answer": answer.body if answer and answer.published_at else None,
        "corrections": list(row.corrections.values("note", "created_at")),
        "messages": list(row.follow_ups.values("from_asker", "text", "created_at")),
        "pictures": [picture(row, image) for image in row.images.all()],
        "events": list(row.events.values("verb", "role", "from_status", "to_status", "created_at")),
    }


def reader_answer(row) -> dict:
    return {
        "question": row.question.title,
        "body": row.body,
        "status": row.status,
        "name": row.author_name,
        "place": row.author_place,
        "created_at": row.created_at,
        "published_at": row.published_at,
    }


def subscription(row) -> dict:
    evidence = ["text", "text_version", "privacy_version", "page"]
    times = ["asked_at", "confirmed_at", "withdrawn_at", "letters", "last_letter_at"]
    return {
        "email": row.email,
        "status": row.status,
        "frequency": row.frequency,
        "topics": [topic.title for topic in row.topics.order_by("pk")],
        "consents": list(row.consents.values(*evidence, *times)),
    }


def follow(row) -> dict:
    evidence = ["frequency", "text", "text_version", "privacy_version"]
    times = ["asked_at", "confirmed_at", "withdrawn_at"]
    return {"email": row.follower.email} | {name: getattr(row, name) for name in evidence + times}


def readers_mails(user):
    """Not the codes of an account, which are about nothing, nor what curators are mailed."""
    return mails_to(user).exclude(about="").exclude(purpose=DIGEST).order_by("pk")


def mail(row) -> dict:
    fields = ["to", "purpose", "subject", "status", "created_at", "sent_at"]
    return {name: getattr(row, name) for name in fields} | {"text": row.parts[0]}


def picture(row, image) -> dict:
    """`turned`: by how many degrees clockwise the pages show it."""
    fields = {"description": image.alt, "turned": image.rotation, "publish": image.publish}
    return {"file": picture_name(row, image), **fields}


def picture_name(row, image) -> str:
    return f"pictures/{row.reference_number}-{image.pk}.jpg"


def pictures(user) -> Iterator[tuple[str, bytes]]:
    """(name in the archive, JPEG bytes) of each picture, as large as it is kept."""
    for row in begun_by(user):
        for image in row.images.all():
            yield picture_name(row, image), image.master()
