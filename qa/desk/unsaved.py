"""What a curator has typed on an answer page and not saved: kept by itself, back on the next visit.

It belongs to one curator and one question, is seen by nobody else, and ends with any saved
decision. It is also where typed text goes that cannot be saved now: after a conflict, before an
undo, and when the sign-in has run out meanwhile.
"""

from datetime import timedelta
from functools import wraps

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import QueryDict
from django.utils import timezone

from qa.desk.fields import visible
from qa.desk.sheet import Sheet
from qa.models import Question, UnsavedEdit

MOST = 200_000  # characters of all fields together
SEAL = "qa.desk.unsaved"
SEAL_HOLDS = timedelta(days=14)
NOT_TYPED = {
    "csrfmiddlewaretoken",
    "revision",
    "event",
    "kept_for",
    "redact",
    "take",
    "target",
    "similar",
    "detail_seen",
}


def of(user, question: Question) -> UnsavedEdit | None:
    return UnsavedEdit.objects.filter(question=question, by=user).first()


def keep(user, question: Question, post: QueryDict) -> UnsavedEdit | None:
    """Keep what a form carries beyond what is stored; returns None where that is nothing."""
    fields = {
        name: [visible(value) for value in values]
        for name, values in post.lists()
        if name not in NOT_TYPED
    }
    post = post.copy()
    for name in ["target", "similar"]:
        post.pop(name, None)
    size = sum(len(value) for values in fields.values() for value in values)
    if "answer" not in post or size > MOST:
        return None
    sheet = Sheet(question, post)
    if not sheet.differs():
        forget(user, question)
        return None
    revision = question.revision if sheet.posted_revision is None else sheet.posted_revision
    return UnsavedEdit.objects.update_or_create(
        question=question,
        by=user,
        defaults={"fields": fields, "revision": revision, "saved_at": timezone.now()},
    )[0]


def forget(user, question: Question) -> None:
    UnsavedEdit.objects.filter(question=question, by=user).delete()


def as_sent(edit: UnsavedEdit) -> QueryDict:
    """The kept fields as the form would send them."""
    data = QueryDict(mutable=True)
    for name, values in edit.fields.items():
        data.setlist(name, values)
    data["revision"] = str(edit.revision)
    return data


def follow(user, question: Question, before: int) -> None:
    """After the curator's own undo: what was typed on revision `before` fits the row as it is now.

    Otherwise the page would report the undo itself as somebody's change.
    """
    UnsavedEdit.objects.filter(question=question, by=user, revision=before).update(
        revision=question.revision
    )


def seal(user, question: Question) -> str:
    """Says, signed, whose page this is: by it a text finds home after the sign-in has run out."""
    return signing.dumps([user.pk, question.pk], salt=SEAL)


def rescue(request) -> Question | None:
    """Keep what is posted for the curator whose page it came from; returns the question."""
    try:
        user_pk, question_pk = signing.loads(
            request.POST.get("kept_for", ""), salt=SEAL, max_age=SEAL_HOLDS
        )
    except signing.BadSignature:
        return None
    user = get_user_model().objects.filter(pk=user_pk, is_active=True, is_staff=True).first()
    question = Question.objects.sent().filter(pk=question_pk).first()
    if not user or not question:
        return None
    keep(user, question, request.POST)
    return question


def rescuing(guard):
    """`guard`, the admin's check of who comes in, so that no text is lost at its door."""

    def guarding(view, **options):
        guarded = guard(view, **options)

        @wraps(guarded)
        def rescued(request, *args, **kwargs):
            if request.method == "POST" and not admin.site.has_permission(request):
                rescue(request)
            return guarded(request, *args, **kwargs)

        return rescued

    return guarding
