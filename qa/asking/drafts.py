"""From a posted form to a stored draft, and from a draft to a question that is sent."""

from django.db import IntegrityError, transaction

import newsletter.limits
from config.prepared import insert
from newsletter.models import Subscriber
from qa import emails
from qa.asking import limits, pictures, tickets
from qa.asking.fields import one_line
from qa.asking.forms import QuestionForm
from qa.models import Question
from qa.models.picture import new_key
from qa.models.question import TITLE_LENGTH
from qa.models.trace import TooMany
from qa.models.workflow import StateConflict, Status

DECOY = "website"
DECOY_FILLED = "hidden field filled in"


def begin(topic, request) -> Question:
    """The draft that a posted form belongs to; the same form posted twice makes one.

    A form that comes back after its question was sent begins another one, if its words are new.
    Raises TooMany where this visitor has begun too many.
    """
    data = request.POST
    key, reason = tickets.read(data.get("ticket", ""), topic)
    reason = DECOY_FILLED if data.get(DECOY) else reason
    question = _get_or_begin(topic, key, request)
    if question.status != Status.DRAFT and not _says_the_same(question, data):
        question = _get_or_begin(topic, new_key(), request)
    if reason:
        suspect(question, reason)
    return question


def begin_complete(topic, request) -> Question | None:
    """The draft of a form that is good as it first comes, written at once with all its words.

    So there is one short transaction, which all other writers wait for; the session that remembers
    the draft is in it. None for any other form, for which `begin` and `take_over` are: one with
    pictures, with errors, suspected, or sent before. Raises TooMany as `begin`.
    """
    key, reason = tickets.read(request.POST.get("ticket", ""), topic)
    if reason or request.FILES or request.POST.get(DECOY):
        return None
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return None
    words = form.columns()
    words |= {"title": words["asked_title"], "body": words["asked_body"], "revision": 1}
    try:
        return _insert(Question(key=key, topic=topic, **words), request)
    except IntegrityError:  # there is a draft of this key
        return None


@transaction.atomic
def _insert(draft: Question, request) -> Question:
    insert(draft)
    limits.take_draft(request)
    remember(request, draft)
    request.session.save()
    return draft


def begin_quietly(topic, request) -> Question:
    """The draft of a form that is still being written. Raises TooMany as `begin`, and
    StateConflict for a form without its ticket, whose draft could not be found again.
    """
    key, reason = tickets.read(request.POST.get("ticket", ""), topic)
    if reason == tickets.MISSING:
        raise StateConflict("begin")
    return _get_or_begin(topic, key, request)


@transaction.atomic
def _get_or_begin(topic, key: str, request) -> Question:
    begun = Question.objects.filter(key=key).first()
    if begun:
        return begun
    limits.take_draft(request)
    draft = Question(key=key, topic=topic)
    # The same form sent twice at once: the second finds the first one's row.
    Question.objects.bulk_create([draft], ignore_conflicts=True)
    return Question.objects.select_related("topic").get(key=key)


def _says_the_same(question, data) -> bool:
    """Whether a question that was sent, and stands, has just the words of this form."""
    if question.status == Status.WITHDRAWN:
        return False
    title, body = (QuestionForm(data)[name].value() for name in ("title", "body"))
    return (title, body) == (question.asked_title, question.asked_body)


def suspect(question, reason: str) -> None:
    """Mark a draft as suspected spam. It is stored and shown to a curator all the same."""
    drafts = Question.objects.filter(pk=question.pk, status=Status.DRAFT)
    if drafts.update(spam_reason=reason):
        question.spam_reason = reason


def take_over(question, request) -> QuestionForm:
    """Store everything that a form was sent back with: what is good, as the question's own words,
    what is not, as typed. The form's errors say what is wrong.

    Raises StateConflict once a curator has begun.
    """
    intake = pictures.add(question, request)
    form = posted_form(question, request, intake)
    form.refusal = intake.refusal
    if request.POST.get(DECOY):
        suspect(question, DECOY_FILLED)
    try:
        _store(question, form, request)
    except TooMany as refusal:
        question.refresh_from_db()
        question.keep(form.typed())
        form.refusal = refusal
    for sentence in intake.refused:
        form.add_error("images", sentence)
    if form.errors and question.spam_reason == tickets.FAST:
        # A button pressed too early on a form that is not filled in is no robot's doing.
        suspect(question, "")
    return form


