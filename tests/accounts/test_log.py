"""The log of the desk: everything that is sent there, read by owners, changed by nobody."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import housekeeping
from accounts.models import AdminAction, User
from tests import factories
from tests.accounts.cast import BACKEND
from tests.qa.desk.forms import sent

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/adminaction/"


@pytest.fixture
def protected(db):
    """The triggers of the migration, which tests/conftest.py takes away in part."""
    migration = import_module("accounts.migrations.0004_admin_action")
    with connection.schema_editor() if connection.vendor != "sqlite" else _plain() as editor:
        migration.unprotect(None, editor)
        migration.protect(None, editor)


class _plain:
    """SQLite's schema editor does not work in a transaction; only its connection is needed."""

    def __enter__(self):
        self.connection = connection
        return self

    def __exit__(self, *args):
        pass


def row(**fields) -> AdminAction:
    values = {"user_number": 1, "name": "Cora", "action": "x", "path": "/admin/", "status": 200}
    return AdminAction.objects.create(**values | fields)


def as_owner(settings) -> Client:
    settings.STAFF_MFA = False
    client = Client()
    olga = factories.member("Olga", is_staff=True, is_superuser=True)
    client.force_login(olga, BACKEND)
    return client


def refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


def test_a_decision_is_in_the_log(desk, cora):
    question = factories.pending()

    desk.post(reverse("admin:qa_question_spam", args=[question.pk]), sent(question))

    entry = AdminAction.objects.get()
    assert (entry.user_number, entry.name) == (cora.pk, "Cora")
    assert entry.action == "qa_question_spam"
    assert entry.path == f"/admin/qa/question/{question.pk}/spam/"
    assert entry.status == 302


def test_whoever_has_no_name_is_named_by_role_and_number(desk, cora, settings):
    question, unnamed = factories.pending(), as_owner(settings)
    User.objects.update(display_name="")
    for client in (desk, unnamed):
        client.post(reverse("admin:qa_question_spam", args=[question.pk]), sent(question))

    owner = User.objects.get(is_superuser=True)
    names = list(AdminAction.objects.order_by("pk").values_list("name", flat=True))
    assert names == [f"Curator {cora.pk}", f"Owner {owner.pk}"]


def test_a_form_of_the_admin_is_in_the_log(desk):
    desk.post(reverse("admin:qa_snippet_add"), {"title": ""})

    assert AdminAction.objects.get().action == "qa_snippet_add"


def test_looking_and_keeping_a_draft_are_not(desk):
    question = factories.pending()

    desk.get("/admin/")
    desk.get(reverse("admin:qa_question_change", args=[question.pk]))
    desk.post(reverse("admin:qa_question_autosave", args=[question.pk]))
    desk.post(reverse("admin:qa_question_release", args=[question.pk]))

    assert not AdminAction.objects.exists()


def test_whoever_may_not_enter_writes_nothing_into_it(client, ben):
    question = factories.pending()
    path = reverse("admin:qa_question_spam", args=[question.pk])
    client.post(path)
    client.force_login(ben, BACKEND)
    client.post(path)

    assert not AdminAction.objects.exists()


def test_owners_read_it_and_nobody_else(desk, settings):
    row(name="Somebody", path="/admin/qa/question/7/publish/")

    assert desk.get(LIST).status_code == 403
    page = as_owner(settings).get(LIST).text
    assert "Somebody" in page
    assert "/admin/qa/question/7/publish/" in page


def test_the_admin_offers_owners_no_way_to_change_it(settings):
    entry, owner = row(), as_owner(settings)

    for name, args in [("add", []), ("delete", [entry.pk])]:
        path = reverse(f"admin:accounts_adminaction_{name}", args=args)
        assert owner.post(path, {"post": "yes"}).status_code == 403
    change = reverse("admin:accounts_adminaction_change", args=[entry.pk])
    assert owner.post(change, {"name": "Otto"}).status_code == 403
    owner.post(LIST, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})

    assert AdminAction.objects.get(pk=entry.pk).name == "Cora"


def test_the_database_refuses_to_change_or_delete_a_row(protected):
    entry = row()

    assert refused(lambda: AdminAction.objects.update(name="Otto"))
    assert refused(lambda: AdminAction.objects.filter(pk=entry.pk).delete())
    assert refused(lambda: connection.cursor().execute("DELETE FROM accounts_adminaction"))
    assert AdminAction.objects.get().name == "Cora"


def test_the_worker_deletes_what_is_older_than_its_time(protected):
    row(at=timezone.now() - AdminAction.KEPT - timedelta(days=1))
    young = row(at=timezone.now() - AdminAction.KEPT + timedelta(days=1))

    assert housekeeping.purge_admin_actions() == 1
    assert AdminAction.objects.get() == young
    assert timedelta(days=400) == AdminAction.KEPT


def test_it_outlives_the_account(desk, cora, settings):
    question = factories.pending()
    desk.post(reverse("admin:qa_question_spam", args=[question.pk]), sent(question))

    cora.delete()

    assert AdminAction.objects.get().name == "Cora"
