"""The SMTP server fails under load: no mail is lost, told twice or given up without a reason."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from notification_service.kinds import GATHERED
from tests.faults.customer import Customer
from tests.faults.kinds.base import Fault
from tests.faults.mail_server import MailServer
from tests.faults.target import Target

SENDER = "notification-delivery"
#: Seconds within which mail flows again, however long everything else took: what was put off comes first.
FLOWS_WITHIN_S = 30.0
#: What is wrong with a server: it is not there, slow, puts off, refuses, or takes a mail and hangs up.
WRONGS = ("away", "slow", "greylists", "refuses", "dies")

_SENT = """
SELECT notification_id::text, kind, state, reason FROM delivery_delivery
WHERE channel = 'email' AND created_at > %s AND state <> 'pending'
"""


@dataclass
class _Mailing:
    """What the mail faults of a trial share: mail goes to a server of ours until the last of them is over."""

    server: MailServer
    faults: int = 0
    since: object = None


@dataclass
class Mail(Fault):
    """A server that does what ``wrong`` says for a while, and is well before and after.

    Attributes:
        customer: is mailed once all is well again, by which it is seen that mail flows.
    """

    touches: str = SENDER
    seconds: float = 4.0
    wrong: str = ""
    customer: Customer | None = None

    _mailings: ClassVar[dict[str, _Mailing]] = {}

    def prepare(self, target: Target) -> None:
        mailing = self._mailings.setdefault(target.url, _Mailing(MailServer()))
        mailing.faults += 1
        if mailing.faults == 1:
            mailing.server.start()
            _send_by(target, mailing.server.url)
            with target.superuser("notification") as connection, connection.cursor() as cursor:
                cursor.execute("SELECT now()")
                (mailing.since,) = cursor.fetchone()
        self.customer = Customer(target.url, seed=self.name)
        self.customer.open_account("10.00")

    def inject(self, target: Target, random: Random) -> None:
        server = self._mailings[target.url].server
        if self.wrong == "away":
            server.stop()
        else:
            server.wrong = self.wrong

    def heal(self, target: Target) -> None:
        server = self._mailings[target.url].server
        server.wrong = ""
        server.start()

    def afterwards(self, target: Target, end: float) -> None:
        mailing = self._mailings[target.url]
        self._flows(mailing.server, max(end, time.monotonic() + FLOWS_WITHIN_S))
        self._kept(target, mailing)
        mailing.faults -= 1
        if not mailing.faults:
            del self._mailings[target.url]
            _send_by(target, "")
            mailing.server.stop()

    def _flows(self, server: MailServer, end: float) -> None:
        """News of now reaches its reader."""
        customer = self.customer
        assert customer is not None
        address = f"{customer.name}@example.com"
        before = [id for id, recipient in server.recipients.items() if recipient == address]
        intent = customer.intent("/deposits", {"amount": "1.00", "currency": "USD"})
        customer.must(lambda: customer.send(intent))
        while [id for id, recipient in list(server.recipients.items()) if recipient == address] == before:
            if time.monotonic() > end:
                self.broken.append(f"{self.name}: mail does not flow again")
                return
            time.sleep(0.2)
        self.notes.append(f"{len(server.taken)} mails taken, {len(server.unanswered)} without an answer")

    def _kept(self, target: Target, mailing: _Mailing) -> None:
        """What is marked sent was taken, once unless nobody was told; what failed was refused."""
        with target.superuser("notification") as connection, connection.cursor() as cursor:
            cursor.execute(_SENT, [mailing.since])
            rows = cursor.fetchall()
        server = mailing.server
        for id, kind, state, reason in rows:
            if state == "failed" and not reason.startswith("550"):
                self.broken.append(f"{self.name}: {kind} {id} was given up: {reason or 'no reason'}")
            if state == "sent" and kind not in GATHERED and not server.taken[id]:
                self.broken.append(f"{self.name}: {kind} {id} is marked sent, and the server never had it")
            if state == "failed" and server.taken[id]:
                self.broken.append(f"{self.name}: {kind} {id} is marked failed, and the server took it")
        for id, times in server.taken.items():
            if times > 1 + server.unanswered[id]:
                self.broken.append(f"{self.name}: {id} was mailed {times} times")


def _send_by(target: Target, smtp_url: str) -> None:
    """Start the process that sends anew, by this server; "": by the folder."""
    file = target.home.etc / "notification.env"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("BIRZHA_SMTP_URL=")]
    target.stop(SENDER)
    file.write_text("\n".join([*kept, f"BIRZHA_SMTP_URL={smtp_url}", ""]), encoding="utf-8")
    target.start(SENDER)
