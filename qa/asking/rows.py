"""The check page's list: every answer of the form, each with its way back to change it."""

from django.urls import reverse

from qa import markdown

NOTHING = "Nothing"


def rows(question) -> list[dict]:
    edit = reverse("asking:edit", args=[question.key])
    images = question.images.all()
    rows = [
        _row("Question", question.asked_title, f"{edit}#id_title", "your question in one line"),
        _row(
            "Details",
            markdown.plain_paragraphs(question.asked_body),
            f"{edit}#id_body",
            "the details",
        ),
        _row("Pictures", described(images), f"{edit}#pictures", "your pictures"),
        _row("Name", question.name or "Not given", f"{edit}#id_name", "your name"),
        _row("Place", question.location or "Not given", f"{edit}#id_location", "your place"),
        _row("E-mail, kept private", question.email, f"{edit}#id_email", "your e-mail address"),
    ]
    if not question.submitted_at:
        wanted = "Yes, please" if question.wants_newsletter else "No"
        rows.append(_row("Newsletter", wanted, f"{edit}#id_newsletter", "the newsletter"))
    return rows


def described(images) -> str:
    """How many pictures, and how many of them no reader could picture without seeing them."""
    if not images:
        return "None"
    count = "1 picture" if len(images) == 1 else f"{len(images)} pictures"
    bare = sum(not image.alt for image in images)
    if not bare:
        return count
    missing = "without" if len(images) == 1 else f"{bare} without"
    return f"{count}, {missing} a description for readers who cannot see"


def _row(term: str, value: str, url: str, label: str) -> dict:
    return {"term": term, "value": value, "change_url": url, "change_label": label}
