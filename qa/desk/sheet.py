"""The answer page's fields taken together: texts, pictures, references, and the lock."""

import re

from django.db import transaction

from qa.desk.diff import Change, changes
from qa.desk.forms import DRAFT, DraftForm, PictureForm, PublicForm, ReferenceRows
from qa.models import Answer, Question, Reference
from qa.models.workflow import StateConflict, Status

SOURCE = ["title", "link", "source", "note"]
EDITABLE = frozenset({Status.PENDING, Status.PUBLISHED})
SHOWN = re.compile(r"picture-(\d{1,18})-shown", re.ASCII)


class Sheet:
    """One answer page as loaded, or as sent back.

    A field that a request does not carry is left as it is, so a bare POST of `reason` to decline/
    cannot blank a text. `revision` is the row's number as the curator saw it; `words` are what was
    typed for the asker and kept with the draft.
    """

    def __init__(
        self, question: Question, data=None, form: type[DraftForm] = DraftForm, words=None
    ):
        self.question = question
        self.stored = stored(question)
        self.posted_revision = _number(data.get("revision")) if data is not None else None
        self.form = form(
            None if data is None else self._completed(data),
            initial=self.stored | (words or {}),
            question=question,
        )
        self.shown = {int(found[1]) for name in data or () if (found := SHOWN.fullmatch(name))}
        self.pictures = [_picture_form(image, data) for image in question.images.all()]
        self.references = _reference_rows(question, data)

    def _completed(self, data):
        data = data.copy()
        for name in DRAFT:
            if name not in data:
                data[name] = self.stored[name]
        return data

    @property
    def is_editable(self) -> bool:
        return self.question.status in EDITABLE

    @property
    def is_outdated(self) -> bool:
        return self.posted_revision not in {None, self.question.revision} or self._shows_others

    @property
    def _shows_others(self) -> bool:
        """Whether the page had other pictures: none becomes public that no curator has seen."""
        if self.posted_revision is None and not isinstance(self.form, PublicForm):
            return False
        there = self.question.images.values_list("pk", flat=True)
        return self.form.is_bound and self.shown != set(there)

    def is_valid(self) -> bool:
        parts = [self.form, *(form for _, form in self.pictures if form.is_bound)]
        if self.references.is_bound:
            parts.append(self.references)
        return all(part.is_valid() for part in parts)

    def rows_with_errors(self) -> list:
        """The picture forms and reference rows that could not be taken."""
        pictures = [form for _, form in self.pictures if form.is_bound]
        rows = list(self.references) if self.references.is_bound else []
        return [form for form in [*pictures, *rows] if form.errors]

    def conflicts(self) -> list[Change]:
        """Where what was typed and what stands in the row now differ."""
        typed = {name: (self.form[name].value() or "") for name in DRAFT}
        return changes(typed | self._lists("value"), self.stored | self._lists("initial"))

    def _lists(self, which: str) -> dict:
        """The sources and the pictures as lines of text: as typed ("value") or as stored."""
        sources = [
            " · ".join(str(_part(row[name], which)) for name in SOURCE if _part(row[name], which))
            for row in self.references
        ]
        pictures = [
            f"{number}. {_part(form['alt'], which) or '(no description)'}"
            f"{'' if _part(form['publish'], which) else ', not published'}"
            for number, (_, form) in enumerate(self.pictures, start=1)
        ]
        return {
            "sources": "\n".join(source for source in sources if source),
            "pictures": "\n".join(pictures),
        }

    def typed(self) -> list:
        """The fields that hold words, for whoever can no longer save them."""
        return [field for field in self.form if field.value() and field.name != "similar"]

    def differs(self) -> bool:
        """Whether anything was typed that is not stored."""
        pictures = [form for _, form in self.pictures if form.is_bound]
        rows = [self.references] if self.references.is_bound else []
        return any(part.has_changed() for part in [self.form, *pictures, *rows])

    def put_back(self, post, name: str) -> None:
        """Set a field of `post` to what is stored: a text, "sources" or "pictures"."""
        if name in DRAFT:
            post[name] = self.stored[name]
        parts = {"sources": self.references, "pictures": [form for _, form in self.pictures]}
        if name not in parts:
            return
        prefix = "references-" if name == "sources" else "picture-"
        for old in [old for old in post if old.startswith(prefix)]:
            del post[old]
        for form in parts[name]:
            for field in form:
                if field.value():
                    post[field.html_name] = str(field.value())
        if name == "sources":
            for field in self.references.management_form:
                post[field.html_name] = str(field.value())

    def typed_references(self) -> list[Reference]:
        """The rows as unsaved references, for the preview; what is not valid is left out."""
        return [
            Reference(**row.columns())
            for row in self.references
            if row.is_bound and row.is_valid() and row.is_filled
        ]

    @transaction.atomic
    def save(self, by) -> None:
        """Write what was typed; writes nothing where nothing was changed.

        Raises StateConflict where the row is another than the curator saw.
        """
        Question.objects.select_for_update().get(pk=self.question.pk)
        self.question.refresh_from_db()
        if self.is_outdated:
            raise StateConflict("edit")
        if not self.is_editable or not self._is_changed():
            return
        self.question.edit(by=by, **self.form.draft())
        for image, form in self.pictures:
            if form.is_bound:
                _save_picture(self.question, image, form.cleaned_data)
        if self.references.is_bound:
            self._save_references(by)

    def _is_changed(self) -> bool:
        return (
            self.form.draft() != stored(self.question)
            or any(form.is_bound and form.has_changed() for _, form in self.pictures)
            or (self.references.is_bound and self.references.has_changed())
        )

    def _save_references(self, by) -> None:
        rows = [row for row in self.references if row.is_filled]
        answer = self.question.official_answer
        if answer is None and rows:
            answer = self.question.answers.create(kind=Answer.Kind.OFFICIAL, author=by)
        if answer is None:
            return
        kept = {row.cleaned_data["id"] for row in rows}
        answer.references.exclude(pk__in=[pk for pk in kept if pk]).delete()
        for order, row in enumerate(rows):
            columns = row.columns() | {"order": order}
            pk = row.cleaned_data["id"]
            if not pk or not answer.references.filter(pk=pk).update(**columns):
                answer.references.create(**columns)


