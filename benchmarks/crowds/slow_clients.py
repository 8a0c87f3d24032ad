"""Clients that hold on: requests that never get whole, and readers of one byte a second."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from types import TracebackType
from urllib.parse import urlsplit

from compose.system import SLUGS

#: Anonymous ways into every service that takes a body.
_BODIES = [
    *(f"POST {path} HTTP/1.1\r\nHost: {{host}}\r\nContent-Length: 4096\r\n\r\na=" for path in (
        "/api/v1/auth/token",
        "/api/v1/users",
        "/api/v1/auth/token/refresh",
        "/sign-in",
        "/api/docs/",
        *(f"/admin/{slug}/login/" for slug in SLUGS),
    )),
    "GET /api/v1/instruments HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "POST /api/v1/auth/token HTTP/1.0\r\nContent-Length: 4096\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nX-Never-Ending: a",
]  # fmt: skip
#: Large answers that anybody may ask for.
_LARGE = [
    *(f"/api/v1/{slug}/schema" for slug in SLUGS),
    "/api/v1/instruments?page_size=200",
    "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
    "/static/web/vendor/bootstrap/bootstrap.min.css",
    "/",
]


class SlowClients:
    """So many of them, until the ``with`` block ends. Each that is turned away comes again.

    Half a request is held for the 30 s that the gateway gives a client to send it.
    """

    def __init__(self, url: str, *, half_open: int = 0, slow_readers: int = 0) -> None:
        address = urlsplit(url)
        self.place = (address.hostname or "", address.port or 80)
        bodies, large = itertools.cycle(_BODIES), itertools.cycle(_LARGE)
        host = address.netloc
        self._half_requests = [next(bodies).replace("{host}", host).encode() for _ in range(half_open)]
        slow = f"GET {{}} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n\r\n"
        self._read_slowly = len(self._half_requests)
        self._half_requests += [slow.format(next(large)).encode() for _ in range(slow_readers)]
        self._open: dict[int, socket.socket] = {}
        #: How often one of them had to ask again, because it was answered, or turned away.
        self.retried = 0
        self._over = threading.Event()
        self._holding = threading.Thread(target=self._hold, daemon=True)

    def __enter__(self) -> SlowClients:
        for number in range(len(self._half_requests)):
            self._request(number)
        self._holding.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._holding.join()
        for connection in self._open.values():
            connection.close()

    def _request(self, number: int) -> None:
        with contextlib.suppress(OSError):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.settimeout(5)
            connection.connect(self.place)
            connection.sendall(self._half_requests[number])
            connection.setblocking(False)
            self._open[number] = connection

    def _hold(self) -> None:
        """A byte a second of each answer; a refused client asks again."""
        while not self._over.wait(1.0):
            for number in range(len(self._half_requests)):
                if self._over.is_set():
                    return
                most = 1 if number >= self._read_slowly else 65536
                try:
                    connection = self._open[number]
                    if connection.recv(most):
                        continue
                except BlockingIOError:
                    continue
                except (OSError, KeyError):
                    pass
                self.retried += 1
                if old := self._open.pop(number, None):
                    old.close()
                self._request(number)
