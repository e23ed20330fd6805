import pytest

from qa.imaging import widths
from qa.imaging.sizes import fit, rendition_files


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((2560, 1920), [400, 800, 1600]),
        ((1600, 1200), [400, 800, 1600]),
        ((1200, 1600), [300, 600, 1200]),
        ((600, 450), [400, 600]),
        ((401, 10), [400, 401]),
        ((400, 300), [400]),
        ((8, 8), [8]),
        ((1, 1600), [1]),
    ],
)
def test_widths_by_longest_edge(size, expected):
    assert widths(*size) == expected


def test_widths_are_the_same_from_the_picture_and_from_its_largest_rendition():
    assert all(
        widths(width, 1999) == widths(*fit(width, 1999, 1600)) for width in range(1, 2560, 7)
    )


def test_fit_never_scales_up():
    assert fit(300, 200, 400) == (300, 200)


def test_fit_keeps_a_thin_picture_one_pixel_thick():
    assert fit(10_799, 1, 2560) == (2560, 1)


def test_rendition_files_has_two_formats_of_each_width():
    assert rendition_files(600, 300) == {
        "400.webp": (400, 200),
        "400.jpg": (400, 200),
        "600.webp": (600, 300),
        "600.jpg": (600, 300),
    }
