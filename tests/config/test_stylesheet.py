"""One style sheet for readers, of the plain files."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from config import stylesheet

CSS = settings.BASE_DIR / "static/css"


@pytest.fixture
def folder(settings, tmp_path):
    settings.STYLES_ROOT = tmp_path
    return tmp_path


def test_every_plain_file_is_in_it_once_and_in_the_order_of_the_layers(folder):
    text = stylesheet.write().read_text()

    parts = [file.read_text() for file in [CSS / "tokens.css", *CSS.glob("components/*.css")]]
    assert len(parts) > 30
    assert [text.count(part) for part in parts] == [1] * len(parts)
    assert text.startswith("@layer reset, base, layout, components, utilities;")
    assert text.endswith((CSS / "print.css").read_text())


def test_desk_s_files_are_not_in_it(folder):
    text = stylesheet.write().read_text()

    assert (CSS / "desk.css").read_text() not in text
    assert (CSS / "letter-preview.css").read_text() not in text


def test_no_component_points_to_a_file_by_its_own_place():
    """An address is read from css/, where the one file is."""
    found = [file for file in CSS.glob("components/*.css") if "url(" in file.read_text()]

    assert found == []


def test_it_is_found_as_a_file_and_written_anew_after_a_change(folder):
    path = finders.find("css/site.css")
    (folder / "css/site.css").write_text("old")

    again = finders.find("css/site.css")

    assert path == again == str(folder / "css/site.css")
    assert (folder / "css/site.css").read_text() == stylesheet.text()
    assert finders.find("css/sites.css") is None


@pytest.mark.django_db
def test_a_page_asks_for_one_style_sheet(client):
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get("/").text)

    assert len(sheets) == 1
    assert re.fullmatch(r"/static/css/site(\.\w+)?\.css", sheets[0])
