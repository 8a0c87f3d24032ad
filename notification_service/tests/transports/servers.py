"""Real SMTP servers on a port of their own, well-behaved and otherwise."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from servicekit.testing.ports import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)


class Inbox:
    """An aiosmtpd handler that keeps what it gets.

    Attributes:
        replies: what it says to recipients, one after another; after the last, yes.
    """

    def __init__(self, *replies: str) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.replies = list(replies)
        self.asked = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked += 1
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def smtp_server(settings: Any, *replies: str) -> Iterator[Inbox]:
    """A server that Django's mail uses meanwhile."""
    inbox = Inbox(*replies)
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        use(settings, port)
        yield inbox
    finally:
        controller.stop()


@contextmanager
def dying_server(settings: Any, greeting: bytes = b"220 hello\r\n") -> Iterator[list[int]]:
    """A server that says hello and hangs up, or hangs up at once with an empty greeting; yields its calls."""
    calls: list[int] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                calls.append(1)
                if greeting:
                    connection.sendall(greeting)
                    connection.recv(100)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        use(settings, listening.getsockname()[1])
        yield calls
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(60)


@contextmanager
def silent_server(settings: Any) -> Iterator[None]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        use(settings, listening.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.2
        yield


def use(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 10
