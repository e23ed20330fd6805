"""Who reaches what: the intention, written by hand, that tests/access/test_access.py checks.

A role reaches an address by a method if it is answered with anything but a sign-in, 403, 404
or 405. HEAD goes where GET goes; no other method goes anywhere.
"""

from tests.access.routes import Route, routes
from tests.access.world import ROLES

NOBODY = []
OWNER = ["owner"]
CURATORS = ["curator", *OWNER]
EDITORS = ["editor", *OWNER]
STAFF = ["curator", *EDITORS]
SIGNED_IN = ["member", *STAFF]
ASKER = ["asker with key"]
ALL = ROLES

# The admin's pages of a model: who sees it, adds, changes and deletes.
MODELS = {
    "accounts/adminaction": (OWNER, NOBODY, NOBODY, NOBODY),
    "accounts/user": (OWNER, OWNER, OWNER, OWNER),
    "auth/group": (OWNER, OWNER, OWNER, OWNER),
    "account/emailaddress": (OWNER, NOBODY, NOBODY, OWNER),
    "mfa/authenticator": (OWNER, NOBODY, NOBODY, OWNER),
    "socialaccount/socialaccount": (OWNER, NOBODY, NOBODY, OWNER),
    "outbox/message": (CURATORS, NOBODY, NOBODY, NOBODY),
    "outbox/suppression": (OWNER, NOBODY, NOBODY, OWNER),
    "qa/answer": (CURATORS, NOBODY, CURATORS, NOBODY),
    "qa/digest": (CURATORS, NOBODY, NOBODY, NOBODY),
    "qa/event": (OWNER, NOBODY, NOBODY, NOBODY),
    "qa/policy": (EDITORS, EDITORS, NOBODY, NOBODY),
    "qa/question": (CURATORS, NOBODY, CURATORS, NOBODY),
    "qa/siteprofile": (EDITORS, NOBODY, EDITORS, NOBODY),
    "qa/snippet": (CURATORS, CURATORS, CURATORS, CURATORS),
    "qa/topic": (STAFF, EDITORS, EDITORS, OWNER),
    "following/follower": (EDITORS, NOBODY, NOBODY, NOBODY),
    "newsletter/factsheet": (EDITORS, EDITORS, EDITORS, EDITORS),
    "newsletter/issue": (EDITORS, EDITORS, EDITORS, EDITORS),
    "newsletter/subscriber": (EDITORS, NOBODY, NOBODY, NOBODY),
}

# Pages that the admin makes for every model, and that are none here or only lead elsewhere.
ODD = {
    "/admin/qa/digest/<object_id>/change/": (NOBODY, NOBODY),
    "/admin/qa/digest/<object_id>/history/": (NOBODY, NOBODY),
    "/admin/qa/question/<object_id>/history/": (STAFF, STAFF),
    "/admin/qa/snippet/<object_id>/history/": (STAFF, STAFF),
}

