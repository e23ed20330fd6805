"""People in the database and in the admin."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError

from accounts.models import AdminAction, User
from tests import factories
from tests.accounts.cast import BACKEND, is_signed_in, mailed_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, settings):
    settings.STAFF_MFA = False
    client.force_login(User.objects.create_superuser("owner@example.org", "x"), BACKEND)
    return client


def test_addresses_are_unique_whatever_their_capitals(ben):
    with pytest.raises(IntegrityError):
        User.objects.create_user("BEN@example.org")


def test_a_member_without_a_name_is_not_shown_by_address():
    assert User(email="ben@example.org").public_name == "A member"


def test_the_owner_lets_somebody_in_by_address(owner, client):
    owner.post("/admin/accounts/user/add/", {"email": "eda@example.org", "display_name": "Eda"})

    eda = User.objects.get(email="eda@example.org")
    assert not eda.has_usable_password()
    owner.post("/accounts/logout/")
    client.post("/accounts/login/code/", {"email": "eda@example.org"})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code("eda@example.org")})
    assert is_signed_in(client)


def test_the_owner_makes_a_curator(owner, ben):
    group = Group.objects.get(name="Curator")
    owner.post(
        f"/admin/accounts/user/{ben.pk}/change/",
        {"display_name": "Ben", "is_active": "on", "is_staff": "on", "groups": [group.pk]},
    )

    ben = User.objects.get(pk=ben.pk)
    assert ben.is_staff
    assert ben.has_perm("qa.answer_question")
    assert ben.check_password(factories.PASSWORD)
    change = f"/admin/accounts/user/{ben.pk}/change/"
    assert AdminAction.objects.get().path == f"{change} is_staff: True; groups: Curator"


def test_nobody_reads_or_types_another_persons_password(owner, ben):
    page = owner.get(f"/admin/accounts/user/{ben.pk}/change/").text

    assert "pbkdf2" not in page
    assert 'name="password"' not in page
    assert owner.get(f"/admin/accounts/user/{ben.pk}/password/").status_code == 302


@pytest.fixture
def steward(client, settings):
    """Somebody who may edit people, and is no owner."""
    settings.STAFF_MFA = False
    user = factories.member("Eda", is_staff=True)
    names = ["view_user", "change_user", "delete_user"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(user, BACKEND)
    return client


def test_nobody_but_an_owner_gives_powers(steward, ben):
    group = Group.objects.get(name="Curator")
    page = f"/admin/accounts/user/{ben.pk}/change/"
    powers = {"is_superuser": "on", "groups": [group.pk], "user_permissions": [1]}

    shown = steward.get(page).text
    steward.post(page, {"display_name": "Benno", "is_active": "on", **powers})

    assert 'name="display_name"' in shown
    assert not any(f'name="{name}"' in shown for name in powers)
    ben = User.objects.get(pk=ben.pk)
    assert (ben.display_name, ben.is_superuser) == ("Benno", False)
    assert not ben.groups.exists()
    assert not ben.user_permissions.exists()


def test_nobody_but_an_owner_edits_or_deletes_an_owner(steward):
    owner = User.objects.create_superuser("owner@example.org", "x", display_name="Olga")
    change = {"display_name": "Otto", "is_active": ""}

    assert steward.post(f"/admin/accounts/user/{owner.pk}/change/", change).status_code == 403
    answer = steward.post(f"/admin/accounts/user/{owner.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"}
    steward.post("/admin/accounts/user/", chosen)

    owner.refresh_from_db()
    assert (owner.display_name, owner.is_active) == ("Olga", True)


def test_the_list_finds_people(owner, ben):
    assert "ben@example.org" in owner.get("/admin/accounts/user/?q=ben").text


def test_curators_do_not_manage_people(desk, ben):
    assert desk.get("/admin/accounts/user/").status_code == 403