def _part(field, which: str):
    return getattr(field, which)() if which == "value" else field.initial


def stored(question: Question) -> dict:
    """The draft's texts as they stand in the database."""
    answer = question.official_answer
    return {"title": question.title, "body": question.body, "answer": answer.body if answer else ""}


def _picture_form(image, data):
    prefix = f"picture-{image.pk}"
    sent = data if data is not None and f"{prefix}-shown" in data else None
    initial = {"publish": image.publish, "alt": image.alt, "shown": "1"}
    return image, PictureForm(sent, prefix=prefix, initial=initial)


def _save_picture(question, image, values) -> None:
    image.alt, image.publish = values["alt"], values["publish"]
    image.save(update_fields=["alt", "publish"])
    if question.status == Status.PUBLISHED:
        if image.publish and image.public_key is None:
            image.publish_files()
        elif not image.publish:
            image.withdraw_files()


def _reference_rows(question, data):
    answer = question.official_answer
    references = Reference.objects.filter(answer=answer) if answer else []
    initial = [
        {
            "id": reference.pk,
            "title": reference.title,
            "link": reference.url or reference.doi or reference.pmid,
            "source": reference.source,
            "note": reference.note,
        }
        for reference in references
    ]
    sent = data if data is not None and "references-TOTAL_FORMS" in data else None
    return ReferenceRows(sent, prefix="references", initial=initial)


def _number(text) -> int | None:
    """A number of at most nine digits, or None: a forged field is no reason to fail."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
