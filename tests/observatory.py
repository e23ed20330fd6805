"""What Mozilla's HTTP Observatory would say of an answer: its tests and scores, ported.

Source: github.com/mdn/mdn-http-observatory, algorithm 6: src/analyzer/tests/*.js for the twelve
tests, src/grader/charts.js for the modifiers (X-Frame-Options as of pull request 332, COOP and COEP
of 498), src/scanner/index.js for the sum. The real scan looks at one address of a host; this looks
at any. What no answer of the site can show is part of `Visit`: how http is redirected, which the
proxy with TLS does (docs/operations.md), and whether browsers have the host on their HSTS preload
list, which its owner asks for or a domain such as .dev brings along.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urlsplit

from tests.observatory_csp import csp_result, parse

BASE, EXTRA_CREDIT_FROM = 100, 90
SIX_MONTHS = 15_552_000  # seconds, a little short on purpose
HTML = {"text/html", "application/xhtml+xml"}
MODIFIERS = {
    "csp-implemented-with-no-unsafe-default-src-none": 10,
    "csp-implemented-with-no-unsafe": 5,
    "csp-implemented-with-unsafe-inline-in-style-src-only": 0,
    "csp-implemented-but-duplicate-directives": 0,
    "csp-implemented-with-insecure-scheme-in-passive-content-only": -10,
    "csp-implemented-with-unsafe-eval": -10,
    "csp-implemented-with-unsafe-inline": -20,
    "csp-implemented-with-insecure-scheme": -20,
    "csp-header-invalid": -25,
    "csp-not-implemented": -25,
    "csp-not-implemented-but-reporting-enabled": -25,
    "cookies-secure-with-httponly-sessions-and-samesite": 5,
    "cookies-secure-with-httponly-sessions": 0,
    "cookies-not-found": 0,
    "cookies-without-secure-flag-but-protected-by-hsts": -5,
    "cookies-session-without-secure-flag-but-protected-by-hsts": -10,
    "cookies-without-secure-flag": -20,
    "cookies-samesite-flag-invalid": -20,
    "cookies-anticsrf-without-samesite-flag": -20,
    "cookies-session-without-httponly-flag": -30,
    "cookies-session-without-secure-flag": -40,
    "cross-origin-resource-sharing-not-implemented": 0,
    "cross-origin-resource-sharing-implemented-with-public-access": 0,
    "cross-origin-resource-sharing-implemented-with-restricted-access": 0,
    "cross-origin-resource-sharing-implemented-with-universal-access": -50,
    "redirection-all-redirects-preloaded": 0,
    "redirection-to-https": 0,
    "redirection-not-needed-no-http": 0,
    "redirection-off-host-from-http": -5,
    "redirection-not-to-https-on-initial-redirection": -10,
    "redirection-not-to-https": -20,
    "redirection-missing": -20,
    "referrer-policy-private": 5,
    "referrer-policy-not-implemented": 0,
    "referrer-policy-unsafe": -5,
    "referrer-policy-header-invalid": -5,
    "hsts-preloaded": 5,
    "hsts-implemented-max-age-at-least-six-months": 0,
    "hsts-implemented-max-age-less-than-six-months": -10,
    "hsts-not-implemented": -20,
    "hsts-header-invalid": -20,
    "hsts-not-implemented-no-https": -20,
    "sri-implemented-and-all-scripts-loaded-securely": 5,
    "sri-implemented-and-external-scripts-loaded-securely": 5,
    "sri-not-implemented-response-not-html": 0,
    "sri-not-implemented-but-no-scripts-loaded": 0,
    "sri-not-implemented-but-all-scripts-loaded-from-secure-origin": 0,
    "sri-not-implemented-but-external-scripts-loaded-securely": -5,
    "sri-implemented-but-external-scripts-not-loaded-securely": -20,
    "sri-not-implemented-and-external-scripts-not-loaded-securely": -50,
    "x-content-type-options-nosniff": 0,
    "x-content-type-options-not-implemented": -5,
    "x-content-type-options-header-invalid": -5,
    "x-frame-options-implemented-via-csp": 5,
    "x-frame-options-sameorigin-or-deny": 5,
    "x-frame-options-allow-from-origin": 0,
    "x-frame-options-not-implemented": -20,
    "x-frame-options-header-invalid": -20,
    "corp-implemented-with-same-origin": 10,
    "corp-implemented-with-same-site": 10,
    "corp-implemented-with-cross-origin": 0,
    "corp-not-implemented": 0,
    "corp-header-invalid": -5,
    "coop-implemented-with-same-origin": 10,
    "coop-implemented-with-same-origin-allow-popups": 10,
    "coop-implemented-with-noopener-allow-popups": 10,
    "coop-implemented-with-unsafe-none": 0,
    "coop-not-implemented": 0,
    "coop-header-invalid": -5,
    "coep-implemented-with-require-corp": 10,
    "coep-implemented-with-credentialless": 10,
    "coep-implemented-with-unsafe-none": 0,
    "coep-not-implemented": 0,
    "coep-header-invalid": -5,
}
# From bad to worse; where several cookies differ, the worst one counts.
COOKIE_FAULTS = [
    "cookies-without-secure-flag-but-protected-by-hsts",
    "cookies-without-secure-flag",
    "cookies-session-without-secure-flag-but-protected-by-hsts",
    "cookies-samesite-flag-invalid",
    "cookies-anticsrf-without-samesite-flag",
    "cookies-session-without-httponly-flag",
    "cookies-session-without-secure-flag",
]
SCRIPT_FAULTS = [
    "sri-implemented-and-all-scripts-loaded-securely",
    "sri-implemented-and-external-scripts-loaded-securely",
    "sri-implemented-but-external-scripts-not-loaded-securely",
    "sri-not-implemented-but-external-scripts-loaded-securely",
    "sri-not-implemented-and-external-scripts-not-loaded-securely",
]


@dataclass
class Visit:
    """One answer. Header names are in small letters; `cookies` are Set-Cookie values."""

    url: str
    headers: dict[str, str]
    body: str = ""
    cookies: list[str] = field(default_factory=list)
    cors: dict[str, str] = field(default_factory=dict)  # of the answer to OPTIONS with an Origin
    route: list[str] | None = None  # addresses from http on; None where nothing listens there
    preloaded: bool = False

    @property
    def is_https(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @cached_property
    def tags(self) -> list[tuple[str, dict]]:
        """Every tag with its attributes, where the answer is HTML."""
        mime = self.headers.get("content-type", "").split(";")[0]
        return tags_of(self.body) if mime in HTML else []

    def metas(self, name: str) -> list[str]:
        """Values of <meta http-equiv> of this name; "referrer-policy" is <meta name=referrer>."""
        found = [attributes for tag, attributes in self.tags if tag == "meta"]
        if name == "referrer-policy":
            rows = [row for row in found if (row.get("name") or "").lower() == "referrer"]
        else:
            rows = [row for row in found if (row.get("http-equiv") or "").lower().strip() == name]
        return [row["content"] for row in rows if row.get("content") is not None]


@dataclass(frozen=True)
class Report:
    score: int
    results: dict[str, str]  # by test

    def __str__(self) -> str:
        parts = [f"{MODIFIERS[result]:+d} {result}" for result in self.results.values()]
        return f"{self.score}: {', '.join(part for part in parts if not part.startswith('+0'))}"


def scan(visit: Visit) -> Report:
    """The whole score: bonuses count only where penalties leave at least 90."""
    results = {name: test(visit) for name, test in TESTS.items()}
    modifiers = [MODIFIERS[result] for result in results.values()]
    without_bonus = BASE + sum(modifier for modifier in modifiers if modifier < 0)
    score = BASE + sum(modifiers) if without_bonus >= EXTRA_CREDIT_FROM else without_bonus
    return Report(max(score, 0), results)


def content_security_policy(visit: Visit) -> str:
    report_only = "content-security-policy-report-only" in visit.headers
    return csp_result(policies(visit), visit.metas(CSP), https=visit.is_https) or (
        "csp-not-implemented-but-reporting-enabled" if report_only else "csp-not-implemented"
    )


CSP = "content-security-policy"


def policies(visit: Visit) -> list[str]:
    """Policies of the header; commas divide them (CSP3, 2.2)."""
    return visit.headers[CSP].split(",") if CSP in visit.headers else []


def cookies(visit: Visit) -> str:
    hsts = MODIFIERS[strict_transport_security(visit)] >= 0
    parsed = [cookie(text) for text in visit.cookies if not text.startswith(IGNORED)]
    if not parsed:
        return "cookies-not-found"
    faults = {fault for name, flags in parsed for fault in cookie_faults(name, flags, hsts)}
    if faults:
        return max(faults, key=COOKIE_FAULTS.index)
    if all(flags.get("samesite") for _, flags in parsed):
        return "cookies-secure-with-httponly-sessions-and-samesite"
    return "cookies-secure-with-httponly-sessions"


IGNORED = "heroku-session-affinity="


def cookie(text: str) -> tuple[str, dict[str, str]]:
    """(name, attributes) of a Set-Cookie value, all in small letters."""
    pair, *attributes = text.split(";")
    halves = [attribute.strip().lower().partition("=") for attribute in attributes]
    return pair.partition("=")[0].strip().lower(), {name: value for name, _, value in halves}


def cookie_faults(name: str, flags: dict, hsts: bool):
    session = "sess" in name or "login" in name
    same_site, secure = flags.get("samesite"), "secure" in flags
    wrong = same_site is not None and same_site not in {"lax", "strict", "none"}
    if wrong or (same_site == "none" and not secure):
        yield "cookies-samesite-flag-invalid"
    if not secure:
        tail = "-but-protected-by-hsts" if hsts else ""
        yield f"cookies-{'session-' if session else ''}without-secure-flag{tail}"
    if "csrf" in name and not same_site:
        yield "cookies-anticsrf-without-samesite-flag"
    if session and "httponly" not in flags:
        yield "cookies-session-without-httponly-flag"


def cross_origin_resource_sharing(visit: Visit) -> str:
    allowed = visit.cors.get("access-control-allow-origin", "").strip()
    credentials = visit.cors.get("access-control-allow-credentials", "").strip().lower()
    start = "cross-origin-resource-sharing-"
    if not allowed:
        return start + "not-implemented"
    if allowed == "*":
        return start + "implemented-with-public-access"
    if allowed == ORIGIN and credentials == "true":
        return start + "implemented-with-universal-access"
    return start + "implemented-with-restricted-access"


ORIGIN = "https://http-observatory.security.mozilla.org"


def redirection(visit: Visit) -> str:
    if visit.route is None:
        return "redirection-not-needed-no-http"
    steps = [urlsplit(address) for address in visit.route]
    if visit.preloaded and len({step.hostname for step in steps}) == 1:
        return "redirection-all-redirects-preloaded"
    if len(steps) == 1:
        return "redirection-missing"
    if steps[-1].scheme != "https":
        return "redirection-not-to-https"
    if steps[1].scheme == "http":
        return "redirection-not-to-https-on-initial-redirection"
    if steps[0].hostname != steps[1].hostname:
        return "redirection-off-host-from-http"
    return "redirection-to-https"


def referrer_policy(visit: Visit) -> str:
    good = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    bad = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
    header = visit.headers.get("referrer-policy")
    given = [header] * (header is not None) + visit.metas("referrer-policy")
    if not given:
        return "referrer-policy-not-implemented"
    words = [word.strip().lower() for word in ",".join(given).split(",")]
    known = [word for word in words if word in good | bad]
    if not known:
        return "referrer-policy-header-invalid"
    return "referrer-policy-private" if known[-1] in good else "referrer-policy-unsafe"


def strict_transport_security(visit: Visit) -> str:
    if not visit.is_https:
        return "hsts-not-implemented-no-https"
    if visit.preloaded:
        return "hsts-preloaded"
    header = visit.headers.get("strict-transport-security")
    if header is None:
        return "hsts-not-implemented"
    age = re.search(r"(?:^|;)\s*max-age=(\d+)", header.lower())
    if age is None or "," in header:
        return "hsts-header-invalid"
    long = int(age[1]) >= SIX_MONTHS
    return f"hsts-implemented-max-age-{'at-least' if long else 'less-than'}-six-months"


def subresource_integrity(visit: Visit) -> str:
    if visit.headers.get("content-type", "").split(";")[0] not in HTML:
        return "sri-not-implemented-response-not-html"
    scripts = [attributes for tag, attributes in visit.tags if tag == "script"]
    if not scripts:
        return "sri-not-implemented-but-no-scripts-loaded"
    result, foreign = None, False
    for script in scripts:
        if not script.get("src"):
            continue
        own, secure = origin_of(script["src"], visit)
        foreign = foreign or not own
        result = worse(result, script_result(own, secure, bool(script.get("integrity"))))
    if result:
        return result
    if foreign:
        return "sri-implemented-and-external-scripts-loaded-securely"
    return "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"


def origin_of(src: str, visit: Visit) -> tuple[bool, bool]:
    """(from this site's domain, over https) of a script's address."""
    if src.startswith("//"):
        return False, False
    if not re.match(r"https?://", src):
        return True, visit.is_https
    address = urlsplit(src)
    return domain(address.hostname) == domain(urlsplit(visit.url).hostname), (
        address.scheme == "https"
    )


def domain(host: str) -> str:
    """The last two labels: enough where nobody uses a host below a public suffix such as co.uk."""
    return ".".join(host.split(".")[-2:])


def script_result(own: bool, secure: bool, integrity: bool) -> str | None:
    if own:
        return SCRIPT_FAULTS[0] if integrity and secure else None
    if integrity:
        return None if secure else SCRIPT_FAULTS[2]
    return SCRIPT_FAULTS[3] if secure else SCRIPT_FAULTS[4]


def worse(old: str | None, new: str | None) -> str | None:
    if not (old and new):
        return old or new
    return max(old, new, key=SCRIPT_FAULTS.index)


def x_content_type_options(visit: Visit) -> str:
    header = visit.headers.get("x-content-type-options")
    if not header:
        return "x-content-type-options-not-implemented"
    good = header.strip().lower() == "nosniff"
    return f"x-content-type-options-{'nosniff' if good else 'header-invalid'}"


def x_frame_options(visit: Visit) -> str:
    has_policy = content_security_policy(visit).startswith("csp-implemented")
    if has_policy and "frame-ancestors" in parse(policies(visit) + visit.metas(CSP)):
        return "x-frame-options-implemented-via-csp"
    header = visit.headers.get("x-frame-options", "").strip().lower()
    if not header:
        return "x-frame-options-not-implemented"
    if header in {"deny", "sameorigin"}:
        return "x-frame-options-sameorigin-or-deny"
    allowed = header.startswith("allow-from")
    return f"x-frame-options-{'allow-from-origin' if allowed else 'header-invalid'}"


def cross_origin_resource_policy(visit: Visit) -> str:
    header = visit.headers.get("cross-origin-resource-policy", "").strip().lower()
    return one_of("corp", header, {"same-origin", "same-site", "cross-origin"})


def cross_origin_opener_policy(visit: Visit) -> str:
    header = token(visit.headers.get("cross-origin-opener-policy", ""))
    known = {"same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"}
    return one_of("coop", header, known)


def cross_origin_embedder_policy(visit: Visit) -> str:
    header = token(visit.headers.get("cross-origin-embedder-policy", ""))
    return one_of("coep", header, {"require-corp", "credentialless", "unsafe-none"})


def token(value: str) -> str:
    """The token of a structured field item (RFC 8941, 3.3), without its parameters."""
    return value.partition(";")[0].strip()


def one_of(short: str, value: str, known: set[str]) -> str:
    if not value:
        return f"{short}-not-implemented"
    return f"{short}-implemented-with-{value}" if value in known else f"{short}-header-invalid"


def tags_of(html: str) -> list[tuple[str, dict]]:
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    Reader().feed(html)
    return found


TESTS = {
    "content-security-policy": content_security_policy,
    "cookies": cookies,
    "cross-origin-resource-sharing": cross_origin_resource_sharing,
    "redirection": redirection,
    "referrer-policy": referrer_policy,
    "strict-transport-security": strict_transport_security,
    "subresource-integrity": subresource_integrity,
    "x-content-type-options": x_content_type_options,
    "x-frame-options": x_frame_options,
    "cross-origin-resource-policy": cross_origin_resource_policy,
    "cross-origin-opener-policy": cross_origin_opener_policy,
    "cross-origin-embedder-policy": cross_origin_embedder_policy,
}
