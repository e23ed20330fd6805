"""Likely personal details in what is about to become public, and whether a curator saw them."""

from qa.desk import redaction
from qa.desk.fields import visible
from qa.desk.sheet import Sheet


def personal_details(sheet: Sheet) -> list[redaction.Finding]:
    """What may tell who somebody is, in the public text and the descriptions; each once."""
    texts = [sheet.form["title"].value(), sheet.form["body"].value()]
    texts += [form["alt"].value() for _, form in sheet.pictures]
    found = [finding for text in texts for finding in redaction.findings(visible(text))]
    return list({finding.value: finding for finding in found}.values())


def to_be_seen(post, sheet: Sheet) -> list[redaction.Finding]:
    """What stands in the text and was not yet shown as being left in; then all that stands there.

    Only the page itself asks to be stopped for it, by `details_asked`: a bare POST is not.
    """
    if "details_asked" not in post:
        return []
    seen = {_even(value) for value in post.getlist("detail_seen")}
    left = personal_details(sheet)
    return left if any(_even(finding.value) not in seen for finding in left) else []


def _even(value: str) -> str:
    """A browser changes the line ends of what it sends back."""
    return " ".join(value.split())
