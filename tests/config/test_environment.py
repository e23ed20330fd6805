import os
import subprocess
import sys

import pytest

from tests.site import ROOT


def start(tmp_path, **environment) -> subprocess.CompletedProcess:
    """Load the settings in a fresh process, as every command of the site does."""
    own = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.BASE_URL)"],
        cwd=ROOT,
        env=own | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
        capture_output=True,
        text=True,
    )


def test_settings_need_no_environment(tmp_path):
    done = start(tmp_path)

    assert (done.returncode, done.stdout) == (0, "http://127.0.0.1:8000\n")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT must be a whole number from 1 to 65535, not 'eighty'."),
        ("PORT", "70000", "PORT must be a whole number from 1 to 65535, not '70000'."),
        ("WORKERS", "0", "WORKERS must be a whole number from 1 to 64, not '0'."),
        ("BASE_URL", "ask.example.org", "BASE_URL must be an address such as"),
        ("BASE_URL", "https://a.example/path", "BASE_URL must be an address such as"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must begin with one of"),
        ("CACHE_URL", "memcache://x", "CACHE_URL must begin with one of"),
        ("INDEXNOW_KEY", "a key", "INDEXNOW_KEY must be 8 to 128 letters, digits and hyphens."),
        ("INDEXNOW_URL", "file:///x", "INDEXNOW_URL must be an address such as https://api."),
        ("EMAIL_URL", "mailto:a@b", "EMAIL_URL must begin with one of"),
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 32 characters."),
        ("STAFF_MFA", "maybe", "STAFF_MFA must be on or off, not 'maybe'."),
        ("TRUSTED_PROXIES", "10.0.0.300", "TRUSTED_PROXIES must list addresses or networks"),
    ],
)
def test_bad_value_stops_with_a_sentence_that_names_it(tmp_path, name, value, sentence):
    done = start(tmp_path, **{name: value})

    assert done.returncode == 1
    assert f"ImproperlyConfigured: {sentence}" in done.stderr


def test_secret_key_is_made_once_and_only_the_owner_reads_it(tmp_path):
    start(tmp_path)
    first = (tmp_path / "secret_key").read_text()
    start(tmp_path)

    assert (tmp_path / "secret_key").read_text() == first
    assert len(first) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_https_turns_secure_cookies_and_hsts_on(tmp_path):
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS)"
    )
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    environment["BASE_URL"] = "https://ask.example.org"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.stdout == "__Host-sessionid 63072000\n"
