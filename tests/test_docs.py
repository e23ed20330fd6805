"""The documents keep up with the code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from config import providers
from qa import housekeeping

ROOT = Path(__file__).parent.parent


def test_every_environment_variable_is_documented():
    source = (ROOT / "config/settings.py").read_text() + (ROOT / "qa/demo.py").read_text()
    names = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', source))
    names |= {name for needed in providers.NEEDED.values() for name in needed}
    names |= set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', source))

    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.M))

    assert "DATABASE_URL" in names
    assert rows - {"DEMO_CURATOR_PASSWORD"} == names - {"DEMO_CURATOR_PASSWORD"}


def test_every_runtime_package_has_its_reason():
    wanted = {
        re.split(r"[~=;\[]", line)[0].lower()
        for line in (ROOT / "requirements.in").read_text().splitlines()
        if line and not line.startswith("#")
    }
    table = (ROOT / "docs/architecture.md").read_text().lower()

    assert {name for name in wanted if name not in table} == set()


@pytest.mark.parametrize("document", ["docs/operations.md", "demo/policies/privacy.md"])
def test_documents_say_how_long_everything_is_kept(document):
    text = (ROOT / document).read_text()
    kept = {
        "pictures": housekeeping.STAGED_KEPT,
        "draft": housekeeping.DRAFTS_KEPT,
        "fingerprints": housekeeping.SENDERS_KEPT,
        "spam": housekeeping.REFUSED_KEPT,
        "mails": housekeeping.SENT_MAILS_KEPT,
        "searches": housekeeping.COUNTS_KEPT,
    }

    for what, time in kept.items():
        period = f"{time.days} days" if time.days > 1 else "24 hours"
        lines = [line for line in text.splitlines() if line.startswith(("|", "-"))]
        assert any(what in line and period in line for line in lines), what
        assert time == timedelta(days=time.days)


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 120
