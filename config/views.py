"""What belongs to no room: the gallery, the refusal of a forged form, the icons."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from config.gallery import gallery_context
from qa.desk import unsaved


def csrf_failure(request, reason=""):
    """Signing in again makes older forms fail this check; a curator's text is kept all the same."""
    kept = request.method == "POST" and unsaved.rescue(request)
    return render(request, "403_csrf.html", {"kept": kept}, status=403)


@csrf_exempt
@require_safe
def icon(request, name):
    """An icon of static/img at an address that browsers try by themselves."""
    kind = "image/png" if name.endswith(".png") else "image/x-icon"
    content = (settings.BASE_DIR / "static" / "img" / name).read_bytes()
    return HttpResponse(content, kind, headers={"Cache-Control": "public, max-age=86400"})


def components(request):
    """Every component of the site on one page, for staff."""
    return render(request, "components/gallery.html", gallery_context())
