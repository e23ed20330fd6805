"""Nothing private is on any page that can be reached. There is data that could leak."""

import pytest

from qa.models import Image, Policy, Question
from tests import factories
from tests.qa.archive import pages

SECRETS = {
    "email": "secret-email@example.org",
    "asked_title": "SECRETASKEDTITLE in the asker's own words",
    "asked_body": "SECRETASKEDBODY in the asker's own words, long enough",
}
START = ["/", "/search/?q=question", "/search/suggest/?q=question", "/sitemap.xml", "/robots.txt"]


@pytest.fixture
def secrets(cora, ben) -> list[str]:
    """Questions in every state, each with words of its own that must not be seen."""
    for kind in ("privacy", "about"):
        Policy.objects.create(kind=kind, version=1, body="Text.")
    words = []
    shown = factories.published(**SECRETS, title="A shown question?", body="The edited question.")
    words += [*SECRETS.values(), shown.key, ben.email, cora.email]
    shown.answers.create(kind="reader", author=ben, body="SECRETWAITINGANSWER")
    Question.objects.update(spam_reason="SECRETSPAM")
    hidden = [factories.draft, factories.pending, factories.published]
    for make, verb in zip(hidden, [None, None, "unpublish"], strict=True):
        question = make(title=f"SECRET{make.__name__} question?", body="SECRETBODY question text")
        Image(question=question, alt="SECRETALT").store(factories.picture())
        if verb:
            question.unpublish(by=cora)
        words += [question.key, question.images.get().key, f"/questions/{question.pk}/"]
    private = factories.pending(title="SECRETPRIVATE question?")
    private.edit(by=cora, title=private.title, body=private.body, answer="SECRETANSWER")
    private.answer_privately(by=cora, note="SECRETNOTE")
    return [*words, "SECRET", private.key]


def crawl(client) -> dict[str, str]:
    """Every page that links lead to, from the front door and from the machine-readable ones."""
    todo, seen = list(START), {}
    while todo:
        path = todo.pop()
        response = client.get(path)
        seen[path] = f"{response.headers}\n{pages.html(response)}" if is_text(response) else ""
        todo += [link for link in found_on(response) if link not in seen and link not in todo]
    return seen


def is_text(response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return response.status_code == 200 and ("text" in kind or "xml" in kind)


def found_on(response) -> set[str]:
    if not is_text(response):
        return set()
    addresses = pages.locations(response) | pages.links(response)
    private = ("/accounts/", "/ask", "/newsletter/", "/static/", "/admin/")
    return {
        path for path in addresses if not path.startswith(private) and not path.endswith("/ask/")
    }


def test_no_reachable_page_shows_anything_private(client, secrets):
    seen = crawl(client)
    assert len(seen) > 15
    for path, text in seen.items():
        for secret in secrets:
            assert secret not in text, (path, secret)
            assert secret not in path


def test_crawl_reaches_every_published_question(client, db):
    rows = [factories.published() for _ in range(3)]
    seen = crawl(client)
    for question in rows:
        assert question.get_absolute_url() in seen