# (who by GET, who by POST): addresses, in the words of the URLconf.
REST = [
    # what anybody reads
    (
        ALL,
        NOBODY,
        """/ /topics/ /topics/<slug>/ /topics/<slug>/answered/ /topics/<slug>/feed/ /answered/
        /topics/<slug>/feed.json /feed.json
        /answered/all/ /answered/<year>/<month>/ /answered/letter/<letter>/
        /questions/<pk>/ /questions/<pk>/<slug>/
        /questions/<pk> /questions/<pk>/<slug> /people/<pk>/ /search/ /search/suggest/
        /guidelines/ /privacy/
        /about/ /feed/ /robots.txt /indexnow.txt /sitemap.xml /sitemap-pages.xml /sitemap-topics.xml
        /sitemap-questions-<block>.xml /embed/<slug>/ /embed.js /media/<key>/<name> /favicon.ico
        /pictures/<key>/<name> /apple-touch-icon.png /ask/
        /newsletter/asked/ /newsletter/issues/ /newsletter/issues/<slug>/ /newsletter/feed/
        /following/asked/""",
    ),
    (NOBODY, NOBODY, "/oembed/"),  # 404 without the address of a page
    (ALL, ALL, "/healthz /readyz"),
    # what anybody may send
    (ALL, ALL, "/topics/<slug>/ask/ /helped/<pk>/ /newsletter/"),
    (ALL, ALL, "/topics/<slug>/follow/ /questions/<pk>/follow/"),
    (NOBODY, ALL, "/topics/<slug>/ask/save/"),
    # whoever has the link of a mail
    (
        ALL,
        ALL,
        """/confirm/<token>/ /newsletter/confirm/<token>/ /newsletter/unsubscribe/<token>/
        /newsletter/preferences/<token>/ /newsletter/preferences/<token>/pause/
        /newsletter/preferences/<token>/erase/ /accounts/confirm-email/<key>/
        /following/confirm/<token>/ /following/<key>/stop/
        /following/<key>/erase/ /following/<key>/<pk>/ /following/<key>/<pk>/stop/
        /accounts/password/reset/key/<uidb36>-<key>/""",
    ),
    (ALL, NOBODY, "/newsletter/factsheets/<token>/ /following/<key>/"),
    # whoever has the key of a question
    (ASKER, NOBODY, "/asked/<key>/ /asked/<key>/preview/ /asked/<key>/images/<pk>/<name>"),
    (
        ASKER,
        ASKER,
        """/asked/<key>/edit/ /asked/<key>/end/ /asked/<key>/reopen/ /asked/<key>/submit/
        /asked/<key>/withdraw/ /asked/<key>/erase/ /asked/<key>/write/""",
    ),
    (
        NOBODY,
        ASKER,
        """/asked/<key>/save/ /asked/<key>/confirm-again/ /asked/<key>/images/
        /asked/<key>/images/<pk>/rotate/ /asked/<key>/images/<pk>/move/
        /asked/<key>/images/<pk>/remove/""",
    ),
    # signing up, in and out
    (
        ALL,
        ALL,
        """/accounts/ /accounts/login/ /accounts/signup/ /accounts/logout/ /accounts/login/code/
        /accounts/login/code/confirm/ /accounts/password/reset/ /admin/logout/
        /accounts/2fa/authenticate/ /accounts/2fa/webauthn/login/""",
    ),
    (
        ALL,
        NOBODY,
        """/accounts/inactive/ /accounts/confirm-email/ /accounts/password/reset/done/
        /accounts/password/reset/key/done/""",
    ),
    # a member's own pages
    (
        SIGNED_IN,
        SIGNED_IN,
        """/accounts/me/export/ /accounts/me/erase/ /accounts/profile/ /accounts/email/
        /accounts/password/change/ /accounts/password/set/
        /accounts/reauthenticate/ /accounts/2fa/reauthenticate/
        /accounts/2fa/totp/activate/ /accounts/2fa/totp/deactivate/
        /accounts/2fa/recovery-codes/generate/
        /accounts/2fa/webauthn/add/ /accounts/2fa/webauthn/reauthenticate/
        /questions/<pk>/answer/""",
    ),
    (
        SIGNED_IN,
        NOBODY,
        """/accounts/me/ /accounts/sessions/ /accounts/2fa/ /accounts/2fa/webauthn/
        /accounts/2fa/recovery-codes/ /accounts/2fa/recovery-codes/download/""",
    ),
    (
        NOBODY,
        SIGNED_IN,
        "/accounts/sessions/<mark>/end/ /accounts/sessions/others/end/",
    ),
    # with an account elsewhere: 404 without a provider in the environment
    (
        NOBODY,
        NOBODY,
        """/accounts/connections/ /accounts/connections/cancelled/
        /accounts/google/login/ /accounts/google/login/callback/
        /accounts/github/login/ /accounts/github/login/callback/
        /accounts/apple/login/ /accounts/apple/login/callback/
        /accounts/apple/login/callback/finish/
        /accounts/openid/login/ /accounts/openid/login/callback/""",
    ),
    # somebody else's passkey
    (
        NOBODY,
        NOBODY,
        "/accounts/2fa/webauthn/keys/<pk>/remove/ /accounts/2fa/webauthn/keys/<pk>/edit/",
    ),
    # the desk: for all who work there
    (
        STAFF,
        STAFF,
        """/admin/ /admin/login/ /admin/password_change/ /admin/components/ /admin/<app_label>/
        /admin/r/<content_type_id>/<object_id>/ /admin/qa/topic/<pk>/preview/""",
    ),
    (
        STAFF,
        NOBODY,
        "/admin/mails/ /admin/mails/<name>/ /admin/password_change/done/ /admin/jsi18n/",
    ),
    (NOBODY, NOBODY, "/admin/<url> /admin/autocomplete/"),
    # letters
    (
        EDITORS,
        EDITORS,
        """/admin/newsletter/issue/draft/ /admin/newsletter/issue/<pk>/preview/
        /admin/newsletter/issue/<pk>/mail/ /admin/newsletter/issue/<pk>/send/
        /admin/newsletter/issue/<pk>/test/ /admin/newsletter/issue/<pk>/schedule/
        /admin/newsletter/issue/<pk>/pause/ /admin/newsletter/issue/<pk>/resume/
        /admin/newsletter/issue/<pk>/rest/ /admin/newsletter/issue/<pk>/again/
        /admin/newsletter/issue/<pk>/arrived/ /admin/newsletter/issue/<pk>/progress/
        /admin/newsletter/subscriber/story/ /admin/newsletter/subscriber/<pk>/story/""",
    ),
    (EDITORS, EDITORS, "/admin/following/follower/<pk>/stop/"),
    (OWNER, OWNER, "/admin/newsletter/subscriber/export/ /admin/newsletter/subscriber/import/"),
    # questions and answers. A decision by GET leads back to the page
    (
        CURATORS,
        CURATORS,
        """/admin/qa/question/<pk>/publish/ /admin/qa/question/<pk>/answer-privately/
        /admin/qa/question/<pk>/request-changes/ /admin/qa/question/<pk>/decline/
        /admin/qa/question/<pk>/merge/ /admin/qa/question/<pk>/spam/
        /admin/qa/question/<pk>/unpublish/ /admin/qa/question/<pk>/correct/
        /admin/qa/question/<pk>/demerge/ /admin/qa/question/<pk>/move-topic/
        /admin/qa/question/<pk>/assign/ /admin/qa/question/<pk>/schedule/
        /admin/qa/question/<pk>/unschedule/ /admin/qa/question/<pk>/reply/
        /admin/qa/question/<pk>/put-aside/ /admin/qa/question/<pk>/undo/
        /admin/qa/question/<pk>/release/ /admin/qa/question/<pk>/reviewed/
        /admin/qa/question/bulk/spam/ /admin/qa/question/bulk/decline/
        /admin/qa/question/bulk/move-topic/ /admin/qa/question/bulk/assign/
        /admin/qa/question/undo-batch/<batch>/ /admin/qa/question/views/
        /admin/qa/question/views/<pk>/delete/
        /admin/qa/answer/<pk>/publish/ /admin/qa/answer/<pk>/decline/ /admin/qa/answer/<pk>/spam/
        /admin/qa/answer/<pk>/undo/""",
    ),
    (
        NOBODY,
        CURATORS,
        """/admin/qa/question/<pk>/autosave/ /admin/qa/question/<pk>/keep/
        /admin/qa/question/<pk>/discard/
        /admin/qa/question/<pk>/redact/ /admin/qa/question/<pk>/take/
        /admin/qa/question/<pk>/images/<image_pk>/rotate/ /admin/qa/question/<pk>/preview/""",
    ),
    (CURATORS, NOBODY, "/admin/qa/question/<pk>/images/<image_pk>/<name>"),
    # mails that did not arrive
    (OWNER, OWNER, "/admin/outbox/message/<pk>/again/ /admin/outbox/message/<pk>/arrived/"),
]


