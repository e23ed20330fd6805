"""The icons that browsers ask for without being told."""

import io

import pytest
from PIL import Image


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/favicon.ico", "image/x-icon", (48, 48)),
        ("/apple-touch-icon.png", "image/png", (180, 180)),
    ],
)
def test_icons_are_pictures(client, path, kind, size):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, kind)
    assert response["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in response
    assert Image.open(io.BytesIO(response.content)).size == size


def test_favicon_has_the_sizes_of_tabs_and_shortcuts(client):
    icon = Image.open(io.BytesIO(client.get("/favicon.ico").content))
    assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
