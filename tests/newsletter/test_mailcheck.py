"""mailcheck asks a name server, and says what to mend."""

import socketserver
import struct
import threading

import pytest
from django.core.management import CommandError, call_command

from newsletter import mailcheck

ZONE = {
    "example.org": ["v=spf1 mx -all", "other"],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
    "s1._domainkey.example.org": ["v=DKIM1; k=rsa; p=" + "A" * 300],
    "open.example": ["v=spf1 +all"],
    "twice.example": ["v=spf1 -all", "v=spf1 ~all"],
    "old._domainkey.example.org": ["v=DKIM1; p="],
}


class NameServer(socketserver.StreamRequestHandler):
    """Answers TXT questions from ZONE, over TCP, with a pointer to the name asked."""

    def handle(self):
        (length,) = struct.unpack("!H", self.rfile.read(2))
        question = self.rfile.read(length)
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += question[at] + 1
        name = ".".join(labels)
        code = 2 if name == "broken.example" else 0 if name in ZONE else 3
        records = [record.encode() for record in ZONE.get(name, [])]
        answer = question[:2] + struct.pack("!5H", 0x8180 | code, 1, len(records), 0, 0)
        answer += question[12:]
        for record in records:
            parts = [record[at : at + 255] for at in range(0, len(record), 255)]
            data = b"".join(bytes([len(part)]) + part for part in parts)
            answer += b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 60, len(data)) + data
        self.wfile.write(struct.pack("!H", len(answer)) + answer)


@pytest.fixture(scope="module")
def servers():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), NameServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield [server.server_address]
        server.shutdown()


def ask(servers):
    return lambda name: mailcheck.texts(name, servers)


def test_a_domain_in_order(servers):
    findings = mailcheck.check("example.org", "s1", ask(servers))
    assert [finding.words for finding in findings] == [
        "SPF: v=spf1 mx -all",
        "DMARC: v=DMARC1; p=quarantine",
        "DKIM: there is a key for the selector “s1”.",
    ]
    assert all(finding.good for finding in findings)


@pytest.mark.parametrize(
    ("domain", "selector", "words"),
    [
        ("nothing.example", "", "SPF: there is no record"),
        ("nothing.example", "", "DMARC: there must be one record"),
        ("nothing.example", "", "DKIM: give the selector"),
        ("open.example", "", "lets anybody send"),
        ("twice.example", "", "SPF: there are several records"),
        ("example.org", "old", "DKIM: there is no key"),
    ],
)
def test_what_to_mend_is_said(servers, domain, selector, words):
    findings = mailcheck.check(domain, selector, ask(servers))
    assert [f.good for f in findings if words in f.words] == [False]


def test_a_long_record_is_put_together(servers):
    assert mailcheck.texts("s1._domainkey.example.org", servers)[0].endswith("A" * 300)


def test_a_name_server_that_fails_or_is_away_is_said(servers):
    with pytest.raises(mailcheck.NoResolver, match="No name server answers"):
        mailcheck.texts("broken.example", [*servers, ("127.0.0.1", 1)])


@pytest.mark.django_db
def test_the_command_ends_with_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(mailcheck, "resolvers", list)
    with pytest.raises(CommandError, match="No name server answers on this machine"):
        call_command("mailcheck", "--domain", "example.org")
    assert "Mail from example.org:" in capsys.readouterr().out
