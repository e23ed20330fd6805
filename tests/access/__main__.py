"""`python -m tests.access` writes docs/access.md."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.access.table import markdown  # noqa: E402 (settings come first)

Path(__file__).parents[2].joinpath("docs/access.md").write_text(markdown())
