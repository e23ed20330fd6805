"""The counts behind the rate limits are shared by all web processes."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core.cache import caches

CACHES = configured.CACHES  # as the site has it, before tests put it into memory

READ = """
import django
django.setup()
from django.conf import settings
from django.core.cache import cache
from django.db import connection
settings.DATABASES["default"].update({changes!r})
connection.settings_dict.update({changes!r})
print(cache.get("wrong-passwords"))
cache.set("wrong-passwords", 6, 60)
"""


@pytest.fixture
def shared(settings):
    settings.CACHES = CACHES
    return caches["default"]


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_the_count_and_is_seen(shared):
    shared.set("wrong-passwords", 5, 60)

    name = configured.DATABASES["default"]["NAME"]
    done = subprocess.run(
        [sys.executable, "-c", READ.format(changes={"NAME": str(name)})],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "5\n"
    assert shared.get("wrong-passwords") == 6
    shared.clear()


@pytest.mark.django_db
def test_a_count_holds_while_thousands_of_others_come(shared):
    """As many as one network can make within an hour must not push it out."""
    assert shared._max_entries == 20_000
    assert CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


@pytest.mark.django_db
def test_only_one_of_two_takes_a_lock(shared):
    """django-allauth counts under such a lock."""
    assert [shared.add("lock", True, 10), shared.add("lock", True, 10)] == [True, False]


@pytest.mark.django_db
def test_readiness_asks_it(shared, client):
    assert client.get("/readyz").json()["cache"] is True
