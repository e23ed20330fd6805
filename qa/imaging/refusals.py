"""What an upload may be, and what a reader is told when it may not."""

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_FILES = 4
ACCEPTED = "JPEG, PNG, WebP, GIF, HEIC or AVIF"


class ImageRefused(ValueError):
    """The picture cannot be used. The message is a sentence for the reader."""


class DecoderUnavailable(RuntimeError):
    """The decoder cannot start, or every decoder is busy. Not the picture's fault: try later."""


PLEASE_SEND = f"Please send a photo as {ACCEPTED}."
EMPTY = "This file is empty. Please choose the photo again."
UNKNOWN = f"This file is not a picture that we know. {PLEASE_SEND}"
CUT_OFF = "This picture is cut off. Perhaps the upload was interrupted: please send it again."
DAMAGED = "This picture is damaged and cannot be opened. Please send another copy of it."
TOO_SLOW = "This picture is too complicated to open. Please send a smaller or simpler copy of it."
TOO_MANY_PIXELS = (
    f"This picture has more than {MAX_PIXELS // 1_000_000} megapixels. "
    "Please send a smaller copy of it."
)
TOO_MUCH_MEMORY = (
    "This picture needs too much memory to open. Please send a smaller copy of it, "
    "or the same picture as JPEG."
)

# A decoder answers with one of these words, never with text of its own: it has read hostile bytes.
REASONS = {
    "cut off": CUT_OFF,
    "damaged": DAMAGED,
    "too slow": TOO_SLOW,
    "too many pixels": TOO_MANY_PIXELS,
    "too much memory": TOO_MUCH_MEMORY,
}


def too_many_bytes(size: int) -> str:
    """Return the sentence for a file of `size` bytes, more than MAX_BYTES."""
    return (
        f"This file has {size / 1024**2:.1f} MB. A picture may have at most "
        f"{MAX_BYTES // 1024**2} MB: please send a smaller copy of it."
    )


def not_accepted(kind: str) -> str:
    """Return the sentence for something else, named by `kind`: "an SVG drawing"."""
    return f"This is {kind}. {PLEASE_SEND}"
