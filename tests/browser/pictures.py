"""Four pictures as people send them: a HEIC, a phone's turned JPEG with a position, PNG, WebP."""

import io
from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw

POSITION = {1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)}
ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def four(folder: Path) -> list[Path]:
    pillow_heif.register_heif_opener()
    return [heic(folder), turned_jpeg(folder), png(folder), webp(folder)]


def drawing(width: int, height: int, colour: str) -> Image.Image:
    """A picture whose upper left quarter is white, so that turning it can be seen."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle([0, 0, width // 2 - 1, height // 2 - 1], fill="white")
    return image


def heic(folder: Path) -> Path:
    path = folder / "IMG_0001.HEIC"
    drawing(1200, 900, "#7a3b2e").save(path, format="HEIF", quality=80)
    return path


def turned_jpeg(folder: Path) -> Path:
    """Stored lying, to be shown standing (orientation 6), with a position and a maker."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "marker-maker"
    exif.get_ifd(GPS).update(POSITION)
    path = folder / "IMG_0002.JPG"
    drawing(1600, 1000, "#2e557a").save(path, format="JPEG", exif=exif, quality=90)
    return path


def png(folder: Path) -> Path:
    path = folder / "screenshot.png"
    drawing(500, 700, "#3f6b3a").save(path)
    return path


def webp(folder: Path) -> Path:
    path = folder / "leg.webp"
    drawing(900, 900, "#6b3a63").save(path)
    return path


def is_white(content: bytes, x: float, y: float) -> bool:
    """Whether the pixel at these parts (0 to 1) of width and height is nearly white."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    pixel = image.getpixel((int(image.width * x), int(image.height * y)))
    return min(pixel) > 230
