"""Words that occur nowhere else, and every place where the site could keep or show them."""

import io
import random
import re
from pathlib import Path

from django.db import connection
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from accounts.sessions import SessionStore

MARKER = re.compile(r"zq[0-9a-f]{10}|2001:db8(?::[0-9a-f]{4}){6}")
TAGS = {"ImageDescription": 0x010E, "Artist": 0x013B, "Copyright": 0x8298, "Software": 0x0131}


class Markers:
    """Makes words that nobody would type, and remembers what each was put into."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.placed: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        """A new word such as "zq4f07b1c9e2" for this place."""
        return self._keep(f"zq{self.random.getrandbits(40):010x}", place)

    def email(self, place: str) -> str:
        return f"{self(place)}@mail.example"

    def address(self, place: str) -> str:
        """An IPv6 address of the documentation prefix (RFC 3849)."""
        groups = (f"{self.random.randrange(0x1000, 0xFFFF):x}" for _ in range(6))
        return self._keep(f"2001:db8:{':'.join(groups)}", place)

    def words(self, place: str, beginning: str = "It wakes me, says") -> str:
        """A sentence that is long enough for any field, with a marker in it."""
        return f"{beginning} {self(place)} about it."

    def _keep(self, marker: str, place: str) -> str:
        assert marker not in self.placed
        self.placed[marker] = place
        return marker

    def in_text(self, text: str) -> dict[str, str]:
        """Those that occur, whatever the capitals, with the places that they were put into."""
        return {m: self.placed[m] for m in MARKER.findall(text.lower()) if m in self.placed}

    def in_bytes(self, data: bytes) -> dict[str, str]:
        """The same in a file; without its zero bytes, UTF-16 reads like ASCII."""
        return self.in_text(data.decode("latin-1")) | self.in_text(
            data.replace(b"\0", b"").decode("latin-1")
        )


def tagged_picture(mark: Markers, kind: str = "JPEG") -> bytes:
    """A picture with markers wherever such a file can hold words, and after its end."""
    pixels = Pillow.new("RGB", (320, 240), (mark.random.randrange(256), 90, 60))
    exif, place = Pillow.Exif(), f"a picture's {kind} "
    for name, number in TAGS.items():
        exif[number] = mark(place + name)
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + mark(place + "UserComment").encode()
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{mark(place + 'XMP')}</x:xmpmeta>".encode()
    options = {"exif": exif, "xmp": xmp}
    if kind == "JPEG":
        options["comment"] = mark(place + "comment").encode()
    if kind == "PNG":
        options = {"exif": exif, "pnginfo": PngInfo()}
        options["pnginfo"].add_text("Comment", mark(place + "text"))
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    file = io.BytesIO()
    pixels.save(file, kind, **options)
    return file.getvalue() + mark(place + "end").encode()


def in_database(mark: Markers) -> dict[str, str]:
    """Markers in any column of any table, the search index's own and sessions' contents included.

    Values say where: "table.column: what the marker was put into".
    """
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    hits = mark.in_text(readable(table, column, value))
                    found |= {m: f"{table}.{column}: {place}" for m, place in hits.items()}
    return found


def readable(table: str, column: str, value) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    if (table, column) == ("accounts_session", "session_data"):
        return str(SessionStore().decode(value))
    return str(value)


def in_files(mark: Markers, folder: Path) -> dict[str, str]:
    """Markers in the name or the bytes of any file below a folder."""
    found = {}
    for path in folder.rglob("*"):
        hits = mark.in_text(str(path.relative_to(folder)))
        hits |= mark.in_bytes(path.read_bytes()) if path.is_file() else {}
        found |= {marker: f"{path.name}: {place}" for marker, place in hits.items()}
    return found
