"""The demo library, from readable files into an empty database (demo/README.md)."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from qa.models import Answer, Image, Policy, Question, Reference, SiteProfile, Topic, TopicPicture
from qa.models.topic import REVIEWED_FOR

CURATOR_EMAIL = "curator@example.org"
ANSWER_MARK = "<!-- answer -->"
TOPIC_FIELDS = ("title", "summary", "invitation", "order", "created_at", "reviewed_at", "is_open")
REFERENCE_FIELDS = ("heading", "title", "source", "url", "doi", "pmid", "note")


@dataclass(frozen=True)
class Document:
    """A Markdown file with YAML front matter."""

    path: Path
    fields: dict
    body: str

    @classmethod
    def read(cls, path: Path) -> "Document":
        text = path.read_text(encoding="utf-8")
        if not text.startswith("---\n"):
            return cls(path, {}, text.strip())
        _, head, body = text.split("---\n", 2)
        return cls(path, yaml.safe_load(head), body.strip())

    def beside(self, name: str) -> bytes:
        """The content of a file in the same folder."""
        return (self.path.parent / name).read_bytes()


def is_empty() -> bool:
    """Whether the demo may be loaded: no topic yet, and nobody with an account."""
    return not Topic.objects.exists() and not get_user_model().objects.exists()


@transaction.atomic
def load(folder: Path, password: str) -> None:
    """Fill an empty database from `folder`; the curator signs in with `password`.

    Questions go through their real verbs, without an address, so that no mail is written for
    people who were invented; addresses and times are put in afterwards.
    """
    site = yaml.safe_load((folder / "site.yaml").read_text(encoding="utf-8"))
    SiteProfile.objects.update_or_create(pk=1, defaults=site)
    curator = _curator(site, password)
    for path in sorted((folder / "policies").glob("*.md")):
        Policy.objects.get_or_create(
            kind=path.stem, version=1, defaults={"body": Document.read(path).body}
        )
    documents = [Document.read(path) for path in sorted((folder / "topics").glob("*/topic.md"))]
    for document in documents:
        _topic(document, curator)
    for document in documents:
        _relate(document)
    for path in sorted((folder / "topics").glob("*/questions/*.md"), key=_asked_at):
        _question(Document.read(path), curator)


def _asked_at(path: Path):
    """So that older questions get the smaller numbers."""
    return Document.read(path).fields["asked_at"]


def _curator(site: dict, password: str):
    user = get_user_model().objects.create_superuser(
        CURATOR_EMAIL,
        password,
        display_name=site["curator_name"],
        credentials=site["curator_credentials"],
        bio=site["curator_bio"],
    )
    user.groups.add(Group.objects.get(name="Curator"))
    return user


# --- Topics -----------------------------------------------------------------------------------


def _topic(document: Document, curator) -> None:
    fields = {name: document.fields[name] for name in TOPIC_FIELDS if name in document.fields}
    topic = Topic.objects.create(
        slug=document.path.parent.name,
        body=document.body,
        author=curator,
        accepts_reader_answers=document.fields.get("accepts_reader_answers", False),
        **fields,
    )
    for card in document.fields.get("pictures") or []:
        _picture(document, topic, card)
    listing = document.path.parent / "references.yaml"
    if listing.exists():
        _references(yaml.safe_load(listing.read_text(encoding="utf-8")), topic=topic)


def _picture(document: Document, topic: Topic, card: dict) -> None:
    fields = {name: card.get(name, "") for name in ("name", "alt", "caption", "credit")}
    picture = TopicPicture(topic=topic, **fields)
    picture.store(document.beside(card["file"]))
    picture.publish_files()


def _relate(document: Document) -> None:
    topic = Topic.objects.get(slug=document.path.parent.name)
    topic.related.set(Topic.objects.filter(slug__in=document.fields.get("related") or []))
    parent = document.fields.get("parent")
    if parent:
        topic.parent = Topic.objects.get(slug=parent)
        topic.save(update_fields=["parent"])


def _references(cards: list | None, **owner) -> None:
    Reference.objects.bulk_create(
        Reference(
            order=number,
            **{name: str(card[name]) for name in REFERENCE_FIELDS if card.get(name)},
            **owner,
        )
        for number, card in enumerate(cards or [])
    )


# --- Questions --------------------------------------------------------------------------------


def _question(document: Document, curator) -> None:
    card = document.fields
    body, _, answer = (part.strip() for part in document.body.partition(ANSWER_MARK))
    question = Question.objects.create(
        topic=Topic.objects.get(slug=document.path.parent.parent.name),
        guidelines=Policy.objects.current(Policy.Kind.GUIDELINES),
        asked_title=card["title"],
        asked_body=body,
        title=card["title"],
        body=body,
        name=card.get("name", ""),
        location=card.get("location", ""),
    )
    for number, picture in enumerate(card.get("images") or []):
        image = Image(question=question, order=number, alt=picture.get("alt", ""))
        image.store(document.beside(picture["file"]))
    question.submit()
    if card["status"] == "published":
        _publish(question, answer, card, curator)
    asked_at = card["asked_at"]
    Question.objects.filter(pk=question.pk).update(
        email=card["email"], email_confirmed_at=asked_at, created_at=asked_at, submitted_at=asked_at
    )
    question.events.filter(verb="submit").update(created_at=asked_at)


def _publish(question: Question, answer: str, card: dict, curator) -> None:
    question.edit(by=curator, title=question.title, body=question.body, answer=answer)
    _references(card.get("references"), answer=question.answers.official().get())
    question.publish(by=curator)
    for reader in card.get("reader_answers") or []:
        _reader_answer(question, reader, curator)
    at = card["answered_at"]
    Question.objects.filter(pk=question.pk).update(published_at=at, updated_at=at)
    question.answers.update(
        created_at=at,
        updated_at=at,
        published_at=at,
    )
    question.answers.official().update(
        reviewed_at=at.date(), review_due_at=at.date() + REVIEWED_FOR
    )
    question.events.update(created_at=at)


def _reader_answer(question: Question, card: dict, curator) -> None:
    """A member's answer; its author is put in after the verb, which would write them a mail."""
    name, _, place = card["name"].partition(", ")
    email = f"reader-{get_user_model().objects.count()}@example.org"
    member = get_user_model().objects.create_user(email, display_name=name, place=place)
    answer = question.answers.create(kind=Answer.Kind.READER, body=card["body"].strip())
    answer.publish(by=curator)
    Answer.objects.filter(pk=answer.pk).update(author=member)
