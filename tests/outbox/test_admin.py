import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from outbox.models import Message

pytestmark = pytest.mark.django_db
LIST = "admin:outbox_message_changelist"


def person(address, **flags):
    User = get_user_model()
    user = User(**{User.USERNAME_FIELD: address, "email": address, **flags})
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture(autouse=True)
def password_is_enough(settings):
    settings.STAFF_MFA = False


def sign_in(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def cora(client):
    return sign_in(client, person("cora@example.org", is_staff=True, is_superuser=True))


def act(client, action, *messages):
    data = {"action": action, "_selected_action": [message.pk for message in messages]}
    return client.post(reverse(LIST), data, follow=True)


def test_the_list_shows_what_happened(cora, write):
    write(subject="Your question")
    page = cora.get(reverse(LIST)).content.decode()
    for text in ("ada@example.org", "Your question", "Queued", "test"):
        assert text in page


def test_a_mail_is_shown_as_text_and_cannot_be_edited(cora, write):
    message = write(text="<b>Salt</b>", html="<script>alert(1)</script>")
    url = reverse("admin:outbox_message_change", args=[message.pk])

    page = cora.get(url).content.decode()

    assert "&lt;b&gt;Salt&lt;/b&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert 'name="_save"' not in page
    assert cora.post(url, {"to": "otto@example.org"}).status_code == 403


def page_of(client, message):
    return client.get(reverse("admin:outbox_message_change", args=[message.pk]))


def test_not_even_the_owner_reads_a_code_or_a_reset_link(cora, write):
    message = write(
        purpose="account", text="BCDF-GHJK", html="<p>BCDF-GHJK</p>", headers={"X-Code": "BCDF"}
    )

    page = page_of(cora, message).content.decode()

    assert "Only for the person to whom it was sent." in page
    assert "BCDF" not in page


@pytest.fixture
def curator(client):
    reader = person("ben@example.org", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_message"))
    return sign_in(client, reader)


def test_a_curator_does_not_see_that_there_are_mails_about_accounts(curator, write):
    message = write(purpose="account", subject="Set a new password")

    assert "Set a new password" not in curator.get(reverse(LIST)).content.decode()
    assert page_of(curator, message).status_code == 302


@pytest.mark.parametrize(
    "path", ["asked/", "confirm/", "unsubscribe/", "newsletter/confirm/", "newsletter/unsubscribe/"]
)
def test_keys_of_private_pages_are_not_shown(curator, write, path):
    link = f"https://askwell.example/{path}Kq7-secret/"
    message = write(
        text=f"See {link} now", html=f'<a href="{link}">See</a>', headers={"List-Unsubscribe": link}
    )

    page = page_of(curator, message).content.decode()

    assert page.count(f"https://askwell.example/{path}…/") == 3
    assert "secret" not in page


def test_no_filter_in_the_address_finds_out_words_that_are_not_shown(curator, write):
    write(subject="Your question", text="https://askwell.example/asked/Kq7-secret/")

    answers = [curator.get(reverse(LIST), {"text__contains": word}) for word in ("Kq7", "Kq8")]

    assert {answer.status_code for answer in answers} == {400}


def test_nobody_adds_or_deletes(cora, write):
    message = write()
    assert cora.get(reverse("admin:outbox_message_add")).status_code == 403
    assert cora.post(reverse("admin:outbox_message_delete", args=[message.pk])).status_code == 403
    act(cora, "delete_selected", message)
    assert Message.objects.count() == 1


def test_try_again_starts_failed_and_unknown_mail_afresh(cora, write):
    failed, unknown, sent = write(), write(), write()
    Message.objects.filter(pk=failed.pk).update(status="failed", attempts=8)
    Message.objects.filter(pk=unknown.pk).update(status="unknown", attempts=1)
    Message.objects.filter(pk=sent.pk).update(status="sent", sent_at=sent.created_at)

    page = act(cora, "try_again", failed, unknown, sent).content.decode()

    assert "2 mails queued again." in page
    states = dict(Message.objects.values_list("pk", "status"))
    assert states == {failed.pk: "queued", unknown.pk: "queued", sent.pk: "sent"}
    assert set(Message.objects.exclude(pk=sent.pk).values_list("attempts", flat=True)) == {0}


def test_cancel_stops_a_queued_mail(cora, write):
    message = write()
    assert "1 mail cancelled." in act(cora, "cancel", message).content.decode()
    message.refresh_from_db()
    assert message.status == "cancelled"


def test_staff_without_the_permission_see_nothing(client, write):
    sign_in(client, person("ben@example.org", is_staff=True))
    write()
    assert client.get(reverse(LIST)).status_code == 403


def test_staff_with_the_view_permission_read_and_do_nothing(client, write):
    reader = person("ben@example.org", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_message"))
    sign_in(client, reader)
    message = write(subject="Your question")

    assert "Your question" in client.get(reverse(LIST)).content.decode()
    act(client, "cancel", message)
    message.refresh_from_db()
    assert message.status == "queued"


def test_the_list_counts_the_mails_of_each_state(cora, write):
    for status in ["failed", "failed", "unknown"]:
        Message.objects.filter(pk=write().pk).update(status=status, last_error="550 nobody")
    write()

    page = cora.get(reverse(LIST)).text

    assert '<a href="?status__exact=failed"><strong>2</strong> Failed</a>' in page
    assert '<a href="?status__exact=unknown"><strong>1</strong> Perhaps sent</a>' in page
    assert '<a href="?status__exact=queued"><strong>1</strong> Queued</a>' in page
    assert page.count("550 nobody") == 3


@pytest.mark.parametrize(("act", "status"), [("again", "queued"), ("arrived", "sent")])
def test_one_click_settles_a_mail_that_was_perhaps_sent(cora, write, act, status):
    message = write(bulk=True)
    Message.objects.update(status="unknown", handed_over_at=message.created_at)
    url = reverse(f"admin:outbox_message_{act}", args=[message.pk])
    assert f'action="{url}"' in page_of(cora, message).text

    cora.get(url)
    assert Message.objects.get().status == "unknown"
    cora.post(url)
    assert Message.objects.get().status == status


def test_who_may_only_read_settles_nothing(curator, write):
    message = write()
    Message.objects.update(status="unknown")
    url = reverse("admin:outbox_message_again", args=[message.pk])

    assert f'action="{url}"' not in page_of(curator, message).text
    assert curator.post(url).status_code == 403
    assert Message.objects.get().status == "unknown"
