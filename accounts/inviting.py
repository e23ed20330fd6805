"""The invitation of whom the owner entered: a mailed link to choose a password."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str


def invite(user) -> None:
    """Mail the link. Whoever follows it and sets a password has proved the address, too."""
    adapter = get_adapter()
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    link = adapter.get_reset_password_from_key_url(key)
    adapter.send_mail("account/email/invitation", user.email, {"password_reset_url": link})
