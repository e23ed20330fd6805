"""What every template knows."""

from django.utils.functional import SimpleLazyObject

from qa.models import SiteProfile


def site(request) -> dict:
    return {"site": SimpleLazyObject(SiteProfile.load)}
