"""Passkeys in a browser with an authenticator that the DevTools protocol plays."""

import pytest
from playwright.sync_api import Page, expect

from tests.site import link_in

pytestmark = pytest.mark.browser
EMAIL, SENTENCE = "otto@passkeys.example.org", "a sentence that is long"
ADD = "/accounts/2fa/webauthn/add/"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def by_name(site) -> str:
    """Browsers make no passkey for a host that is a number."""
    return f"http://localhost:{site.port}"


class Authenticator:
    """What a telephone or a key does. `refuse` stands for a finger that is not the owner's."""

    def __init__(self, page: Page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        self.number = made["authenticatorId"]

    def refuse(self, refuses: bool) -> None:
        fields = {"authenticatorId": self.number, "isUserVerified": not refuses}
        self.session.send("WebAuthn.setUserVerified", fields)


def sign_up(page: Page, host: str, mailbox) -> None:
    page.goto(f"{host}/accounts/signup/")
    page.get_by_label("E-mail address").fill(EMAIL)
    for field in page.locator("input[type=password]").all():
        field.fill(SENTENCE)
    page.get_by_role("main").get_by_role("button").click()
    link = link_in(mailbox.wait_for(EMAIL), "/accounts/confirm-email/")
    page.goto(f"{host}/{link.split('/', 3)[3]}")
    page.get_by_role("button", name="Yes, confirm").click()
    page.wait_for_url("**/accounts/me/")


def test_a_key_is_a_passkey_and_what_goes_wrong_is_said(visitor, by_name, mailbox):
    page = visitor()
    sign_up(page, by_name, mailbox)
    authenticator = Authenticator(page)
    said = page.get_by_role("alert")
    page.goto(by_name + ADD)
    page.get_by_label("Password").fill(SENTENCE)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("A passkey: sign in with it alone")).to_be_checked()

    authenticator.refuse(True)
    page.get_by_role("button", name="Add it").click()
    expect(said).to_have_text(
        "That did not work, or was broken off. Try again, or choose another way."
    )
    authenticator.refuse(False)
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto(by_name + ADD)
    page.get_by_role("button", name="Add it").click()
    expect(said).to_have_text("This key is in your account already.")
    page.goto(f"{by_name}/accounts/2fa/webauthn/")
    expect(page.locator(".summary-list__value")).to_contain_text("Passkey, added")

    page.context.clear_cookies()
    page.goto(f"{by_name}/accounts/login/")
    authenticator.refuse(True)
    page.get_by_role("button", name="Use a passkey").click()
    expect(said).to_be_visible()
    authenticator.refuse(False)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/me/")


def test_at_a_number_the_button_says_that_a_name_is_needed(visitor):
    page = visitor()
    page.goto("/accounts/login/")
    expect(page.get_by_role("alert")).to_have_count(0)

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert")).to_have_text(
        "A passkey needs a name in the address bar, such as localhost, not a number."
    )
