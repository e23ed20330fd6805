"""What every stored picture has: a private master, renditions, and maybe a public copy."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction

from qa import imaging

# The pixels that renditions are made from: private for ever.
MASTER = "master.jpg"
TURNED = ["key", "rotation", "width", "height", "placeholder"]  # what changes by turning


def new_key() -> str:
    """A name that cannot be guessed: 24 random bytes, 192 bits."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Links:
    """Addresses of one picture's renditions, as templates need them."""

    prefix: str
    alt: str
    width: int
    height: int
    caption: str = ""
    credit: str = ""

    @property
    def widths(self) -> list[int]:
        return imaging.widths(self.width, self.height)

    def _srcset(self, ending: str) -> str:
        return ", ".join(f"{self.prefix}{width}.{ending} {width}w" for width in self.widths)

    @property
    def srcset_webp(self) -> str:
        return self._srcset("webp")

    @property
    def srcset_jpeg(self) -> str:
        return self._srcset("jpg")

    @property
    def src(self) -> str:
        """The JPEG that is nearest to 800 pixels wide, for browsers without srcset."""
        return f"{self.prefix}{min(self.widths, key=lambda width: abs(width - 800))}.jpg"

    @property
    def thumbnail(self) -> str:
        return f"{self.prefix}{self.widths[0]}.webp"

    @property
    def largest(self) -> str:
        return f"{self.prefix}{self.widths[-1]}.jpg"


class Picture(models.Model):
    """Re-encoded pixels under a random name; the uploaded bytes themselves are never kept.

    `key` names a folder of the private storage with the master and its renditions;
    `public_key`, where set, one of the public storage with copies of the renditions.
    """

    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    public_key = models.CharField(max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001
    alt = models.CharField("description", max_length=300, blank=True)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    rotation = models.PositiveSmallIntegerField(default=0, editable=False)
    placeholder = models.CharField(max_length=7, blank=True, editable=False)

    class Meta:
        abstract = True

    def store(self, data: bytes) -> None:
        """Check, re-encode and store an uploaded picture, then save the row.

        Raises imaging.ImageRefused, with a sentence for the reader, and stores nothing then.
        """
        self.stage(data)
        self.save()

    def stage(self, data: bytes) -> None:
        """Store the files of an uploaded picture, as `store` does; the row is for the caller.

        Decoding takes its time, so this belongs outside of any transaction. Files that get no
        row are cleared away by housekeeping.
        """
        self._write(imaging.process(data).data)

    def size(self) -> int:
        """Bytes of all private files."""
        private = storages["private"]
        return sum(private.size(f"{self.key}/{name}") for name in private.listdir(self.key)[1])

    def master(self) -> bytes:
        """The re-encoded upload that all renditions are made from: the same for the same upload."""
        with storages["private"].open(f"{self.key}/{MASTER}") as file:
            return file.read()

    def rotate(self, lock: Callable[[], None] = lambda: None) -> None:
        """Turn a quarter clockwise. `lock` is called in the transaction that changes the row, and
        may raise to leave everything as it was.
        """
        old, master = self.key, self.master()
        self.rotation = (self.rotation + 90) % 360
        self.key = new_key()
        self._write(master)
        try:
            with transaction.atomic():
                lock()
                self.save(update_fields=TURNED)
                transaction.on_commit(partial(storages["private"].delete_folder, old))
        except Exception:
            self.clear()
            raise

    def _write(self, master: bytes) -> None:
        renditions = imaging.render(master, self.rotation)
        self.width, self.height = renditions.width, renditions.height
        self.placeholder = renditions.placeholder
        private = storages["private"]
        private.save(f"{self.key}/{MASTER}", ContentFile(master))
        for name, content in renditions.files.items():
            private.save(f"{self.key}/{name}", ContentFile(content))

    @property
    def rendition_names(self) -> list[str]:
        widths = imaging.widths(self.width, self.height)
        return [f"{width}.{ending}" for width in widths for ending in ("webp", "jpg")]

    def open(self, name: str):
        """One private rendition. Raises FileNotFoundError for a name that is none."""
        if name not in self.rendition_names:
            raise FileNotFoundError(name)
        return storages["private"].open(f"{self.key}/{name}")

    def publish_files(self) -> None:
        """Copy the renditions to the public storage, under a new name."""
        self.public_key = new_key()
        for name in self.rendition_names:
            with self.open(name) as file:
                storages["public"].save(f"{self.public_key}/{name}", ContentFile(file.read()))
        self.save(update_fields=["public_key"])

    def withdraw_files(self) -> None:
        """Take the public copies away, once the transaction that asks for it has committed."""
        if self.public_key is None:
            return
        transaction.on_commit(partial(storages["public"].delete_folder, self.public_key))
        self.public_key = None
        self.save(update_fields=["public_key"])

    def clear(self) -> None:
        """Delete the private files at once: of a picture that has no row."""
        storages["private"].delete_folder(self.key)

    def discard(self) -> None:
        """Delete the row and, once that has committed, every file."""
        self.withdraw_files()
        transaction.on_commit(partial(storages["private"].delete_folder, self.key))
        self.delete()

    def links(self, prefix: str) -> Links:
        return Links(prefix, self.alt, self.width, self.height)

    @property
    def public_links(self) -> Links:
        return self.links(storages["public"].url(f"{self.public_key}/"))
