"""The metrics of a process without HTTP, a worker's, served by one thread that waits in ``accept``.

Every connection to its socket gets an HTTP response with Prometheus text, whatever the request
(``curl --unix-socket run/trading-worker.sock http://worker/metrics``). The socket is a unix one, or of TCP
where each process has a host of its own.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from servicekit.messaging import metrics

log = logging.getLogger(__name__)

#: Seconds that one exchange may take.
TIMEOUT = 2.0


class MetricsSocket:
    """Serves metrics until it is closed.

    Args:
        path: the socket, or ``host:port``; nothing is served without one. Otherwise that of a worker,
            ``WORKER_METRICS``.
        registry: what is served.
    """

    def __init__(self, path: str | None = None, registry: CollectorRegistry = metrics.WORKER) -> None:
        self.path: str = settings.WORKER_METRICS if path is None else path
        self.registry = registry
        self._socket: socket.socket | None = None

    def start(self) -> None:
        """Listen. The socket of a worker that was killed is taken over."""
        if not self.path:
            return
        self._socket = _listening(self.path)
        threading.Thread(target=self._serve, name="metrics", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None

    def _serve(self) -> None:
        listening = self._socket
        while listening is not None and self._socket is listening:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(TIMEOUT)
                with suppress(OSError):
                    _answer(connection, self.registry)


def _listening(place: str) -> socket.socket:
    host, _, port = place.rpartition(":")
    if host and "/" not in place:
        return socket.create_server((host, int(port)), backlog=8)
    aside = f"{place}.{os.getpid()}"
    own = socket.socket(socket.AF_UNIX)
    own.bind(aside)
    os.chmod(aside, 0o600)
    own.listen(8)
    os.replace(aside, place)
    return own


def _answer(connection: socket.socket, registry: CollectorRegistry) -> None:
    connection.recv(4096)
    body = generate_latest(registry)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE_LATEST}\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)


def read() -> bytes:
    """The metrics of this service's worker and its other processes; nothing of those that do not answer."""
    return b"".join(map(_read, filter(None, (settings.WORKER_METRICS, *settings.OTHER_METRICS))))


def _read(path: str) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(TIMEOUT)
            client.connect(path)
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: worker\r\n\r\n")
            answer = b""
            while part := client.recv(65536):
                answer += part
    except OSError as error:
        log.info("%s does not answer for its metrics: %s", path, error)
        return b""
    return answer.partition(b"\r\n\r\n")[2]
