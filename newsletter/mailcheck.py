"""Whether the world believes that mail from here is ours: SPF, DKIM and DMARC in the DNS.

One question type over TCP (RFC 1035, 4.2.2; RFC 7766 has every resolver answer it), so that no
package is needed.
"""

import secrets
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

TXT, INTERNET = 16, 1
RECURSE = 0x0100
NO_SUCH_NAME = 3


class NoResolver(OSError):
    """No name server answers on this machine."""


@dataclass(frozen=True)
class Finding:
    good: bool
    words: str


def check(domain: str, selector: str = "", ask=None) -> list[Finding]:
    """What the DNS says about mail from `domain`. `ask(name)` returns TXT records.

    Raises NoResolver.
    """
    ask = ask or texts
    found = [spf(ask(domain)), dmarc(ask(f"_dmarc.{domain}"))]
    if not selector:
        words = "DKIM: give the selector of your mail server: mailcheck --selector NAME."
        return [*found, Finding(False, words)]
    return [*found, dkim(ask(f"{selector}._domainkey.{domain}"), selector)]


def spf(records: list[str]) -> Finding:
    """RFC 7208: exactly one record, which ends by refusing others."""
    own = [record for record in records if record.lower().split(" ")[0] == "v=spf1"]
    if not own:
        return Finding(False, "SPF: there is no record “v=spf1 …”.")
    if len(own) > 1:
        return Finding(False, "SPF: there are several records; only one is allowed.")
    if own[0].lower().split()[-1] in {"+all", "all", "?all"}:
        return Finding(False, f"SPF: “{own[0]}” lets anybody send; end it with -all or ~all.")
    return Finding(True, f"SPF: {own[0]}")


def dmarc(records: list[str]) -> Finding:
    """RFC 7489."""
    own = [record for record in records if record.upper().startswith("V=DMARC1")]
    if len(own) != 1:
        return Finding(False, "DMARC: there must be one record “v=DMARC1; p=…”.")
    return Finding(True, f"DMARC: {own[0]}")


def dkim(records: list[str], selector: str) -> Finding:
    """RFC 6376: a key that is not revoked."""
    keys = [tag.strip()[2:] for record in records for tag in record.split(";")
            if tag.strip().startswith("p=")]  # fmt: skip
    if not any(keys):
        return Finding(False, f"DKIM: there is no key for the selector “{selector}”.")
    return Finding(True, f"DKIM: there is a key for the selector “{selector}”.")


def resolvers(path: Path = Path("/etc/resolv.conf")) -> list[str]:
    """Addresses of this machine's name servers."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.split()[1] for line in lines if line.startswith("nameserver ")]


def texts(name: str, servers: list[tuple] | None = None) -> list[str]:
    """The TXT records of a name, [] if there are none. Raises NoResolver."""
    for address in servers or [(server, 53) for server in resolvers()]:
        try:
            return read(exchange(address, query(name)))
        except (OSError, ValueError, struct.error, IndexError):
            continue
    raise NoResolver("No name server answers on this machine; run this where names are resolved.")


def query(name: str) -> bytes:
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    encoded = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    head = struct.pack("!6H", secrets.randbelow(65536), RECURSE, 1, 0, 0, 0)
    return head + encoded + struct.pack("!2H", TXT, INTERNET)


def exchange(address: tuple, question: bytes) -> bytes:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(struct.pack("!H", len(question)) + question)
        with connection.makefile("rb") as stream:
            (length,) = struct.unpack("!H", stream.read(2))
            answer = stream.read(length)
    if answer[:2] != question[:2] or len(answer) != length:
        raise ValueError("not the answer to this question")
    return answer


def read(answer: bytes) -> list[str]:
    """The TXT records in an answer. Raises ValueError where the server failed."""
    _, flags, questions, answers, _, _ = struct.unpack("!6H", answer[:12])
    if flags & 15 == NO_SUCH_NAME:
        return []
    if flags & 15:
        raise ValueError("the name server failed")
    at = 12
    for _ in range(questions):
        at = after_name(answer, at) + 4
    found = []
    for _ in range(answers):
        at = after_name(answer, at)
        kind, _, _, size = struct.unpack("!HHIH", answer[at : at + 10])
        at += 10
        if kind == TXT:
            found.append(strings(answer[at : at + size]))
        at += size
    return found


def after_name(answer: bytes, at: int) -> int:
    """Where a name ends: at a zero, or after a pointer (two bytes that begin with two ones)."""
    while answer[at] and answer[at] < 0xC0:
        at += answer[at] + 1
    return at + (2 if answer[at] >= 0xC0 else 1)


def strings(data: bytes) -> str:
    """A TXT record is a row of strings, each with its length; they belong together."""
    parts, at = [], 0
    while at < len(data):
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(parts).decode("utf-8", "replace")
