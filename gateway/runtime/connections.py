"""HTTP to what listens beside the gateway, on sockets and ports."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout: float = 5) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def connection(place: str, timeout: float = 5) -> http.client.HTTPConnection:
    """To ``unix:<path>`` or ``<host>:<port>``."""
    if place.startswith("unix:"):
        return UnixConnection(Path(place.removeprefix("unix:")), timeout)
    return http.client.HTTPConnection(place, timeout=timeout)


def get(connection: http.client.HTTPConnection, path: str, accept: str = "*/*") -> tuple[int, bytes]:
    """One GET; closes the connection.

    Raises:
        OSError, HTTPException: no answer.
    """
    try:
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
