"""The connections to the gateway that this process keeps: HTTP/1.1 over a unix socket or TCP.

Python's own ``http.client`` and a list of what is idle: nothing here redirects, sets cookies, signs in or is
compressed. A request takes 0.6 of the CPU that it takes by httpcore (measured), and a page makes up to ten.
"""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

from servicekit.unix_connection import UnixConnection

#: Connections that are kept at most, and seconds that an idle one is good for: the gateway closes it later
#: (gateway.yaml, timeouts).
MAX_IDLE, IDLE_S = 16, 20.0
#: Seconds that connecting may take, and how often it is tried: a gateway that is replaced may refuse one.
CONNECT_S, CONNECT_TRIES = 1.0, 2


class NoAnswer(Exception):
    """The gateway gave none in time.

    Attributes:
        is_lost: the connection broke, as a kept one does that the gateway has just closed. Whether the
            request was read is not known.
    """

    def __init__(self, error: Exception, *, is_lost: bool = False) -> None:
        self.is_lost = is_lost
        super().__init__(f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Answer:
    """A whole answer.

    Attributes:
        retry_after: the header; "" for none.
    """

    status: int
    content: bytes
    retry_after: str


class _Idle(NamedTuple):
    connection: HTTPConnection
    since: float


class Connections:
    """What is kept to one gateway; any thread may ask.

    Args:
        url: ``unix:/path/gateway.sock`` or ``http://host:port``.
    """

    def __init__(self, url: str) -> None:
        self._unix_path = url.removeprefix("unix:") if url.startswith("unix:") else ""
        self._address = urlsplit(url)
        self._idle: list[_Idle] = []  # the one used last is taken first; append and pop are atomic

    def request(
        self, method: str, target: str, headers: dict[str, str], content: bytes | None, timeout_s: float
    ) -> Answer:
        """Send, and wait for the whole answer.

        Args:
            target: path and query, encoded.
            content: the body; None for a request that has none.
            timeout_s: seconds that each step may take.

        Raises:
            NoAnswer: none came.
        """
        connection = self._taken() or self._opened(min(CONNECT_S, timeout_s))
        try:
            connection.sock.settimeout(timeout_s)
            answer, stays = _exchanged(connection, method, target, headers, content)
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoAnswer(error, is_lost=not isinstance(error, TimeoutError)) from error
        except BaseException:
            connection.close()
            raise
        if stays and len(self._idle) < MAX_IDLE:
            self._idle.append(_Idle(connection, time.monotonic()))
        else:
            connection.close()
        return answer

    def _taken(self) -> HTTPConnection | None:
        """One that is still open, as far as can be seen; None when none is."""
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread was quicker
                return None
            if time.monotonic() - since < IDLE_S and not _has_something_to_read(connection.sock):
                return connection
            connection.close()
        return None

    def _opened(self, timeout_s: float) -> HTTPConnection:
        for left in reversed(range(CONNECT_TRIES)):
            connection = self._new()
            connection.timeout = timeout_s
            try:
                connection.connect()
            except OSError as error:
                connection.close()
                if not left:
                    raise NoAnswer(error) from error
            else:
                return connection
        raise AssertionError("the last try returns or raises")

    def _new(self) -> HTTPConnection:
        if self._unix_path:
            return UnixConnection(self._unix_path)
        return HTTPConnection(self._address.hostname or "", self._address.port)


def _exchanged(
    connection: HTTPConnection, method: str, target: str, headers: dict[str, str], content: bytes | None
) -> tuple[Answer, bool]:
    """The answer, and whether the connection can be used again."""
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if content is not None:
        connection.putheader("Content-Length", str(len(content)))
    connection.endheaders(content)
    with connection.getresponse() as response:
        answer = Answer(response.status, response.read(), response.getheader("Retry-After", ""))
        return answer, not response.will_close


def _has_something_to_read(sock: socket.socket) -> bool:
    """Of an idle connection: that it was closed at the other end."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


@lru_cache(maxsize=2)
def connections_to(gateway_url: str) -> Connections:
    """The process's own."""
    return Connections(gateway_url)
