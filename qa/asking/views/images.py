"""/asked/<key>/images/: buttons inside the one form, so each first keeps everything typed."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from qa.asking import drafts, limits, pictures
from qa.asking.forms import QuestionForm
from qa.asking.private import SeeOther, asker_page
from qa.asking.views.form import pictures_context

TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}


def image_button(done: str):
    """A view of one button at one picture: keep the form, act, show the pictures again.

    A script gets the list of pictures back, a browser the form, where a sentence says what was
    done (pictures.SAID).
    """

    def make(act):
        @require_POST
        @asker_page
        def view(request, question, pk):
            for sentence in drafts.set_aside(question, request):
                messages.error(request, sentence)
            # Pressed twice, or in another tab: a picture that is gone needs nothing done.
            image = question.images.filter(pk=pk).first()
            number = pictures.number_of(question, pk)
            if image:
                act(question, image, request.POST)
            if is_script(request):
                return pictures_part(request, question)
            return back(question, f"{done}-{pictures.number_of(question, pk) or number}")

        return view

    return make


def is_script(request) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def back(question, done: str = ""):
    query = f"?done={done}" if done else ""
    return SeeOther(f"{reverse('asking:edit', args=[question.key])}{query}#pictures")


def pictures_part(request, question, refused=()):
    """The form's part with the pictures, for a script."""
    form = QuestionForm(question=question, initial=drafts.contents(question))
    context = pictures_context(form) | {"refused": refused}
    return render(request, "qa/asking/_pictures.html", context, status=422 if refused else 200)


@image_button("turned")
def image_rotate(question, image, data):
    pictures.rotate(question, image, number(data.get("seen")))


@image_button("moved")
def image_move(question, image, data):
    pictures.move(question, image, number(data.get("position")) or 0)


@image_button("removed")
def image_remove(question, image, data):
    pictures.remove(question, image)


def number(text) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 6 else None


@require_POST
@asker_page
def image_add(request, question):
    """Take pictures in."""
    if not is_script(request):
        for sentence in drafts.set_aside(question, request):
            messages.error(request, sentence)
        return back(question)
    intake = pictures.add(question, request)
    page = pictures_part(request, question, intake.refused)
    return limits.mark_refused(page, intake.refusal) if intake.refusal else page


@require_safe
@asker_page
def image_file(request, question, pk, name):
    """One rendition, for whoever has the question's key."""
    image = get_object_or_404(question.images, pk=pk)
    try:
        file = image.open(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=TYPES[name.rpartition(".")[2]])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
