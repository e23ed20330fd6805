"""Signing in with an account elsewhere, by the environment alone (docs/adr/0020)."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import environment

# What each provider of django-allauth needs: all of it, or none, and then it is not there.
NEEDED = {
    "google": ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
    "github": ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
    "apple": ["APPLE_CLIENT_ID", "APPLE_TEAM_ID", "APPLE_KEY_ID", "APPLE_CERTIFICATE_KEY"],
    "openid_connect": ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_SERVER_URL"],
}
OPENID = "openid"  # the one server of OpenID Connect, in addresses and rows
PKCE = {"oauth_pkce_enabled": True}  # RFC 7636: a code is worth nothing to who intercepts it
THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


def from_environment() -> dict[str, dict]:
    """SOCIALACCOUNT_PROVIDERS. Raises ImproperlyConfigured for a provider that is half there."""
    found = {provider: values(names) for provider, names in NEEDED.items()}
    return {
        provider: {"APPS": [app(provider, *given)]} for provider, given in found.items() if given
    }


def values(names: list[str]) -> list[str]:
    """Of all the variables, or [] if none of them is set."""
    given = [environment.text(name) for name in names]
    missing = [name for name, value in zip(names, given, strict=True) if not value]
    if any(given) and missing:
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be set, too, where one of {', '.join(names)} is."
        )
    return given if any(given) else []


def app(provider: str, client_id: str, secret: str, *more: str) -> dict:
    """An app as django-allauth describes it. Of a person it is told the address, no name."""
    client = {"client_id": client_id, "secret": secret}
    if provider == "google":
        return client | {"settings": PKCE | {"scope": ["openid", "email"]}}
    if provider == "github":
        return client | {"settings": PKCE | {"scope": ["user:email"]}}
    if provider == "apple":
        key_id, certificate = more
        pem = certificate.replace("\\n", "\n")  # as one line, which an environment file wants
        scope = {"certificate_key": pem, "scope": ["email"]}
        return {"client_id": client_id, "key": secret, "secret": key_id, "settings": scope}
    name, server = more
    require_tls(server)
    scope = {"server_url": server, "scope": ["openid", "email"]}
    return client | {"provider_id": OPENID, "name": name, "settings": PKCE | scope}


def require_tls(server: str) -> None:
    """TLS is what proves the answers of the server (OpenID Connect Core 1.0, 3.1.3.7, 6)."""
    parts = urlsplit(server)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in THIS_MACHINE:
        raise ImproperlyConfigured(
            f"OIDC_SERVER_URL must be an address such as https://id.example.org, not {server!r}."
        )
