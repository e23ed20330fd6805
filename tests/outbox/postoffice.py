"""A real SMTP server on loopback that answers as it is told."""

import email
import email.policy
import socket
import threading

from aiosmtpd.controller import Controller

DROP = "drop"  # accept the data, then end the connection without an answer


class PostOffice:
    """Collects what it accepts. `answers` maps (stage, address) to a list of replies, used up in
    order; stage is "mail" (by sender), "rcpt" or "data". Without one the answer is 250."""

    def __init__(self):
        self.answers = {}
        self.accepted = []
        self.seen = []
        self.connections = set()
        self.on_data = lambda address: None
        self.lock = threading.Lock()

    def answer(self, stage, address):
        replies = self.answers.get((stage, address))
        return replies.pop(0) if replies else None

    async def handle_MAIL(self, server, session, envelope, address, options):
        if reply := self.answer("mail", address):
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if reply := self.answer("rcpt", address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (address,) = envelope.rcpt_tos
        content = envelope.content.replace(b"\r\n", b"\n")
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.on_data(address)
        with self.lock:
            self.connections.add(session.peer)
            self.seen.append((address, message))
        reply = self.answer("data", address)
        if reply == DROP:
            server.transport.abort()
        elif reply is None:
            with self.lock:
                self.accepted.append((address, message))
        return reply or "250 OK"

    @property
    def addresses(self):
        return [address for address, _ in self.accepted]

    def only(self):
        """The only message that was accepted."""
        ((_, message),) = self.accepted
        return message


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_office(port):
    office = PostOffice()
    office.controller = Controller(office, hostname="127.0.0.1", port=port)
    office.controller.start()
    return office
