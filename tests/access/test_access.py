"""The access table (docs/access.md), asked for: every role, every address, every method."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests.access.routes import routes
from tests.access.table import markdown, missing, table
from tests.access.world import ROLES, World

DOCUMENT = Path(__file__).parents[2] / "docs/access.md"
REFUSED = {401, 403, 404, 405}
SIGN_INS = ("/accounts/login/?", "/admin/login/?", "/accounts/2fa/reauthenticate/?")
# What a GET may write: opening a question at the desk takes it, so that two curators do not answer
# it at once; a passkey's challenge waits in the session; and recovery codes note that they were
# looked at.
MAY_WRITE = (
    'UPDATE "qa_question" SET "claimed_by_id"',
    'UPDATE "accounts_session"',
    'UPDATE "mfa_authenticator" SET "data"',
)


@pytest.fixture
def world(db, settings):
    settings.STAFF_MFA, settings.INDEXNOW_KEY = True, "a-key-of-this-site"
    return World()


class Writes(list):
    """An execute_wrapper that remembers the statements that change something."""

    def __call__(self, execute, sql, params, many, context):
        if sql.split()[0] in {"INSERT", "UPDATE", "DELETE"} and not sql.startswith(MAY_WRITE):
            self.append(sql)
        return execute(sql, params, many, context)


def ask(client, method: str, path: str, body: dict | None = None):
    """The answer and what was written, all of it taken back, the cookies included."""
    cache.clear()  # counts for the limits of sign-ins
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    send = getattr(client, method.lower(), None)
    writes = Writes()
    with transaction.atomic(), connection.execute_wrapper(writes):
        answer = send(path, body) if send else client.generic(method, path)
        if answer.streaming:
            list(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies.load(cookies)
    return answer, writes


def listed():
    """The routes that have a row; that all have is a test of its own."""
    rows = table()
    return [(route, rows[route.path]) for route in routes() if route.path in rows]


def reaches(answer) -> bool:
    to = answer.headers.get("Location", "")
    return answer.status_code not in REFUSED and not to.startswith(SIGN_INS)


def test_every_route_has_a_row_and_every_row_a_route():
    assert missing() == []
    assert set(table()) - {route.path for route in routes()} == set()


def test_the_document_is_that_table():
    assert DOCUMENT.read_text() == markdown(), "run: python -m tests.access"


def test_every_role_reaches_what_its_row_says_and_no_get_changes_anything(world):
    wrong, changed, broken = [], [], []
    for route, row in listed():
        for role in ROLES:
            client, path = world.clients[role], route.filled(world.values(route, role))
            for method, who in zip(["GET", "POST"], row, strict=True):
                body = world.body(route) if method == "POST" else None
                answer, writes = ask(client, method, path, body)
                if reaches(answer) != (role in who):
                    wrong.append((method, path, role, answer.status_code, answer.get("Location")))
                if method == "GET" and writes:
                    changed.append((path, role, *writes))
                if answer.status_code >= 500:
                    broken.append((method, path, role))

    assert not wrong, "\n".join(map(str, wrong))
    assert not changed, "\n".join(map(str, changed))
    assert not broken, "\n".join(map(str, broken))


def test_head_goes_nowhere_that_get_does_not(world):
    """Asked where GET is refused, and outside the desk everywhere."""
    wrong = []
    for route, row in listed():
        for role in ROLES:
            may = role in row[0]
            if may and route.path.startswith("/admin/"):
                continue
            path = route.filled(world.values(route, role))
            answer, writes = ask(world.clients[role], "HEAD", path)
            if reaches(answer) != may or writes:
                wrong.append((path, role, answer.status_code, *writes))

    assert not wrong, "\n".join(map(str, wrong))


def test_no_other_method_goes_anywhere(world):
    answers = {
        (method, route.path, ask(world.clients["owner"], method, path)[0].status_code)
        for route, _ in listed()
        for path in [route.filled(world.values(route, "owner"))]
        for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
    }

    assert {row for row in answers if row[2] != 405} == set()
    assert len(answers) > 1000
