"""Pictures that come beside an archive, as files, or go out with it."""

from pathlib import Path

from django.core.files.storage import storages

from qa import imaging
from qa.imaging.refusals import too_many_bytes
from qa.models import Image
from qa.transfer.record import BadLine, Record


def check(record: Record, folder: Path) -> None:
    """Decode every picture of a line, in the sandbox, and keep nothing. Raises BadLine."""
    for path, _ in record.images:
        try:
            imaging.process(_read(folder, path))
        except imaging.ImageRefused as refusal:
            raise _bad(path, refusal) from refusal


def stage(record: Record, folder: Path) -> list[Image]:
    """The pictures of a line, re-encoded and stored in private; their rows are for the caller.

    Raises BadLine, and keeps nothing then. Files that get no row are cleared by housekeeping.
    """
    staged = []
    try:
        for number, (path, alt) in enumerate(record.images):
            image = Image(order=number, alt=alt)
            image.stage(_read(folder, path))
            staged.append(image)
    except imaging.ImageRefused as refusal:
        raise _bad(path, refusal) from refusal
    finally:
        if len(staged) < len(record.images):
            for image in staged:
                image.clear()
    return staged


def _read(folder: Path, path: str) -> bytes:
    """The file's bytes. A path out of the folder would let an archive take any file along."""
    place = (folder / path).resolve()
    if not path or not place.is_relative_to(folder.resolve()):
        raise BadLine(f"the picture {path} is not in the folder of this file")
    try:
        if place.stat().st_size > imaging.MAX_BYTES:
            raise _bad(path, too_many_bytes(place.stat().st_size))
        return place.read_bytes()
    except OSError as error:
        raise BadLine(f"the picture {path} cannot be read") from error


def _bad(path: str, why: object) -> BadLine:
    return BadLine(f"the picture {path} was refused: {str(why).rstrip('.')}")


def write(image: Image, folder: Path, name: str) -> None:
    """Write what everybody may see of a published picture, its largest JPEG, into a folder."""
    largest = [file for file in image.rendition_names if file.endswith(".jpg")][-1]
    folder.mkdir(parents=True, exist_ok=True)
    with storages["public"].open(f"{image.public_key}/{largest}") as file:
        (folder / name).write_bytes(file.read())
