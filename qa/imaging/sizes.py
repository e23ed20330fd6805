"""How large pictures are kept and shown, in pixels."""

MASTER_EDGE = 2560
EDGES = (400, 800, 1600)


def fit(width: int, height: int, edge: int) -> tuple[int, int]:
    """Return the size whose longest edge is `edge`, same proportions, never larger than given."""
    longest = max(width, height)
    if longest <= edge:
        return width, height
    return max(1, round(width * edge / longest)), max(1, round(height * edge / longest))


def rendition_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Return the (width, height) of every rendition of a picture of this size, smallest first.

    One for each edge of EDGES that is shorter than the picture's longest edge, and the largest:
    1600 px, or the picture's own size if that is smaller. Nothing is scaled up. Two that are
    equally wide (a very thin picture) count once.
    """
    largest = fit(width, height, EDGES[-1])
    sizes = [fit(*largest, edge) for edge in EDGES if edge < max(largest)]
    return list({size[0]: size for size in [*sizes, largest]}.values())


def widths(width: int, height: int) -> list[int]:
    """Return the widths of a picture's renditions, smallest first; they name the files.

    `width` and `height` are those of Renditions, the largest rendition. A template builds its
    srcset from them: "400.webp 400w, 800.webp 800w". EDGES measure the longest edge, so a portrait
    of 1200 x 1600 px has the widths 300, 600 and 1200.
    """
    return [size[0] for size in rendition_sizes(width, height)]


def rendition_files(width: int, height: int) -> dict[str, tuple[int, int]]:
    """Return the (width, height) of each file by name: "400.webp", "400.jpg", "800.webp" ..."""
    sizes = rendition_sizes(width, height)
    return {f"{size[0]}.{end}": size for size in sizes for end in ("webp", "jpg")}
