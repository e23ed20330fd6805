"""A public page is the same for every cookie that a browser may send."""

import pytest
from django.test import Client

from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/topics/", "/newsletter/issues/", "/search/?q=cramps"])
@pytest.mark.parametrize("cookie", ["abc", "x" * 32, "'"])
def test_public_page_answers_a_session_cookie_like_none(path, cookie):
    factories.topic()
    plain = Client().get(path, follow=True)

    given = Client(headers={"cookie": f"sessionid={cookie}"}).get(path, follow=True)

    assert given.status_code == 200
    assert given.content == plain.content
    assert given.headers == plain.headers
    assert not given.cookies
    assert "Cookie" not in given.get("Vary", "")
