"""Uploaded files, on a disk that has really taken them."""

import os
import re
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class DurableStorage(FileSystemStorage):
    """A file system storage whose files survive a power cut once `save` has returned.

    The file and its folder are fsynced: a name without its folder's entry on disk is lost
    with the power (see open(2) and fsync(2)). Files are readable by the owner only.
    """

    def __init__(self, **kwargs):
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **kwargs)

    def _save(self, name, content):
        name = super()._save(name, content)
        path = Path(self.path(name))
        sync(path)
        folder = path.parent
        while folder != Path(self.location).parent:
            sync(folder)
            folder = folder.parent
        return name

    def delete_folder(self, name: str) -> None:
        """Remove a folder of files; a folder that is already gone is no error."""
        if not self.exists(name):
            return
        for file in self.listdir(name)[1]:
            self.delete(f"{name}/{file}")
        self.delete(name)


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def for_other_sites(html: str) -> str:
    """HTML for a mail or a feed: its pictures of this site by archive.media.shared."""
    if not settings.MEDIA_URL.startswith("/"):
        return html  # another server gives the pictures out, and says who may load them
    start = rf'(src="(?:{re.escape(settings.BASE_URL)})?){re.escape(settings.MEDIA_URL)}'
    return re.sub(start, r"\1/pictures/", html)
