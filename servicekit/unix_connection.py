"""HTTP over a unix socket."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from os import PathLike, fspath


class UnixConnection(HTTPConnection):
    """Python's own connection, to a socket of this machine.

    Args:
        path: of the socket.
        timeout: seconds that connecting, and each step after it, may take.
    """

    def __init__(self, path: str | PathLike[str], timeout: float = 5) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = fspath(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