def table() -> dict[str, tuple[list[str], list[str]]]:
    """By address: who reaches it by GET, and who by POST. Raises ValueError for one twice."""
    rows = {}
    for model, powers in MODELS.items():
        rows |= of_model(f"/admin/{model}/", *powers)
    rows |= ODD
    for get, post, paths in REST:
        for path in paths.split():
            if path in rows:
                raise ValueError(f"{path} has two rows")
            rows[path] = (get, post)
    return rows


def of_model(base: str, sees, adds, changes, deletes) -> dict[str, tuple[list, list]]:
    one = f"{base}<object_id>/"
    return {
        base: (sees, sees),  # the list; its POST acts on chosen rows, as far as one may
        f"{base}add/": (adds, adds),
        f"{one}change/": (sees, changes),
        f"{one}history/": (sees, sees),
        f"{one}delete/": (deletes, deletes),
        one: (STAFF, STAFF),  # leads to change/, whatever is there
    }


def cell(row: tuple[list, list], role: str) -> str:
    return " ".join(name for name, who in zip(["GET", "POST"], row, strict=True) if role in who)


def markdown() -> str:
    """docs/access.md: every route of the URLconf with its row."""
    rows = table()
    lines = [HEAD, f"| address | {' | '.join(ROLES)} |", "|---" * (len(ROLES) + 1) + "|"]
    for path in dict.fromkeys(route.path for route in routes()):
        cells = [cell(rows[path], role) or "–" for role in ROLES]
        lines.append(f"| `{path}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


HEAD = """# Who reaches what

Every address of the site, and by which methods each role reaches it: it is answered with something
else than a sign-in, 403, 404 or 405. HEAD goes where GET goes. PUT, PATCH, DELETE, OPTIONS and
TRACE are refused everywhere (`config.middleware.Methods`).

The rows are written down in `tests/access/table.py`. `tests/access/` asks for every address by
every method as each role, and fails where an address has no row or a row is not true; `python -m
tests.access` writes this file.

- **asker with key**: has the private link of the question that is asked for. **other asker**: has
  asked, too, and tries a key that is one letter away.
- **curator**, **editor**: the groups that the migrations make. **owner**: a superuser. All three
  have passed their second factor; without it they reach nothing below `/admin/` but its sign-out.
- Signing in with an account elsewhere (`/accounts/connections/`, `…/login/`) is there once the
  environment names a provider (`tests/accounts/test_social.py`); the table is of a site without.
- A link with a token is reached by whoever has the token; it is the mail that says who that is.
- Lists in the admin take a POST from whoever sees them, and act as far as that role may.
"""


def missing() -> list[Route]:
    rows = table()
    return [route for route in routes() if route.path not in rows]
