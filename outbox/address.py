"""An e-mail address as somebody types it: whether mail of ours can reach it, and if not, why."""

from django.core.exceptions import ValidationError

from outbox.headers import one_address

WRONG = "Enter an e-mail address in the usual form, like name@example.org."
# RFC 6531 would allow them; too few mail servers do.
LETTERS = (
    "Before the @, an e-mail address may only have the letters a to z, without accents, digits "
    "and signs such as the dot. Enter one that has."
)
NOWHERE = (
    "Enter an e-mail address whose part after the @ is a name with a dot, like example.org. No "
    "mail of ours reaches “{host}”."
)


def require_reachable(address: str) -> str:
    """The address itself. Raises ValidationError with a sentence to stand beside the field."""
    name, _, host = address.rpartition("@")
    if name and not name.isascii():
        raise ValidationError(LETTERS)
    try:
        one_address(address)
    except ValueError:
        raise ValidationError(WRONG) from None
    if host.startswith("[") or "." not in host:
        raise ValidationError(NOWHERE.format(host=host))
    return address
