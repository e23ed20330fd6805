"""What a member may be called beside what they write: no advertisement, nobody of the staff."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from accounts.models import User
from qa.models import SiteProfile

# An e-mail address, a scheme, or a host such as example.org; “St. Ives” and “J.R.” pass.
LINK = re.compile(r"@|://|\bwww\.|\w\.[a-z]{2,}\b", re.IGNORECASE)


def plain(text: str) -> str:
    """The text. Raises ValidationError if there is an address of a page or of mail in it."""
    if LINK.search(unicodedata.normalize("NFKC", text)):
        raise ValidationError("Leave out web and e-mail addresses")
    return text


def own(name: str, user: User) -> str:
    """The name. Raises ValidationError if it is that of somebody else who answers here."""
    taken = {folded(staff) for staff in staff_names()} - {""}
    if not user.is_staff and (folded(name) in taken or mixes_scripts(name)):
        raise ValidationError("Somebody who answers questions here has this name; choose another")
    return name


def mixes_scripts(name: str) -> bool:
    """Whether letters that look like Latin ones stand among Latin ones."""
    letters = filter(str.isalpha, unicodedata.normalize("NFKC", name))
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})


def staff_names() -> set[str]:
    names = User.objects.filter(is_staff=True).values_list("display_name", flat=True)
    return {*names, SiteProfile.load().curator_name} - {""}


def folded(name: str) -> str:
    """Alike for names that look alike but for capitals, width, accents, and all that is neither a
    letter nor a digit, seen or unseen.
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))
