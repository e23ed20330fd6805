"""Every address of the site, as Mozilla's HTTP Observatory would score it; and the port itself."""

import re
from dataclasses import replace

import pytest
from django.urls import URLResolver, get_resolver

from accounts.urls import connections
from tests.observatory import Visit, scan
from tests.observatory_csp import csp_result
from tests.site import PASSWORD, running
from tests.visitor import Answer, Visitor

HOST = "ask.example.org"
# As docs/operations.md asks of the proxy that ends TLS: http leads to the same host on https.
ROUTE = ["http://ask.example.org/", "https://ask.example.org/"]
# 100, and bonuses for CSP 10, Referrer-Policy 5, framing 5, CORP 10, COOP 10 and COEP 10.
FULL = 150
EXCEPTIONS = {
    # A script for other sites' pages, which load it across origins: no bonus for CORP.
    "/embed.js": 140,
    # Pictures in mails and feeds, which other sites' pages show.
    "/pictures/": 140,
    # A mail as mails are, with styles in its tags, alone in a sandboxed frame: no bonus for CSP.
    "/admin/newsletter/issue/1/mail/": 140,
}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory) -> Visitor:
    """A reader of the real site, which is told that its address is https."""
    with running(tmp_path_factory.mktemp("https"), BASE_URL=f"https://{HOST}") as site:
        yield Visitor(site.port, HOST)


@pytest.fixture(scope="module")
def cora(visitor) -> Visitor:
    curator = Visitor(visitor.port, HOST)
    assert curator.sign_in("curator@example.org", PASSWORD).status == 302
    return curator


@pytest.fixture(scope="module")
def ada(visitor) -> Visitor:
    return Visitor(visitor.port, HOST)


@pytest.fixture(scope="module")
def asked(ada, topic) -> str:
    """The private address of a draft that Ada has just begun."""
    page = ada.get(f"{topic}ask/")
    answer = ada.post(
        f"{topic}ask/",
        {
            "csrfmiddlewaretoken": page.hidden("csrfmiddlewaretoken"),
            "ticket": page.hidden("ticket"),
            "title": "Why do my calves cramp at night?",
            "body": "It wakes me twice a week, mostly in the left leg.",
            "email": "ada@example.org",
            "guidelines": "on",
        },
    )
    assert answer.status == 303
    return answer.headers["location"].removesuffix("preview/")


@pytest.fixture(scope="module")
def topic(visitor) -> str:
    return visitor.get("/topics/").find(r'(?<=href=")/topics/[a-z-]+/(?=")')


@pytest.fixture(scope="module")
def question(visitor) -> str:
    return visitor.get("/answered/").find(r'(?<=href=")/questions/\d+/[^/"]+/(?=")')


def visit(visitor: Visitor, answer: Answer, preloaded: bool = False) -> Visit:
    cors = visitor.ask(
        "OPTIONS",
        answer.path,
        Origin="https://http-observatory.security.mozilla.org",
        Access_Control_Request_Method="GET",
    )
    return Visit(
        url=f"https://{HOST}{answer.path}",
        headers=answer.headers,
        body=answer.text,
        cookies=answer.cookies,
        cors=cors.headers,
        route=ROUTE,
        preloaded=preloaded,
    )


def without_cookies(path: str) -> int:
    """The score that is asked of an address."""
    return next((score for start, score in EXCEPTIONS.items() if path.startswith(start)), FULL)


def check(visitor: Visitor, paths: list[str], statuses: set[int]) -> None:
    """Each path has one of the statuses and every bonus that such an answer can have."""
    scores, expected = {}, {}
    for path in paths:
        answer = visitor.get(path)
        assert answer.status in statuses, (path, answer.status)
        report = scan(visit(visitor, answer))
        print(path, report)
        scores[path] = report.score
        # Cookies are a bonus of 5, too, where there are any: public pages set none.
        expected[path] = without_cookies(path) + (5 if answer.cookies else 0)
    assert scores == expected


