"""Signing in with an account elsewhere, against a provider that really answers over HTTP."""

import json
import re
import time
import zipfile
from io import BytesIO
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings as original
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import User
from config import providers
from outbox.models import Message
from tests import factories
from tests.accounts.cast import BACKEND, is_signed_in, mail_to, mailed_code, sign_in
from tests.accounts.test_second_factor import SECRET, code_of, with_factor
from tests.identity_provider import CLIENT, running
from tests.identity_provider import SECRET as CLIENT_SECRET

pytestmark = pytest.mark.django_db
START, CALLBACK, PAGE = (
    "/accounts/openid/login/",
    "/accounts/openid/login/callback/",
    "/accounts/connections/",
)


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server


@pytest.fixture
def there(server, settings, monkeypatch):
    """The provider, which the environment names as “Mill ID”."""
    claims = {"sub": "ada-there", "email": "Ada@Example.org", "email_verified": True}
    server.claims, server.refuses = claims, False
    names = dict(zip(providers.NEEDED["openid_connect"], values(server.url), strict=True))
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    settings.SOCIALACCOUNT_PROVIDERS = providers.from_environment()
    return server


def values(url: str) -> list[str]:
    return [CLIENT, CLIENT_SECRET, "Mill ID", url]


class NotOn(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def visit(url: str) -> str:
    """Where the provider leads back to, as a path of this site."""
    with pytest.raises(HTTPError) as found:
        build_opener(NotOn()).open(url)
    assert found.value.code == 302
    parts = urlsplit(found.value.headers["Location"])
    return f"{parts.path}?{parts.query}"


def begin(client, **more) -> str:
    """The address at the provider that the site leads to."""
    page = client.post(START, more)
    assert page.status_code == 200, page
    return page.headers["Refresh"].removeprefix("0;url=")


def go(client, **more):
    """All of it, up to the site's answer to the way back."""
    return client.get(visit(begin(client, **more)))


def test_without_the_environment_there_is_nothing(client, ben):
    assert original.SOCIALACCOUNT_PROVIDERS == {}
    sign_in_page = client.get("/accounts/login/").text
    client.force_login(ben, BACKEND)

    assert "elsewhere" not in sign_in_page
    assert "elsewhere" not in client.get("/accounts/me/").text
    for path in (START, CALLBACK, PAGE, "/accounts/google/login/", "/accounts/apple/login/"):
        assert {client.get(path).status_code, client.post(path).status_code} == {404}
    for path in (
        "/accounts/3rdparty/",
        "/accounts/google/login/token/",
        "/accounts/social/signup/",
    ):
        assert client.get(path).status_code == 404


def test_signing_up_and_in_again(client, there):
    question = factories.pending(email="ada@example.org")
    assert "Go on with Mill ID" in client.get("/accounts/login/").text
    assert "Go on with Mill ID" in client.get("/accounts/signup/").text

    assert go(client).url == "/accounts/me/"

    ada = User.objects.get()
    address = ada.emailaddress_set.get()
    assert (ada.email, ada.display_name) == ("ada@example.org", "")
    assert (address.email, address.verified, address.primary) == ("ada@example.org", True, True)
    assert not ada.has_usable_password()
    assert question.asked_title in client.get("/accounts/me/").text
    client.post("/accounts/logout/")
    assert not is_signed_in(client)

    again = Client()
    assert go(again, next="/accounts/profile/").url == "/accounts/profile/"
    assert is_signed_in(again)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)


def test_nothing_of_a_profile_and_no_token_is_kept(client, there):
    there.claims |= {"name": "Ada Lovelace", "picture": "https://example.org/ada.png"}

    go(client)
    go(client)

    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()
    assert not there.tokens & {str(value) for value in client.session.items()}
    assert "Lovelace" not in json.dumps(dict(client.session.items()))


def test_it_asks_for_the_address_alone_and_proves_what_it_started(client, there):
    asked = {name: found[0] for name, found in parse_qs(urlsplit(begin(client)).query).items()}

    assert set(asked["scope"].split()) == {"openid", "email"}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 16
    assert asked["redirect_uri"].endswith(CALLBACK)


def test_an_account_with_that_address_is_neither_opened_nor_connected(client, there, ben):
    there.claims |= {"email": "ben@example.org"}

    answer = go(client)

    assert answer.url == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert "There is one already." in mail_to("ben@example.org").text
    assert "“Accounts elsewhere”" in mail_to("ben@example.org").text


def test_nor_one_that_nobody_has_confirmed(client, there):
    """A stranger signed up with Ada's address first, and waits for her to prove it."""
    Client().post(
        "/accounts/signup/",
        {
            "email": "ada@example.org",
            "password1": "mallory waits here",
            "password2": "mallory waits here",
        },
    )

    go(client)

    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert not User.objects.get().emailaddress_set.filter(verified=True).exists()


