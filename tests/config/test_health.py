from datetime import timedelta

from django.db import OperationalError
from django.utils import timezone

from outbox import mail


def test_healthz_says_that_the_process_is_up(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_names_every_part(client, db):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": True, "cache": True, "disk": True, "queue": True}


def test_readyz_fails_where_mail_is_overdue(client, db):
    late = timezone.now() - timedelta(hours=1)
    mail.queue(to="ada@example.org", subject="Hello", text="Ada", purpose="test", not_before=late)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["queue"]) == (503, False)


def test_readyz_fails_where_the_database_is_away(client, db, monkeypatch):
    def away():
        raise OperationalError("connection refused")

    monkeypatch.setitem(__import__("config.health").health.CHECKS, "database", away)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, False)
