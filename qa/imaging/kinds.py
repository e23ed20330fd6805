"""Names for files that are not accepted, so that the refusal can say what they are."""

import re

TEXT_SAMPLE = 64 * 1024

# (offset in bytes, bytes found there, name)
MAGIC = (
    (0, b"II*\0", "a TIFF or camera raw picture"),
    (0, b"MM\0*", "a TIFF or camera raw picture"),
    (0, b"II+\0", "a TIFF picture"),
    (0, b"MM\0+", "a TIFF picture"),
    (0, b"FUJIFILM", "a camera raw picture"),
    (0, b"IIU\0", "a camera raw picture"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"%!PS", "a PostScript drawing"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript drawing"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\0\0\1\0", "an icon file"),
    (0, b"\0\0\2\0", "a cursor file"),
    (0, b"icns", "an icon file"),
    (0, b"BM", "a BMP picture"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"DDS ", "a DDS texture"),
    (128, b"DICM", "a DICOM scan"),
    (0, b"PK\3\4", "a ZIP archive or an office document"),
    (0, b"\xd0\xcf\x11\xe0", "an office document"),
    (0, b"\x1f\x8b", "a compressed file"),
    (0, b"7z\xbc\xaf\x27\x1c", "an archive"),
    (0, b"Rar!", "an archive"),
    (257, b"ustar", "an archive"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (8, b"WAVE", "a sound recording"),
    (0, b"ID3", "a sound recording"),
    (0, b"OggS", "a sound recording"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)

MARKUP = (
    (re.compile(r"<svg[\s>]|<!doctype\s+svg", re.I), "an SVG drawing"),
    (re.compile(r"<!doctype\s+html|<(html|head|body|script)[\s>]", re.I), "a web page"),
    (re.compile(r"^\s*<\?xml", re.I), "an XML file"),
)


def name_kind(data: bytes) -> str | None:
    """Return what the file is, with its article ("a PDF document"), or None if unknown."""
    for offset, magic, name in MAGIC:
        if data.startswith(magic, offset):
            return name
    return _name_text(data[:TEXT_SAMPLE])


def _name_text(sample: bytes) -> str | None:
    text = _as_text(sample)
    if text is None:
        return None
    for pattern, name in MARKUP:
        if pattern.search(text):
            return name
    return "a text file"


def _as_text(sample: bytes) -> str | None:
    """Return the sample as text, or None if it has control characters that text does not have."""
    wide = sample.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = sample.decode("utf-16" if wide else "utf-8", "replace")
    return None if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) else text
