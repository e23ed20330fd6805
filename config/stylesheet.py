"""Readers' style sheet: the plain files of static/css in one, so that a page asks for one thing.

Forty links took a third of a page, and a first visit forty requests.
"""

import os
import threading
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
# In the order of the layers, which the first one names. Other files are the desk's.
PARTS = ("tokens.css", "fonts.css", "reset.css", "base.css", "layout.css")
PARTS += ("components/*.css", "utilities.css", "print.css")


class StyleSheet(BaseFinder):
    """Finds css/site.css, written anew in STYLES_ROOT whenever it is looked for and has changed."""

    def check(self, **kwargs) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs) -> str | list[str]:
        found = [str(write())] if path == NAME else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns) -> list[tuple[str, FileSystemStorage]]:
        write()
        return [(NAME, FileSystemStorage(settings.STYLES_ROOT))]


def text() -> str:
    """All parts, one after the other."""
    folder = settings.BASE_DIR / "static/css"
    files = [file for part in PARTS for file in sorted(folder.glob(part))]
    return "\n".join(file.read_text() for file in files)


def write() -> Path:
    """The file with the text of now. Several processes may write it at once."""
    target, now = settings.STYLES_ROOT / NAME, text()
    if not target.exists() or target.read_text() != now:
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        new.write_text(now)
        new.replace(target)
    return target