def fixed_paths(patterns, before: str = "/"):
    """Every address that has no variable part."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from fixed_paths(pattern.url_patterns, path)
        elif not re.search(r"[<^$(\\]", path):
            yield path


def test_every_public_address_has_every_bonus(visitor, topic, question):
    media = visitor.get(topic).find(r"/media/[\w-]+/\d+\.webp")
    slug = topic.split("/")[2]
    issue = visitor.get("/newsletter/issues/").find(r"/newsletter/issues/[a-z0-9-]+/")
    with_variables = [topic, f"{topic}answered/", f"{topic}feed/", question, issue, media]
    with_variables.append(media.replace("/media/", "/pictures/"))
    with_variables += [f"/embed/{slug}/", f"{question[:-2]}/", "/search/?q=cramp"]
    with_variables += [
        f"/oembed/?url=https://{HOST}{topic}",
        "/search/suggest/?q=cramp",
        "/sitemap-questions-0.xml",
        f"{topic}ask/",
    ]
    fixed = [path for path in fixed_paths(get_resolver().url_patterns) if "/admin/" not in path]
    fixed.remove("/indexnow.txt")  # there with a key alone
    fixed.remove("/oembed/")  # there for an address alone
    elsewhere = {f"/accounts/{row.pattern}" for row in connections}  # there with a provider alone
    fixed = [path for path in fixed if path not in elsewhere]

    assert len(fixed) > 40
    check(Visitor(visitor.port, HOST), [*fixed, *with_variables], {200, 301, 302, 401, 405})


def test_static_files_have_every_bonus(visitor, topic):
    page = visitor.get(topic)
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    files |= {"/static/css/base.css", "/static/admin/css/base.css", "/static/img/favicon.svg"}

    assert {path.rpartition(".")[2] for path in files} >= {"css", "js", "woff2", "svg", "png"}
    check(visitor, sorted(files), {200})


def test_private_pages_have_every_bonus(ada, asked):
    paths = [f"{asked}{name}" for name in ("", "edit/", "preview/", "withdraw/", "erase/", "end/")]

    check(ada, paths, {200, 302})


def test_desk_and_account_have_every_bonus(cora, question):
    number = question.split("/")[2]
    desk = [path for path in fixed_paths(get_resolver().url_patterns) if "logout" not in path]
    paths = [path for path in desk if path.startswith(("/admin/", "/accounts/"))]
    paths += [f"/admin/qa/question/{number}/change/", "/admin/qa/topic/1/change/"]
    paths += [f"/admin/newsletter/issue/1/{name}/" for name in ("change", "preview", "mail")]

    assert len(paths) > 40
    check(cora, paths, {200, 302, 400, 403, 404, 405})


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/no/such/page/", {}, 404),
        ("GET", "/static/no-such.css", {}, 404),
        ("GET", "/media/no-such-picture-at-all/400.webp", {}, 404),
        ("GET", "/asked/no-such-question-at-all/", {}, 404),
        ("GET", "/admin/no/such/", {}, 302),
        ("POST", "/answered/", {}, 405),
        ("POST", "/static/css/base.css", {}, 405),
        ("POST", "/accounts/login/", {}, 403),  # without a CSRF token
        ("POST", "/accounts/login/", {"Content-Length": "3000000"}, 413),
        ("POST", "/accounts/login/", {"Transfer-Encoding": "chunked"}, 411),
        ("GET", "/", {"Host": "evil.example"}, 400),
        ("GET", "/static/css/base.css", {"Host": "evil.example"}, 400),
        ("HEAD", "/", {}, 200),
        ("HEAD", "/static/css/base.css", {}, 200),
        ("GET", "/static/css/base.css", {"Range": "bytes=0-9"}, 206),
        ("GET", "/topics", {}, 301),
    ],
)
def test_errors_and_other_methods_have_every_bonus(visitor, method, path, headers, status):
    answer = visitor.ask(method, path, "" if method == "POST" else None, **headers)

    assert answer.status == status
    assert scan(visit(visitor, answer)).score == FULL + (5 if answer.cookies else 0)


def test_unchanged_page_keeps_every_bonus(visitor):
    """What a browser has stored stays, but for what the 304 says anew (RFC 9111, 3.2)."""
    page = visitor.get("/about/")
    answer = visitor.get("/about/", If_None_Match=page.headers["etag"])
    stored = replace(page, fields=[*(page.headers | answer.headers).items()])

    assert answer.status == 304
    assert scan(visit(visitor, stored)).score == FULL


def test_preloaded_host_adds_five_everywhere(visitor):
    scores = {
        path: scan(visit(visitor, visitor.get(path), preloaded=True)).score
        for path in ("/", "/embed.js", "/static/css/base.css")
    }

    assert scores == {"/": 155, "/embed.js": 145, "/static/css/base.css": 155}


def test_cookies_have_the_host_prefix_and_every_flag(cora):
    somebody = Visitor(cora.port, HOST)
    cookies = somebody.get("/accounts/login/").cookies
    cookies += somebody.sign_in("curator@example.org", PASSWORD).cookies
    names = {cookie.partition("=")[0] for cookie in cookies}

    assert names == {"__Host-csrftoken", "__Host-sessionid", "__Host-messages"}
    for cookie in cookies:
        attributes = {part.strip() for part in cookie.split(";")[1:]}
        assert attributes >= {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}
        assert "Domain=" not in cookie


def test_what_says_nothing_about_caches_is_kept_by_none(visitor, ada, asked, cora):
    answers = [ada.get(f"{asked}{name}") for name in ("edit/", "preview/", "erase/")]
    answers += [visitor.get(path) for path in ("/ask/", "/no/such/", "/asked/no-such-key-at-all/")]
    answers += [visitor.get(path) for path in ("/accounts/login/", "/healthz", "/topics")]
    answers += [cora.get(path) for path in ("/admin/", "/accounts/me/", "/accounts/2fa/")]

    assert {answer.path: "no-store" in answer.headers["cache-control"] for answer in answers} == {
        answer.path: True for answer in answers
    }


# --- The port itself, on what the Observatory's own tests expect -----------------------------


def test_port_scores_an_observed_site_like_the_original():
    """observatory.mozilla.org of January 2026: test/fixtures there, 110 in test/scanner.test.js."""
    policy = (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'sha256-XNBp89FG76a='; "
        "style-src 'report-sample' 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'"
    )
    headers = {
        "content-type": "text/html",
        "content-security-policy": policy,
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=63072000",
    }
    body = '<script>1</script><script src="/static/runtime.js" type="module"></script>'

    assert scan(Visit("https://observatory.mozilla.org/", headers, body, route=ROUTE)).score == 110


def test_port_counts_no_bonus_below_90():
    """mozilla.org of January 2026: -20 for its CSP, -5 for foreign scripts, no bonus: 75."""
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "script-src 'self' 'unsafe-eval' 'unsafe-inline'; "
        "default-src 'self'; frame-ancestors 'none'; object-src 'none'",
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=31536000",
    }
    body = '<script src="https://transcend-cdn.com/cm/airgap.js"></script>'

    assert scan(Visit("https://www.mozilla.org/", headers, body, route=ROUTE)).score == 75


def test_bare_site_scores_as_the_original_says():
    """-25 CSP, -20 redirection, -20 HSTS, -5 nosniff, -20 framing."""
    visit = Visit("https://a.example/", {"content-type": "text/html"}, route=["http://a.example/"])

    assert scan(visit).score == 10


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ("default-src 'none'; default-src 'none'", "csp-header-invalid"),
        ("default-src 'none'; script-src 'strict-dynamic'", "csp-header-invalid"),
        ("defa", "csp-header-invalid"),
        ("default-src 'none'; script-src https://*", "csp-implemented-with-unsafe-inline"),
        ("upgrade-insecure-requests", "csp-implemented-with-unsafe-inline"),
        ("script-src 'none'", "csp-implemented-with-unsafe-inline"),
        ("default-src 'none'; script-src data:", "csp-implemented-with-unsafe-inline"),
        ("default-src http://mozilla.org", "csp-implemented-with-insecure-scheme"),
        ("default-src 'none'; script-src 'unsafe-eval'", "csp-implemented-with-unsafe-eval"),
        (
            "default-src 'none'; img-src http://mozilla.org",
            "csp-implemented-with-insecure-scheme-in-passive-content-only",
        ),
        (
            "default-src 'none'; style-src data:",
            "csp-implemented-with-unsafe-inline-in-style-src-only",
        ),
        ("default-src https://mozilla.org;;; ;;;script-src 'none'", NO_UNSAFE := "no-unsafe"),
        ("object-src 'none'; script-src 'unsafe-inline' 'nonce-abc'; style-src 'none'", NO_UNSAFE),
        ("default-src", NONE := "no-unsafe-default-src-none"),
        ("default-src 'none'; script-src 'strict-dynamic' 'nonce-abc123' 'unsafe-inline'", NONE),
        ("default-src 'none'; script-src 'strict-dynamic' 'sha256-abc123' https://*", NONE),
        ("default-src 'none'; img-src 'self' data:", NONE),
        (
            "default-src 'none'; report-uri /a; report-uri /b",
            "csp-implemented-but-duplicate-directives",
        ),
    ],
)
def test_port_judges_policies_like_the_original(policy, result):
    full = result if result.startswith("csp-") else f"csp-implemented-with-{result}"

    assert csp_result([policy], [], https=True) == full


@pytest.mark.parametrize(
    ("header", "meta", "result"),
    [
        (["default-src http:"], ["default-src https:"], "default-src-none"),
        (["img-src 'none'"], ["default-src 'none'"], "default-src-none"),
        (["default-src 'self'"], ["default-src 'self' data:"], "no-unsafe"),
        ([], ["frame-ancestors 'none'"], ""),
        ([], [], ""),
    ],
)
def test_port_takes_what_several_policies_have_in_common(header, meta, result):
    assert csp_result(header, meta, https=True).endswith(result)


@pytest.mark.parametrize(
    ("cookies", "hsts", "result"),
    [
        ([], True, "cookies-not-found"),
        (["SESSIONID=1; Secure; HttpOnly"], True, "cookies-secure-with-httponly-sessions"),
        (
            ["a=1; Secure; SameSite=Lax", "sess=1; Secure; HttpOnly; SameSite=Strict"],
            True,
            "cookies-secure-with-httponly-sessions-and-samesite",
        ),
        (["CSRFTOKEN=1; Secure; HttpOnly"], True, "cookies-anticsrf-without-samesite-flag"),
        (["sess=1; Secure; HttpOnly; SameSite=True"], True, "cookies-samesite-flag-invalid"),
        (["foo=1"], True, "cookies-without-secure-flag-but-protected-by-hsts"),
        (["foo=1"], False, "cookies-without-secure-flag"),
        (["sess=1; HttpOnly"], False, "cookies-session-without-secure-flag"),
        (["sess=1; Secure"], True, "cookies-session-without-httponly-flag"),
        (["heroku-session-affinity=1"], True, "cookies-not-found"),
    ],
)
def test_port_judges_cookies_like_the_original(cookies, hsts, result):
    headers = {"strict-transport-security": "max-age=15768000"} if hsts else {}

    visit = Visit("https://mozilla.org/", headers, cookies=cookies)

    assert scan(visit).results["cookies"] == result
