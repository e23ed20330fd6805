"""The living gallery of components."""

import pytest

pytestmark = pytest.mark.django_db


def test_gallery_shows_every_component_to_staff(desk):
    response = desk.get("/admin/components/")

    assert response.status_code == 200
    assert "Prose is what an author writes in Markdown." in response.text
    assert "style=" not in response.text


def test_gallery_is_not_for_others(client):
    assert client.get("/admin/components/").status_code == 302
