"""What leaves the house in the story: a mail, and a webhook, to a receiver that the demo itself is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from compose.demo.client import DemoFailed
from compose.local import environment
from compose.local.paths import Home

#: Seconds within which a message leaves.
LEAVES_S = 60.0


def local_home(address: str) -> Home | None:
    """The home of the system at an address, if it is this machine's."""
    home = Home.here()
    has_services = (home.etc / "notification.env").exists()  # of a system on several hosts it may not
    return home if home.read_state().get("url") == address and has_services else None


def mailbox_of(home: Home) -> Path | None:
    """Where its mail is, if it goes to a folder and not to an SMTP server."""
    return None if environment.read(home, "notification").get("BIRZHA_SMTP_URL") else home.root / "mailbox"


def calls_this_machine(home: Home) -> bool:
    """Whether its webhooks may come here."""
    allowed = environment.read(home, "notification").get("BIRZHA_PRIVATE_WEBHOOKS", "")
    return any(each.startswith("127.0.0.") for each in allowed.split(","))


def mail_of(folder: Path, notification_id: str) -> EmailMessage | None:
    """The mail of a notification, once it has left."""
    file = folder / f"{notification_id}.eml"
    found: Any = message_from_bytes(file.read_bytes(), policy=policy.default) if file.exists() else None
    return found


class WebhookReceiver:
    """Listens on this machine until it is closed, and verifies what comes.

    Attributes:
        url: where.
        got: the bodies, each of them signed.
    """

    def __init__(self) -> None:
        self.secret = ""
        self.got: list[bytes] = []
        self.forged = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/demo"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Keep what is signed."""
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        content = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
        mac = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        if hmac.compare_digest(f"v1,{mac}", headers.get("webhook-signature", "")):
            self.got.append(body)
        else:
            self.forged += 1

    def first(self) -> bytes | None:
        """The first body, once it has come.

        Raises:
            DemoFailed: one came whose signature is wrong.
        """
        if self.forged:
            raise DemoFailed("a webhook came whose signature is wrong")
        return self.got[0] if self.got else None

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
