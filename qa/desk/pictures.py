"""A question's pictures, for the eyes of curators only."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from qa import permissions
from qa.models import Image
from qa.models.picture import Links

TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}


@require_safe
def image_file(request, pk: int, image_pk: int, name: str):
    """One rendition of one picture; never stored, never run."""
    if not permissions.is_curator(request.user):
        raise PermissionDenied
    images = Image.objects.exclude(question__submitted_at=None)
    image = get_object_or_404(images, pk=image_pk, question_id=pk)
    try:
        file = image.open(name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        content_type=TYPES[name.rsplit(".", 1)[-1]],
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )


def desk_links(image: Image) -> Links:
    """Addresses of a picture's renditions inside the desk."""
    first = reverse("admin:qa_question_image", args=[image.question_id, image.pk, "x"])
    return image.links(first.removesuffix("x"))
