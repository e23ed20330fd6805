"""What every test may ask for."""

import pytest
from django.db import connection

from qa.archive.articles import around
from tests import factories


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A test with real transactions empties every table; SQLite's log would refuse that."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.cursor().execute("DROP TRIGGER IF EXISTS accounts_adminaction_no_delete")


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    """Each test has a media folder and a mail folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"
    storages = {name: dict(value) for name, value in settings.STORAGES.items()}
    for alias, folder in [("default", "public"), ("public", "public"), ("private", "private")]:
        options = {**storages[alias]["OPTIONS"], "location": tmp_path / "media" / folder}
        storages[alias]["OPTIONS"] = options
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = storages


@pytest.fixture(autouse=True)
def _nothing_kept():
    """A test with real transactions empties the table of editions, too, which begin anew."""
    around.forget()


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    """Half a second of hashing for each member of the cast is for attackers, not for tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _counts_in_memory(settings):
    """Tests count no queries of the cache, and some have no database."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def _no_limits(settings):
    """Tests send more than a person would; those of the limits ask for `limited`."""
    settings.RATE_LIMITS = False


@pytest.fixture
def limited(settings, _no_limits):
    settings.RATE_LIMITS = True


@pytest.fixture
def cora(db):
    return factories.curator()


@pytest.fixture
def ben(db):
    return factories.member("Ben")


@pytest.fixture
def desk(client, cora, settings):
    """A client in which Cora is signed in at the desk."""
    settings.STAFF_MFA = False
    client.force_login(cora, "allauth.account.auth_backends.AuthenticationBackend")
    return client
