from tests import factories
from tests.qa.archive import pages


def test_frame_has_ask_box_and_answered_list(client, db):
    question = factories.published()
    response = client.get(f"/embed/{question.topic.slug}/")
    text = pages.html(response)
    assert '<base target="_blank">' in text
    assert f'action="/topics/{question.topic.slug}/ask/" method="get"' in text
    assert f'<a href="{question.get_absolute_url()}">{question.title}</a>' in text
    assert "<header" not in text
    assert "/accounts/" not in text


def test_only_the_frame_may_be_framed(client, db):
    question = factories.published()
    frame, page = client.get(f"/embed/{question.topic.slug}/"), client.get("/")
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_script_may_be_loaded_by_other_sites(client, db):
    response = client.get("/embed.js")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "{%" not in pages.html(response)
    assert "&#x27;" not in pages.html(response)
