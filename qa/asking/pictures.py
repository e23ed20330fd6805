"""Pictures of a draft: taken in as soon as they arrive, whatever is wrong with the rest."""

import logging
from dataclasses import dataclass, field
from itertools import zip_longest

from django.db import transaction
from django.urls import reverse

from qa import imaging
from qa.asking import limits
from qa.asking.fields import one_line
from qa.imaging.refusals import too_many_bytes
from qa.models import Image
from qa.models.trace import TooMany
from qa.models.workflow import StateConflict

logger = logging.getLogger(__name__)

FULL = f"A question may have up to {imaging.MAX_FILES} pictures. Remove another one first."
AT_ONCE = f"We take {imaging.MAX_FILES} pictures at a time. Please choose it again."
BUSY = "It could not be opened just now, which is our fault. Please choose it again in a minute."


# What a button at a picture has done, said where no script says it.
SAID = {
    "turned": "Picture {} was turned.",
    "moved": "The picture is number {} now.",
    "removed": "Picture {} was removed.",
}


@dataclass
class Intake:
    """What became of uploaded files: a sentence for each that was refused, and the descriptions
    that came with the others, under their names in the form; `refusal` where it was a limit's.
    """

    refused: list[str] = field(default_factory=list)
    described: dict[str, str] = field(default_factory=dict)
    refusal: TooMany | None = None


def add(question, request) -> Intake:
    """Store the uploaded files of a request as pictures of a question.

    `alt_new` holds their descriptions, in the order of the files. The same picture sent again, by
    a double click or a reload, is there once. Raises StateConflict once a curator has begun.
    """
    intake = Intake()
    sent, words = request.FILES.getlist("images"), request.POST.getlist("alt_new")
    uploads, surplus = sent[: imaging.MAX_FILES], sent[imaging.MAX_FILES :]
    for upload, description in zip_longest(uploads, words[: len(uploads)], fillvalue=""):
        try:
            image = _add(question, upload, request)
        except imaging.ImageRefused as refusal:
            intake.refused.append(f"“{file_name(upload)}” was not taken. {refusal}")
        except TooMany as refusal:
            intake.refusal = refusal
            sentence = limits.sentence(refusal)
            intake.refused.append(f"“{file_name(upload)}” was not taken. {sentence}")
        except imaging.DecoderUnavailable:
            logger.exception("A picture could not be decoded.")
            intake.refused.append(f"“{file_name(upload)}” was not taken. {BUSY}")
        else:
            if description:
                intake.described[f"alt_{image.pk}"] = description
    intake.refused += _surplus(question, surplus)
    return intake


def _surplus(question, uploads) -> list[str]:
    """The sentences about files that are refused unopened, being more than a question may have."""
    if not uploads:
        return []
    full = question.images.count() >= imaging.MAX_FILES
    why = FULL if full else AT_ONCE
    return [f"“{file_name(upload)}” was not taken. {why}" for upload in uploads]


def file_name(upload) -> str:
    """The file's name as its owner knows it, on one line and not endless."""
    name = one_line(upload.name) or "picture"
    return name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"


def _add(question, upload, request) -> Image:
    if upload.size > imaging.MAX_BYTES:
        raise imaging.ImageRefused(too_many_bytes(upload.size))
    limits.require_picture(request)
    image = Image(question=question)
    try:
        image.stage(upload.read())
        return _attach(question, image, request)
    except Exception:
        image.clear()
        raise


@transaction.atomic
def _attach(question, image, request) -> Image:
    """Give staged files a row; return the picture, which may have been there already."""
    question.lock_for_asker()
    present = list(question.images.all())
    master = image.master()
    for other in present:
        if other.master() == master:
            image.clear()
            return other
    if len(present) >= imaging.MAX_FILES:
        raise imaging.ImageRefused(FULL)
    limits.take_picture(request, image.size())
    question.change_pictures()
    image.order = max((other.order for other in present), default=-1) + 1
    image.save()
    return image


@transaction.atomic
def move(question, image, position: int) -> None:
    """Put a picture at `position`, 0 being the first; the others close up."""
    question.change_pictures()
    images = [other for other in question.images.all() if other.pk != image.pk]
    images.insert(max(0, position), image)
    for order, other in enumerate(images):
        Image.objects.filter(pk=other.pk).update(order=order)


@transaction.atomic
def remove(question, image) -> None:
    question.change_pictures()
    image.discard()


def rotate(question, image, seen: int | None) -> None:
    """Turn a picture by a quarter, unless it is not at the angle where the asker saw it."""
    if not question.asker_may_edit:
        raise StateConflict("rotate")
    if seen is None or seen == image.rotation:
        image.rotate(lock=question.change_pictures)


def number_of(question, pk: int) -> int:
    """Which picture it is, from 1; 0 for one that is not there."""
    present = list(question.images.values_list("pk", flat=True))
    return present.index(pk) + 1 if pk in present else 0


def said(code: str) -> str:
    """The sentence for a code of an address, such as turned-2; nothing for any other."""
    word, _, number = code.partition("-")
    places = {str(place) for place in range(1, imaging.MAX_FILES + 1)}
    return SAID[word].format(number) if word in SAID and number in places else ""


def links(question) -> list:
    """Addresses of a question's pictures that work for whoever has its key."""
    return [private_links(question, image) for image in question.images.all()]


def private_links(question, image):
    address = reverse("asking:image_file", args=[question.key, image.pk, "x"])
    return image.links(address.removesuffix("x"))
