"""The Observatory's reading of a Content-Security-Policy (its cspParser.js and tests/csp.js)."""

from urllib.parse import unquote

SHORTEST = 6  # characters; what is shorter is no policy
MAY_REPEAT = {"report-uri", "report-to"}
HEADER_ONLY = {"frame-ancestors", "report-uri", "sandbox"}
BROAD = {
    "ftp:",
    "http:",
    "https:",
    "*",
    "http://*",
    "http://*.*",
    "https://*",
    "https://*.*",
}
INLINE = {"'unsafe-inline'", "data:"}
PASSIVE = {"img-src", "media-src"}
HASHES = ("'sha256-", "'sha384-", "'sha512-", "'nonce-")


def csp_result(header: list[str], meta: list[str], *, https: bool) -> str:
    """The name of the result for the policies of header and meta tags; '' where there is none."""
    try:
        csp = parse(header + meta)
    except ValueError:
        return "csp-header-invalid"
    if not header and not {name for name in csp if name not in HEADER_ONLY}:
        return ""
    result = judge(csp, https) if csp else ""
    repeated = any(repeats(policy) for policy in header + meta)
    passed = result.startswith("csp-implemented-with-no-unsafe") or result.endswith("-only")
    return "csp-implemented-but-duplicate-directives" if repeated and passed else result


def parse(policies: list[str]) -> dict[str, set[str]]:
    """Sources by directive; of several policies, what all of them allow.

    Raises ValueError for an empty policy or a repeated directive.
    """
    combined: dict[str, set[str]] = {}
    for number, policy in enumerate(policies):
        if len(policy.strip()) < SHORTEST:
            raise ValueError(policy)
        for directive, sources in directives(policy).items():
            if number == 0:
                combined[directive] = without_longer(sources)
            else:
                combined[directive] = common(combined.get(directive, set()), sources)
    return {directive: sources or {"'none'"} for directive, sources in combined.items()}


def directives(policy: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in policy.split(";"):
        words = part.lower().split()
        if not words or (words[0] in found and words[0] in MAY_REPEAT):
            continue
        if words[0] in found:
            raise ValueError(f"{words[0]} stands there twice")
        nothing = ["'none'"] if words[0].endswith("-src") else []
        found[words[0]] = words[1:] or nothing
    return found


def repeats(policy: str) -> bool:
    names = [part.split()[0].lower() for part in policy.split(";") if part.strip()]
    return any(names.count(name) > 1 for name in MAY_REPEAT)


def without_longer(sources: list[str]) -> set[str]:
    """A source that begins like the one sorted before it adds nothing."""
    kept, previous = set(), None
    for source in sorted(sources):
        if previous is None or not source.startswith(previous):
            kept.add(source)
        previous = source
    return kept


def common(old: set[str], new: list[str]) -> set[str]:
    """What a further policy leaves: sources that match one of the policies before."""
    return {source for source in new if any(covers(other, source) for other in old)} | {
        source for source in old if any(covers(other, source) for other in new)
    }


def covers(wide: str, narrow: str) -> bool:
    """Path-part match (CSP3, 6.7.2.10) of two whole sources."""
    whole, wide_parts, parts = not wide.endswith("/"), wide.split("/"), narrow.split("/")
    if len(wide_parts) > len(parts) or (whole and len(wide_parts) != len(parts)):
        return False
    wide_parts = wide_parts if whole else wide_parts[:-1]
    return all(unquote(a) == unquote(b) for a, b in zip(wide_parts, parts, strict=False))


def judge(csp: dict[str, set[str]], https: bool) -> str:
    fallback = csp.get("default-src", {"*"})
    objects = csp.get("object-src", fallback)
    scripts = guarded(csp.get("script-src", fallback))
    styles = guarded(csp.get("style-src", fallback))
    if "'strict-dynamic'" in scripts:
        if not has_hash(scripts):
            return "csp-header-invalid"
        ignored = {"'self'", "'unsafe-inline'"}
        scripts = {s for s in scripts if not s.startswith(tuple(BROAD)) and s not in ignored}
    active = [s for name, row in csp.items() if name not in PASSIVE | {"script-src"} for s in row]
    passive = [s for name in PASSIVE for s in csp.get(name, csp.get("default-src", set()))]
    if scripts & (BROAD | INLINE) or objects & BROAD:
        return "csp-implemented-with-unsafe-inline"
    if https and any(insecure(source) for source in [*active, *scripts]):
        return "csp-implemented-with-insecure-scheme"
    if "'unsafe-eval'" in scripts | styles:
        return "csp-implemented-with-unsafe-eval"
    if https and any(insecure(source) for source in passive):
        return "csp-implemented-with-insecure-scheme-in-passive-content-only"
    if styles & (BROAD | INLINE):
        return "csp-implemented-with-unsafe-inline-in-style-src-only"
    none = csp.get("default-src") == {"'none'"}
    return "csp-implemented-with-no-unsafe" + ("-default-src-none" if none else "")


def guarded(sources: set[str]) -> set[str]:
    """Where there is a hash or a nonce, browsers ignore 'unsafe-inline'."""
    return sources - {"'unsafe-inline'"} if has_hash(sources) else sources


def has_hash(sources: set[str]) -> bool:
    return any(source.startswith(HASHES) for source in sources)


def insecure(source: str) -> bool:
    return source.startswith(("http:", "ftp:"))