@pytest.mark.parametrize("said", [False, None, "false", "no", 0])
def test_an_address_that_is_not_vouched_for_makes_no_account(client, there, said):
    there.claims["email_verified"] = said

    answer = go(client)

    assert answer.status_code == 403
    assert "Mill ID does not tell us an e-mail address that it has confirmed" in answer.text
    assert (User.objects.count(), Message.objects.count()) == (0, 0)


def test_nor_does_none_at_all(client, there):
    del there.claims["email"]

    assert go(client).status_code == 403
    assert not User.objects.exists()


def test_breaking_it_off_changes_nothing(client, there):
    there.refuses = True

    answer = go(client)

    assert answer.url == "/accounts/connections/cancelled/"
    assert "nothing has changed" in client.get(answer.url).text
    assert not User.objects.exists()


def test_an_answer_is_for_the_browser_that_asked_and_once(client, there):
    back = visit(begin(client))

    assert Client().get(back).status_code == 401  # whoever is sent the link
    assert client.get(back.replace("state=", "state=x")).status_code == 401
    assert client.get(back).url == "/accounts/me/"
    client.post("/accounts/logout/")
    replayed = client.get(back)
    assert replayed.status_code == 401
    assert "That did not work" in replayed.text
    assert not is_signed_in(client)


def test_a_code_of_another_round_is_worth_nothing(client, there):
    """Its verifier stays in the session that began it (RFC 7636)."""
    mine, others = visit(begin(client)), visit(begin(Client()))
    code = parse_qs(urlsplit(others).query)["code"][0]

    answer = client.get(re.sub(r"code=[^&]+", f"code={code}", mine))

    assert answer.status_code == 401
    assert not is_signed_in(client)


def test_opening_the_start_begins_nothing(client, there):
    assert client.get(START).status_code == 405
    forged = Client(enforce_csrf_checks=True).post(START)
    assert forged.status_code == 403


@pytest.mark.parametrize("way", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_way_leads_to_another_site(client, there, way):
    assert go(client, next=way).url == "/accounts/me/"


@pytest.mark.parametrize(
    "nonsense",
    [{"sub": ""}, {"sub": "x" * 300}, {"iss": "https://other.example"}, {"aud": "another-site"}],
)
def test_nonsense_of_the_provider_is_said_and_no_fault(client, there, nonsense):
    there.claims |= nonsense

    answer = go(client)

    assert (answer.status_code, "That did not work" in answer.text) == (401, True)
    assert not User.objects.exists()


@pytest.mark.parametrize("away", ["http://127.0.0.1:9", "{url}/moved/.well-known/x", "{url}/lost"])
def test_a_provider_that_is_away_or_leads_elsewhere_is_said(client, there, settings, away):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = away.format(url=there.url)

    answer = client.post(START)

    assert (answer.status_code, "could not be reached" in answer.text) == (401, True)


def test_whoever_is_deactivated_stays_out(client, there):
    go(client)
    User.objects.update(is_active=False)

    assert go(Client()).url == "/accounts/inactive/"


def connect(client, password: str = factories.PASSWORD):
    """From “Accounts elsewhere”, where it asks who it is first."""
    asked = client.post(START, {"process": "connect"})
    assert asked.url.startswith("/accounts/reauthenticate/"), asked
    page = client.post(asked.url, {"password": password})
    return client.get(visit(page.headers["Refresh"].removeprefix("0;url=")))


def test_connecting_and_disconnecting_ask_who_it_is(client, there, ben, monkeypatch):
    sign_in(client, "ben@example.org")

    assert connect(client).url == PAGE

    assert SocialAccount.objects.get().user == ben
    assert ben.emailaddress_set.count() == 1
    page = client.get(PAGE).text
    assert "<strong>Mill ID</strong>, connected on" in page
    assert "can now be signed in to with Mill ID" in mail_to("ben@example.org").text
    go(other := Client())
    assert other.get("/accounts/me/").context["user"] == ben

    number = SocialAccount.objects.get().pk
    now = time.time() + 301
    monkeypatch.setattr("time.time", lambda: now)
    asked = client.post(PAGE, {"account": number})
    assert asked.url.startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.exists()
    client.post(asked.url, {"password": factories.PASSWORD})
    assert not SocialAccount.objects.exists()
    assert "no longer be signed in to with Mill ID" in mail_to("ben@example.org").text


def test_what_is_connected_to_another_account_stays_there(client, there, ben):
    go(Client())  # Ada's
    sign_in(client, "ben@example.org")

    answer = connect(client)

    assert "connected to another account here" in client.get(answer.url).text
    assert SocialAccount.objects.get().user.email == "ada@example.org"


def test_who_disconnects_gets_in_by_a_mailed_code(client, there, ben):
    go(client)
    number = SocialAccount.objects.get().pk
    sign_in(other := Client(), "ben@example.org")
    other.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    other.post(PAGE, {"account": number})
    assert SocialAccount.objects.count() == 1  # Ben's is not the one

    EmailAddress.objects.filter(email="ada@example.org").update(verified=False)
    answer = client.post(PAGE, {"account": number})
    assert (answer.status_code, "Confirm an e-mail address first" in answer.text) == (422, True)
    EmailAddress.objects.update(verified=True)
    assert client.post(PAGE, {"account": number}).url == PAGE
    assert not SocialAccount.objects.exists()

    client.post("/accounts/logout/")
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code("ada@example.org")})
    assert is_signed_in(client)


