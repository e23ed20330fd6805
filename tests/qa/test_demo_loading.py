"""Loading the demo library: once, into an empty database, whole or not at all."""

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command

from accounts.models import User
from qa import demo
from qa.models import SiteProfile, Topic

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_demo_prints_the_sign_in_once_and_the_curator_can_sign_in(monkeypatch):
    monkeypatch.setenv("DEMO_CURATOR_PASSWORD", "a demo password")

    assert load() == "Curator: curator@example.org\nPassword: a demo password\n"
    assert load() == "There is content already; nothing was changed.\n"

    curator = User.objects.get(email="curator@example.org")
    assert curator.is_staff
    assert curator.is_superuser
    assert curator.check_password("a demo password")
    assert list(curator.groups.values_list("name", flat=True)) == ["Curator"]
    assert EmailAddress.objects.get(user=curator).verified
    assert curator.display_name == SiteProfile.load().curator_name


def test_demo_makes_up_a_password_where_none_is_given(monkeypatch):
    monkeypatch.delenv("DEMO_CURATOR_PASSWORD", raising=False)
    password = re.search(r"^Password: (\S{16,})$", load(), re.MULTILINE)[1]
    assert User.objects.get(email="curator@example.org").check_password(password)


def test_demo_leaves_a_database_with_a_topic_alone():
    Topic.objects.create(slug="own", title="My own topic")
    assert load() == "There is content already; nothing was changed.\n"
    assert Topic.objects.count() == 1
    assert not User.objects.exists()


def test_demo_is_loaded_whole_or_not_at_all(monkeypatch):
    def broken(*args):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(demo, "_relate", broken)
    with pytest.raises(RuntimeError):
        load()
    assert not Topic.objects.exists()
    assert not User.objects.exists()
