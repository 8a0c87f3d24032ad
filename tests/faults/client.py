"""Calls through the gateway whose outcome is remembered, as an honest client knows it.

``ok``: an answer of success. ``refused``: an answer that says nothing was done. ``unknown``: no answer,
or one that leaves it open (a gateway's 502 or 504 does not tell how far the request came).
"""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

Outcome = Literal["ok", "refused", "unknown"]

#: Seconds that a customer waits for an answer; less than a frozen service stays frozen.
RETRY_FOR_S = 4.0
#: Answers of 400 to 499 that do not say whether the request had or will have an effect.
OPEN = {401, 408, 409, 425, 429}
#: The ones among them that do, by their code.
DECIDED = {"order_not_cancelable", "order_not_replaceable", "account_not_ready"}


@dataclass
class Call:
    """One call.

    Attributes:
        key: its Idempotency-Key, for those that have one.
        begun, ended: seconds since the epoch.
        status: of the answer; 0 without one.
        answer: its JSON; for a call without an answer what went wrong.
    """

    method: str
    path: str
    body: Any = None
    key: str = ""
    begun: float = field(default_factory=time.time)
    ended: float = 0.0
    status: int = 0
    answer: Any = None

    @property
    def outcome(self) -> Outcome:
        if 200 <= self.status < 300:
            return "ok"
        decided = isinstance(self.answer, dict) and self.answer.get("code") in DECIDED
        if 400 <= self.status < 500 and (decided or self.status not in OPEN):
            return "refused"
        return "unknown"

    @property
    def connection_refused(self) -> bool:
        """Whether nobody listens: the request has gone nowhere."""
        return self.status == 0 and str(self.answer).startswith(ConnectionRefusedError.__name__)

    def __str__(self) -> str:
        what = self.answer if self.status in (0, *range(400, 600)) else ""
        return f"{self.method} {self.path} {self.key} → {self.status or 'no answer'} {what}".rstrip()


class ApiConnection:
    """One kept-alive connection to the gateway; for one thread."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._connection: http.client.HTTPConnection | None = None
        self.token = ""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        timeout_s: float = RETRY_FOR_S,
        root: str = "/api/v1",
    ) -> Call:
        """Send a request to ``<root><path>`` once. Never raises for what the system does."""
        call = Call(method, path, body, key)
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection = self._connected(timeout_s)
            text = None if body is None else json.dumps(body)
            connection.request(method, root + path, text, headers)
            response = connection.getresponse()
            content = response.read()
            if "json" in response.headers.get("Content-Type", ""):
                call.answer = json.loads(content)
            call.status = response.status
        except (OSError, http.client.HTTPException, ValueError) as error:
            call.answer = repr(error)
            self.close()
        call.ended = time.time()
        return call

    def _connected(self, timeout_s: float) -> http.client.HTTPConnection:
        if self._connection is None:
            kind = (
                http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
            )
            self._connection = kind(self._address.hostname or "", self._address.port, timeout=timeout_s)
        self._connection.timeout = timeout_s
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout_s)
        return self._connection

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
