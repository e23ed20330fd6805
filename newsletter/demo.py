"""The demo's fact sheets and its first letter; loading them again changes nothing."""

from pathlib import Path

import yaml
from django.utils.text import slugify

from newsletter.models import FactSheet, Issue
from qa.models import Topic


def load(folder: Path) -> None:
    """Load `factsheets/*.yaml` (each with its PDF) and `newsletter/*.md` from the demo's folder."""
    for path in sorted((folder / "factsheets").glob("*.yaml")):
        load_fact_sheet(path)
    for path in sorted((folder / "newsletter").glob("*.md")):
        load_issue(path)


def load_fact_sheet(path: Path) -> None:
    card = yaml.safe_load(path.read_text())
    slug = card.get("slug") or slugify(card["title"])
    if FactSheet.objects.filter(slug=slug).exists():
        return
    sheet = FactSheet(title=card["title"], slug=slug, summary=card.get("summary", "").strip())
    sheet.topic = Topic.objects.filter(slug=card.get("topic")).first()
    sheet.store((path.parent / card["file"]).read_bytes())


def load_issue(path: Path) -> None:
    """A letter that was sent, to nobody: there are no subscribers in the demo."""
    _, head, body = path.read_text().split("---\n", 2)
    card = yaml.safe_load(head)
    Issue.objects.get_or_create(
        slug=card["slug"],
        defaults={
            "subject": card["subject"],
            "preheader": card.get("preheader", ""),
            "body": body.strip(),
            "status": Issue.Status.SENT,
            "sent_at": card["sent_at"],
            "queued_at": card["sent_at"],
        },
    )
