"""Requests exactly as written, over a socket: what no client library would send."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

#: How a browser asks for a page.
PAGE = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"


@dataclass(frozen=True)
class Answer:
    """The last answer on a connection; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def connect(url: str, *, seconds: float = 20) -> socket.socket:
    """A connection to the public port."""
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=seconds)


def request(
    target: str, *headers: str, method: str = "GET", version: str = "1.1", body: bytes = b""
) -> bytes:
    """The bytes of a request that closes its connection; headers may name another Host."""
    host = [] if any(header.lower().startswith("host:") for header in headers) else ["Host: 127.0.0.1"]
    lines = [f"{method} {target} HTTP/{version}", *host, "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def send(url: str, data: bytes, *, seconds: float = 20) -> Answer:
    """Send these very bytes and read until the connection is closed; what comes after a 100 counts."""
    with connect(url, seconds=seconds) as connection:
        connection.sendall(data)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = re.split(rb"HTTP/1\.[01] (?=\d{3} )", received)[-1].partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    return Answer(int(first.split()[0]), headers, body)