def posted_form(question, request, intake) -> QuestionForm:
    data = request.POST.copy()
    data.update(intake.described)
    return QuestionForm(data, question=question)


@transaction.atomic
def _store(question, form, request) -> None:
    if form.is_valid():
        _take_new_address(question, form.cleaned_data["email"], request)
        question.rewrite(**form.columns())
        for image in form.described():
            image.save(update_fields=["alt"])
    else:
        question.keep(form.typed())


def _take_new_address(question, email: str, request) -> None:
    """A question that was sent is acknowledged to a new address: that counts like another one."""
    if question.submitted_at and email.lower() != question.email.lower():
        question.lock_for_asker()
        limits.require_new_address(question)
        limits.take_question(request, question.topic, email)


def autosave(question, request) -> None:
    """Store the form while it is being written: a draft's only, and without a judgement on it.

    Raises StateConflict for a question that was sent.
    """
    if question.status != Status.DRAFT:
        raise StateConflict("autosave")
    _store(question, QuestionForm(request.POST, question=question), request)


def set_aside(question, request) -> list[str]:
    """Keep everything typed and chosen while another button of the form is at work.

    A question that was sent keeps its words and its address; only "save" changes them. Returns
    the sentences about refused pictures.
    """
    if not question.submitted_at:
        return take_over(question, request).errors.get("images", [])
    intake = pictures.add(question, request)
    question.keep(posted_form(question, request, intake).typed())
    return intake.refused


def contents(question) -> dict:
    """What the form of this question holds, as it would be posted."""
    stored = {
        "title": question.asked_title,
        "body": question.asked_body,
        "name": question.name,
        "location": question.location,
        "email": question.email,
        "guidelines": question.guidelines_id is not None,
        "newsletter": question.wants_newsletter,
        **{f"alt_{image.pk}": image.alt for image in question.images.all()},
    }
    return stored | question.typed


def is_complete(question) -> bool:
    """Whether the stored words could be sent as they are. Loads the pictures, once for all."""
    question.load_images()
    return not question.typed and QuestionForm(contents(question), question=question).is_valid()


def send(question, request) -> None:
    """Submit, and ask for the newsletter where the box was ticked. A second call does nothing.

    Raises TooMany, and sends nothing, where it is one too many.
    """
    user = request.user
    confirmed = user.is_authenticated and user.has_verified(question.email)
    _send(question, request, confirmed, emails.receipt(question, confirmed))


@transaction.atomic
def _send(question, request, confirmed: bool, receipt) -> None:
    question.lock()
    first = question.status == Status.DRAFT
    if first:
        limits.take_question(request, question.topic, question.email)
    question.submit(confirmed=confirmed, receipt=receipt, locked=True)
    wants = first and question.wants_newsletter and not question.is_suspected_spam
    if wants and newsletter.limits.allow(request):
        page = f"/topics/{question.topic.slug}/ask/"
        Subscriber.objects.request(email=question.email, page=page, topic=question.topic)


# The drafts begun in this browser, by topic: whoever comes back to an empty form finds them.
SESSION = "drafts"


def first_line(request) -> str:
    """The question as begun on a topic page: `?title=`."""
    return one_line(request.GET.get("title", ""))


def first_words(request) -> dict[str, str]:
    """Title and text to begin with: a line too long for a title is cut there, and whole below."""
    line, most = first_line(request), TITLE_LENGTH[1]
    if len(line) <= most:
        return {"title": line}
    return {"title": line[: most + 1].rpartition(" ")[0] or line[:most], "body": line}


def remember(request, question) -> None:
    """Bind the draft to this browser, anew for as long as the session's cookie lives: 14 days."""
    drafts, slug = request.session.get(SESSION, {}), question.topic.slug
    begun = drafts.get(slug)
    if not begun or begun["key"] != question.key:
        begun = {"key": question.key, "title": first_line(request)}
    request.session[SESSION] = drafts | {slug: begun}


def unfinished(request, topic) -> tuple[Question | None, bool]:
    """The draft under this topic that was begun in this browser, and whether this is its address.

    It is, for whoever comes back by the browser's button or from the same line on a topic page.
    """
    begun = request.session.get(SESSION, {}).get(topic.slug)
    if not begun:
        return None, False
    draft = Question.objects.filter(key=begun["key"], status=Status.DRAFT).first()
    return draft, first_line(request) in {"", begun["title"]} and "new" not in request.GET
