"""Words that a password here must not lean on (docs/operations.md, Signing in)."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError

from qa.models import SiteProfile

PRODUCT = {"askwell", "password", "curator", "question", "answer"}
LEFT = 6  # characters beside those words


class SiteWordsValidator:
    """The name of the site, of its host and of the product do not count (ASVS 5.0, 6.2.11)."""

    def validate(self, password: str, user=None) -> None:
        rest = password.casefold()
        for word in sorted(site_words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(rest) < LEFT:
            raise ValidationError(
                "Leave out the name of this site and words like “answer”: they are tried first.",
                code="site_words",
            )

    def get_help_text(self) -> str:
        return "It may not consist of this site’s name and a few characters."


def site_words() -> set[str]:
    own = f"{SiteProfile.load().name} {settings.SITE_HOST}".casefold()
    return PRODUCT | {word for word in re.findall(r"[^\W_]+", own) if len(word) > 3}
