"""Any colours to opaque sRGB. Runs only inside the decoder process."""

from io import BytesIO

from PIL import Image, ImageChops, ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
OPAQUE_MODE = {"1": "L", "L": "L", "CMYK": "CMYK"}
PROFILE_MODE = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}


def is_opaque(image: Image.Image) -> bool:
    """Tell whether a picture is as `opaque` would return it."""
    return image.mode in PROFILE_MODE.values() and not image.has_transparency_data


def opaque(image: Image.Image) -> Image.Image:
    """Return the picture in L, RGB or CMYK, 8 bits a channel; what was transparent is white."""
    if image.mode.startswith("I;16"):
        image = _eight_bits(image)
    if not image.has_transparency_data:
        return image.convert(OPAQUE_MODE.get(image.mode, "RGB"))
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return 16-bit grey as L, or LA if one of its values means transparent (PNG's tRNS)."""
    raw = image.convert("I;16").tobytes()
    low, high = (Image.frombytes("L", image.size, raw[byte::2]) for byte in (0, 1))
    hidden = image.info.get("transparency")
    if not isinstance(hidden, int):
        return high
    differs = ImageChops.lighter(_differs(low, hidden & 0xFF), _differs(high, hidden >> 8))
    return Image.merge("LA", (high, differs))


def _differs(image: Image.Image, value: int) -> Image.Image:
    return image.point([0 if level == value else 255 for level in range(256)])


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture as RGB in sRGB, converted from its ICC profile if that can be used."""
    if profile:
        try:
            return _convert(image, ImageCms.ImageCmsProfile(BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, KeyError, ValueError):
            pass  # a broken profile: show the colours as a browser would, without it
    return image.convert("RGB")


def _convert(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    mode = PROFILE_MODE[profile.profile.xcolor_space]
    if (mode == "CMYK") != (image.mode == "CMYK"):
        raise ValueError("profile of another colour space")
    return ImageCms.profileToProfile(image.convert(mode), profile, SRGB, outputMode="RGB")
