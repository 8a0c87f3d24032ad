"""A real SMTP server that the faults have go wrong, and that remembers what it took."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from servicekit.testing.ports import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)

#: Seconds that a slow server takes for each mail.
SLOW_S = 1.5
#: What a server says to a recipient, by what is wrong with it.
REPLIES = {"greylists": "450 4.7.1 greylisted, come back", "refuses": "550 5.1.1 no such mailbox"}


class MailServer:
    """Listens on a port of its own from :meth:`start` to :meth:`stop`, and may be started again.

    Attributes:
        wrong: "": nothing; ``slow``, ``greylists``, ``refuses``, or ``dies``: it takes a mail and hangs up.
        taken: how often it took each mail, by the id of the notification.
        unanswered: how often it told nobody.
        recipients: who a mail was taken for, by that id.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.wrong = ""
        self.taken: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.recipients: dict[str, str] = {}
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """As ``BIRZHA_SMTP_URL`` has it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; no-op while it does."""
        if self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def stop(self) -> None:
        """Nobody listens any more; no-op while nobody does."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """aiosmtpd asks whether a recipient is known."""
        if self.wrong in REPLIES:
            return REPLIES[self.wrong]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd has a mail."""
        if self.wrong == "slow":
            await asyncio.sleep(SLOW_S)
        mail = message_from_bytes(envelope.content)
        message_id = mail["Message-ID"].strip("<>").partition("@")[0]
        self.taken[message_id] += 1
        self.recipients[message_id] = envelope.rcpt_tos[0]
        if self.wrong == "dies":
            self.unanswered[message_id] += 1
            server.transport.abort()
        return "250 OK"
