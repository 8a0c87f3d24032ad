"""A small real HTTP server on a unix socket that plays the gateway's part.

It answers with what the real system once answered (``answers/*.json``, recorded over the public
API), and remembers what it was asked. It knows no rules: what the services really do is proven by
``tests/browser`` against the whole system.
"""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

ANSWERS = Path(__file__).parent / "answers"


def recorded(name: str, **changes: Any) -> Any:
    """A recorded answer, with some of its values changed."""
    made = _MADE_OF_OTHERS.get(name)
    answer = made() if made else json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    return {**answer, **changes}


def _orders(*names: str, without: tuple[str, ...]) -> dict[str, Any]:
    """A list of orders, without what only the page of one of them has."""
    orders = [recorded(name) for name in names]
    rows = [{key: value for key, value in order.items() if key not in without} for order in orders]
    return {"next": None, "previous": None, "results": rows}


#: Answers that say what another recorded one does.
_MADE_OF_OTHERS: dict[str, Callable[[], dict[str, Any]]] = {
    "instrument": lambda: recorded("instruments")["results"][0],
    "orders": lambda: _orders("order_rejected", "order", without=("fills", "history")),
    "orders_with_fills": lambda: _orders("order", without=("history",)),
}


def quoted(**changes: Any) -> Any:
    """The recorded instrument with a fresh price: its own is from when it was recorded."""
    return recorded("instrument", **{"price_at": datetime.now(UTC).isoformat(), **changes})


def candles() -> list[dict[str, Any]]:
    """The recorded candles: twenty days of February 2013."""
    return json.loads((ANSWERS / "candles.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class SentRequest:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class GatewayDouble:
    """The server.

    Attributes:
        url: for BIRZHA_GATEWAY_URL.
        requests: the requests so far, but for what every page has: the market's clock, the unread count.
        clock_requests, unread_requests: those.
    """

    def __init__(self, folder: Path) -> None:
        self.requests: list[SentRequest] = []
        self.clock_requests: list[SentRequest] = []
        self.unread_requests: list[SentRequest] = []
        self._answers: dict[
            str, tuple[int, Any, dict[str, str]] | Callable[[SentRequest], tuple[int, Any]]
        ] = {}
        self._lock = threading.Lock()
        path = folder / "gateway.sock"
        self.url = f"unix:{path}"
        self._server = _Server(str(path), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, request: str, body: Any, status: int = 200, **headers: str) -> None:
        """From now on ``"GET /api/v1/account"`` is answered so; a string is sent as it is.

        A request may have a query, ``"GET /api/v1/orders?status=filled"``: then it is for that one alone.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers[request] = (status, body, named)

    def answer_by(self, request: str, play: Callable[[SentRequest], tuple[int, Any]]) -> None:
        """From now on a function answers, with a status and a body."""
        self._answers[request] = play

    def down(self, *requests: str) -> None:
        """From now on the gateway says that the service does not answer."""
        for request in requests:
            self.answer(request, {"code": "service_unavailable", "detail": "down"}, 503)

    def requests_to(self, request: str) -> list[SentRequest]:
        """The requests to one resource."""
        return [asked for asked in self.requests if f"{asked.method} {asked.path}" == request]

    def _list_of(self, asked: SentRequest) -> list[SentRequest]:
        if asked.path == "/api/v1/market":
            return self.clock_requests
        of_header = asked.path == "/api/v1/notifications" and "unread" in asked.query
        return self.unread_requests if of_header else self.requests

    def close_connections(self) -> None:
        """Close those that are open, as a gateway that is replaced does."""
        for connection in self._server.connections:
            with suppress(OSError):  # closed by the other end already
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def respond(self, asked: SentRequest) -> tuple[int, Any, dict[str, str]]:
        """The answer to a request; 404 for what nobody prepared."""
        with self._lock:
            self._list_of(asked).append(asked)
        name = f"{asked.method} {asked.path}"
        answer = self._answers.get(f"{name}?{urlencode(asked.query)}") or self._answers.get(name)
        if answer is None:
            return 404, recorded("instrument_unknown"), {}
        return (*answer(asked), {}) if callable(answer) else answer


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(path, handler)
        self.connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)


def _handler(double: GatewayDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def address_string(self) -> str:
            return "unix"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _serve(self) -> None:
            address = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = SentRequest(
                method=self.command,
                path=address.path,
                query=dict(parse_qsl(address.query)),
                headers=dict(self.headers),
                body=json.loads(sent) if sent else None,
            )
            status, body, headers = double.respond(asked)
            text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
            data = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    return Handler
