"""Sign up, confirm, sign in: by password, by code, after a reset."""

import html
import re
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from outbox.models import Message
from tests import factories
from tests.accounts.cast import is_signed_in, mail_to, mailed_code, mailed_path, sign_in

pytestmark = pytest.mark.django_db
NEW = "otto@example.org"


def sign_up(client, email=NEW):
    fields = {"email": email, "password1": factories.PASSWORD, "password2": factories.PASSWORD}
    return client.post("/accounts/signup/", fields)


def test_sign_up_confirm_sign_in(client):
    sign_up(client)
    path = mailed_path(NEW)

    shown = client.get(path)
    assert "Yes, confirm" in shown.text
    assert not EmailAddress.objects.get(email=NEW).verified
    assert not is_signed_in(client)

    confirmed = client.post(path)
    assert EmailAddress.objects.get(email=NEW).verified
    assert confirmed.url == "/accounts/me/"
    assert is_signed_in(client)


def test_in_the_browser_of_the_sign_up_the_way_goes_straight_on(client):
    way = "/accounts/profile/"

    confirmed = client.post(sign_up_link(client, way))

    assert confirmed.url == way
    assert client.get(way).status_code == 200


def test_a_confirmed_link_signs_nobody_in_again(client):
    sign_up(client)
    path = mailed_path(NEW)
    client.post(path)
    client.post("/accounts/logout/")

    for browser in (client, Client()):
        browser.post(path)
        assert not is_signed_in(browser)


def sign_up_link(client, way: str) -> str:
    """Follow the sign-in page's link to make an account, and make it; returns the mailed path."""
    page = client.get("/accounts/login/", {"next": way}).text
    link = html.unescape(re.search(r'href="(/accounts/signup/[^"]*)"', page)[1])
    form = client.get(link).text
    found = re.search(r'name="next" value="([^"]*)"', form)
    fields = {"next": html.unescape(found[1])} if found else {}
    passwords = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    client.post("/accounts/signup/", {"email": NEW, **passwords, **fields})
    return mailed_path(NEW)


def test_the_way_back_outlives_the_confirmation(client):
    question = factories.published(topic=factories.topic(accepts_reader_answers=True))
    way = f"/questions/{question.pk}/answer/"

    path = sign_up_link(client, way)
    confirmed = Client().post(path, {"password": factories.PASSWORD}, follow=True)

    assert confirmed.redirect_chain[0] == (way, 302)
    login = confirmed.redirect_chain[-1][0]
    assert login == f"/accounts/login/?next={way}"
    assert sign_in(client, NEW, next=way).url == way
    assert "the name of your account (opens in a new tab)" in client.get(way).text


@pytest.mark.parametrize("way", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_way_leads_to_another_site(client, way):
    path = sign_up_link(client, way)

    assert "evil" not in path
    assert "next" not in path
    password = {"password": factories.PASSWORD}
    confirmed = Client().post(f"{path}?{urlencode({'next': way})}", password)
    assert confirmed.url.startswith("/accounts/")


def test_without_confirmation_nobody_gets_in(client):
    sign_up(client)

    answer = sign_in(client, NEW)

    assert answer.url == "/accounts/confirm-email/"
    assert not is_signed_in(client)


def test_a_mail_is_a_row_with_text_and_html_and_the_sites_address(client):
    client.post(
        "/accounts/signup/",
        {"email": NEW, "password1": factories.PASSWORD, "password2": factories.PASSWORD},
        headers={"host": "localhost:9999"},
    )

    mail = mail_to(NEW)
    assert mail.purpose == "account"
    assert mail.subject == "Please confirm your e-mail address"
    assert "http://127.0.0.1:8000/accounts/confirm-email/" in mail.text
    assert 'href="http://127.0.0.1:8000/accounts/confirm-email/' in mail.html
    assert "localhost" not in mail.text + mail.html


def same(answers) -> bool:
    """But for Expires, which is the time of the answer, to the second."""
    for answer in answers:
        answer.headers.pop("Expires", None)
    first, second = [(a.status_code, a.get("Location"), dict(a.headers)) for a in answers]
    return first == second


def bodies_match(known: Client, unknown: Client, path: str) -> bool:
    texts = [client.get(path).text for client in (known, unknown)]
    return texts[0].replace("ben@example.org", "X") == texts[1].replace(NEW, "X")


@pytest.mark.parametrize(
    ("path", "fields", "after"),
    [
        (
            "/accounts/signup/",
            {"password1": factories.PASSWORD, "password2": factories.PASSWORD},
            "/accounts/confirm-email/",
        ),
        ("/accounts/password/reset/", {}, "/accounts/password/reset/done/"),
    ],
)
def test_known_and_unknown_addresses_get_the_same_answer(ben, path, fields, after):
    known, unknown = Client(), Client()

    answers = [
        client.post(path, {"email": email, **fields})
        for client, email in [(known, "ben@example.org"), (unknown, NEW)]
    ]

    assert same(answers)
    assert answers[0].url == after
    assert {name: len(value.value) for name, value in known.cookies.items()}.keys() == (
        {name: len(value.value) for name, value in unknown.cookies.items()}.keys()
    )
    assert bodies_match(known, unknown, after)
    assert Message.objects.filter(to=NEW).count() == 1
    assert Message.objects.filter(to="ben@example.org").count() == 1


def test_known_and_unknown_addresses_get_the_same_answer_to_a_code(ben):
    known, unknown = Client(), Client()

    answers = [
        client.post("/accounts/login/code/", {"email": email})
        for client, email in [(known, "ben@example.org"), (unknown, NEW)]
    ]

    assert same(answers)
    texts = [client.get("/accounts/login/code/confirm/").text for client in (known, unknown)]
    tokens = [client.cookies["csrftoken"].value for client in (known, unknown)]
    assert tokens[0] != tokens[1]
    assert words(texts[0], "ben@example.org") == words(texts[1], NEW)


def words(page: str, email: str) -> str:
    """The page without what differs by design: the address that was typed, and the token."""
    lines = [line for line in page.replace(email, "X").splitlines() if "csrfmiddleware" not in line]
    return "\n".join(lines)


def test_a_wrong_password_does_not_tell_who_has_an_account(ben, client):
    known = sign_in(client, "ben@example.org", "wrong").text
    unknown = sign_in(client, NEW, "wrong").text

    assert "The e-mail address or the password is not right." in known
    assert words(known, "ben@example.org") == words(unknown, NEW)


def test_empty_fields_are_named(client):
    answer = sign_in(client, "", "")

    summary = answer.text.partition("error-summary__list")[2].partition("</ul>")[0]
    assert answer.status_code == 422
    assert re.findall(r'href="#(\w+)">([^<]+)<', summary) == [
        ("id_login", "Enter your e-mail address."),
        ("id_password", "Enter your password."),
    ]
    assert "This field is required" not in answer.text


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "login/code/"])
def test_no_empty_form_is_answered_without_a_name(client, path):
    answer = client.post(f"/accounts/{path}", {})

    assert answer.status_code == 422
    assert "Enter your e-mail address." in answer.text
    assert "This field is required" not in answer.text