def test_who_has_no_password_signs_in_anew_before_a_change(client, there, monkeypatch):
    go(client)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200

    now = time.time() + 301
    monkeypatch.setattr("time.time", lambda: now)

    page = client.get("/accounts/2fa/totp/activate/")
    assert (page.status_code, "Please sign in again" in page.text) == (403, True)
    assert (
        client.post("/accounts/email/", {"email": "x@example.org", "action_add": ""}).status_code
        == 403
    )
    first = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    assert client.post("/accounts/password/set/", first).status_code == 403
    assert not User.objects.get().has_usable_password()
    sent = client.post("/accounts/me/erase/", {"questions": "erase", "word": "erase"}, follow=True)
    assert (sent.status_code, "Please sign in again" in sent.text) == (403, True)
    assert "%2Faccounts%2Fme%2Ferase%2F%3Fagain%3D1%26questions%3Derase" in sent.text
    assert User.objects.count() == 1
    assert client.post("/accounts/me/export/", follow=True).status_code == 403
    way = re.search(r'name="next" value="([^"]+)"', page.text)[1]
    out = client.post("/accounts/logout/", {"next": way})
    assert out.url == "/accounts/login/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"


def test_staff_still_show_their_second_factor(client, there, cora, settings):
    settings.STAFF_MFA = True
    SocialAccount.objects.create(user=cora, provider=providers.OPENID, uid="ada-there")
    go(without := Client())
    assert without.get("/admin/").status_code == 302
    assert without.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/2fa/"

    with_factor(cora)
    assert go(client).url.startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert client.get("/admin/").status_code == 200


def test_it_is_in_the_export_and_goes_with_the_account(client, there):
    go(client)

    content = b"".join(client.post("/accounts/me/export/").streaming_content)
    data = json.loads(zipfile.ZipFile(BytesIO(content)).read("account.json"))
    (row,) = data["account"]["accounts_elsewhere"]
    assert (row["provider"], row["uid"]) == (providers.OPENID, "ada-there")

    client.post("/accounts/me/erase/", {"questions": "erase", "word": "erase"})
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("provider", "more", "host", "scope"),
    [
        ("google", [], "accounts.google.com", {"openid", "email"}),
        ("github", [], "github.com", {"user:email"}),
        ("apple", ["KEY", "-----BEGIN\\nKEY-----"], "appleid.apple.com", {"email"}),
    ],
)
def test_each_provider_leads_to_its_own_host(
    client, settings, monkeypatch, provider, more, host, scope
):
    for name, value in zip(providers.NEEDED[provider], ["client", "secret", *more], strict=True):
        monkeypatch.setenv(name, value)
    settings.SOCIALACCOUNT_PROVIDERS = providers.from_environment()

    page = client.post(f"/accounts/{provider}/login/")

    to = urlsplit(page.headers["Refresh"].removeprefix("0;url="))
    asked = parse_qs(to.query)
    assert (to.scheme, to.hostname) == ("https", host)
    assert set(asked["scope"][0].split()) == scope
    assert asked["client_id"] == ["client"]
    assert client.get(f"/accounts/{provider}/login/callback/?code=1&state=x").status_code in {
        401,
        405,
    }


def test_half_of_a_provider_stops_the_start(monkeypatch):
    monkeypatch.setenv("GOOGLE_CLIENT_ID", "x")
    with pytest.raises(ImproperlyConfigured, match=r"^GOOGLE_CLIENT_SECRET must be set, too"):
        providers.from_environment()


def test_a_provider_without_tls_stops_the_start(monkeypatch):
    for name, value in zip(
        providers.NEEDED["openid_connect"], values("http://id.example.org"), strict=True
    ):
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=r"^OIDC_SERVER_URL must be an address such as"):
        providers.from_environment()