def test_the_link_is_offered_for_an_unconfirmed_address_only(ben, client):
    sign_in(client, "ben@example.org")
    assert "Mail the link" not in client.get("/accounts/email/").text
    EmailAddress.objects.create(user=ben, email=NEW)

    page = client.get("/accounts/email/").text
    client.post("/accounts/email/", {"email": NEW, "action_send": ""})

    assert re.findall(r"Mail the link to (\S+) again", page) == [NEW]
    assert "/accounts/confirm-email/" in mail_to(NEW).text


def test_sign_in_with_a_mailed_code(ben, client):
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    assert not is_signed_in(client)

    client.post("/accounts/login/code/confirm/", {"code": mailed_code("ben@example.org")})

    assert is_signed_in(client)


def test_a_code_has_three_tries(ben, client):
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    code = mailed_code("ben@example.org")
    for _ in range(3):
        client.post("/accounts/login/code/confirm/", {"code": "XXXX-XXXX"})

    client.post("/accounts/login/code/confirm/", {"code": code})

    assert not is_signed_in(client)


def test_after_three_tries_another_code_is_asked_for_at_once(ben, client):
    way = "/accounts/profile/"
    confirm = f"/accounts/login/code/confirm/?next={way}"
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    tries = [client.post(confirm, {"code": "XXXX-XXXX"}) for _ in range(3)]

    asked = client.get(tries[-1].url)
    client.post("/accounts/login/code/", {"email": "ben@example.org", "next": way})
    signed_in = client.post(confirm, {"code": mailed_code("ben@example.org")})

    assert [answer.status_code for answer in tries] == [422, 422, 302]
    assert tries[-1].url == f"/accounts/login/code/?next={way.replace('/', '%2F')}"
    assert "After three tries the code no longer works. Ask for another one here." in asked.text
    assert "Mail me a code" in asked.text
    assert signed_in.url == way
    assert is_signed_in(client)


def test_a_known_and_an_unknown_address_have_three_tries_alike(ben):
    answers = []
    for email in ("ben@example.org", NEW):
        browser = Client()
        browser.post("/accounts/login/code/", {"email": email})
        for _ in range(3):
            answer = browser.post("/accounts/login/code/confirm/", {"code": "XXXX-XXXX"})
        answers.append((answer.status_code, answer.url, words(browser.get(answer.url).text, email)))

    assert answers[0] == answers[1]


def test_the_page_for_a_code_leads_to_another_one(ben, client):
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    old = mailed_code("ben@example.org")
    page = client.get("/accounts/login/code/confirm/?next=/accounts/profile/").text
    way = re.search(r'name="next" value="(/accounts/login/code/[^"]*)"', page)[1]

    given_up = client.post("/accounts/logout/", {"next": way})
    asked = client.post(given_up.url, {"email": "ben@example.org"})
    client.post(asked.url, {"code": old})
    assert not is_signed_in(client)
    client.post(asked.url, {"code": mailed_code("ben@example.org")})

    assert way == "/accounts/login/code/?next=%2Faccounts%2Fprofile%2F"
    assert is_signed_in(client)


def test_a_fourth_code_in_a_minute_waits_for_a_minute(ben):
    answers = [
        Client().post("/accounts/login/code/", {"email": "ben@example.org"}) for _ in range(4)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert "Too many requests. Wait a minute, then try again." in answers[-1].text


def test_a_code_works_only_in_its_own_browser(ben, client):
    client.post("/accounts/login/code/", {"email": "ben@example.org"})
    other = Client()

    other.post("/accounts/login/code/confirm/", {"code": mailed_code("ben@example.org")})

    assert not is_signed_in(other)


def test_a_reset_link_sets_a_password_once(ben, client):
    client.post("/accounts/password/reset/", {"email": "ben@example.org"})
    path = mailed_path("ben@example.org")
    form = client.get(path, follow=True)
    new = {"password1": "quite another sentence", "password2": "quite another sentence"}

    client.post(form.request["PATH_INFO"], new)

    assert "This link does not work" in Client().get(path, follow=True).text
    assert sign_in(Client(), "ben@example.org").status_code == 422
    sign_in(client, "ben@example.org", "quite another sentence")
    assert is_signed_in(client)


def test_opening_a_reset_link_changes_nothing(ben, client):
    client.post("/accounts/password/reset/", {"email": "ben@example.org"})
    path = mailed_path("ben@example.org")

    for _ in range(3):
        Client().get(path, follow=True)

    sign_in(client, "ben@example.org")
    assert is_signed_in(client)


def test_signing_out_ends_the_session(ben, client):
    sign_in(client, "ben@example.org")
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_signed_in(stolen)

    client.post("/accounts/logout/")

    assert not is_signed_in(client)
    assert not is_signed_in(stolen)


def test_a_closed_account_is_out_at_once(ben, client):
    sign_in(client, "ben@example.org")

    User.objects.update(is_active=False)

    assert not is_signed_in(client)


def test_a_superuser_from_the_command_line_signs_in(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", factories.PASSWORD)
    call_command("createsuperuser", email="Owner@Example.org", interactive=False, verbosity=0)

    sign_in(client, "owner@example.org")

    assert is_signed_in(client)
    assert User.objects.get().is_superuser


def test_too_many_wrong_passwords_wait(ben, client):
    for _ in range(5):
        sign_in(client, "ben@example.org", "wrong")

    answer = sign_in(client, "ben@example.org")

    assert "Too many attempts. Wait five minutes, then try again." in answer.text
    assert not is_signed_in(client)


def sign_up_without_password(client, email=NEW, **fields):
    return client.post("/accounts/signup/", {"email": email, **fields})


def test_sign_up_by_code(client):
    way = "/accounts/profile/"
    asked = sign_up_without_password(client, next=way)
    assert asked.url == f"/accounts/login/code/confirm/?{urlencode({'next': way})}"
    assert not is_signed_in(client)

    entered = client.post(asked.url, {"code": mailed_code(NEW), "next": way})

    assert entered.url == way
    assert is_signed_in(client)
    user = User.objects.get(email=NEW)
    assert EmailAddress.objects.get(user=user).verified
    assert not user.has_usable_password()
    assert Message.objects.filter(to=NEW).count() == 1


def test_sign_up_by_code_with_a_known_address_signs_in(client, ben):
    sign_up_without_password(client, "ben@example.org")
    client.post("/accounts/login/code/confirm/", {"code": mailed_code("ben@example.org")})

    assert is_signed_in(client)
    assert User.objects.count() == 1
    ben.refresh_from_db()
    assert ben.check_password(factories.PASSWORD)


def test_sign_up_by_code_gives_a_stranger_nothing(client):
    """Whoever enters the address of somebody else makes an account that only its owner opens."""
    sign_up_without_password(client)
    owner = Client()
    sign_up_without_password(owner)
    owner.post("/accounts/login/code/confirm/", {"code": mailed_code(NEW)})

    assert is_signed_in(owner)
    client.post("/accounts/login/code/confirm/", {"code": mailed_code(NEW)})
    assert not is_signed_in(client)
    assert User.objects.count() == 1


def test_a_password_at_sign_up_is_typed_twice_or_not_at_all(client):
    for second, sentence in [
        ("", "Enter the same password again."),
        ("another", "You must type the same password each time."),
    ]:
        answer = client.post(
            "/accounts/signup/",
            {"email": NEW, "password1": factories.PASSWORD, "password2": second},
        )
        assert answer.status_code == 422
        assert sentence in answer.text
    assert not User.objects.exists()


def test_sign_ups_by_code_are_counted_with_other_codes(client):
    statuses = [sign_up_without_password(Client()).status_code for _ in range(4)]

    assert statuses == [302, 302, 302, 422]
