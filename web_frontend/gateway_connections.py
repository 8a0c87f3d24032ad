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
#: Seconds that an answer which has begun in time may at least take to go on.
REST_S = 1.0


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


class Exchange:
    """A request that was sent, and its answer, for which nobody waits before it is called for.

    Args:
        ends_at: moment of ``time.monotonic`` until which the answer must begin.
        connection: what the request went by; when this is dropped before the answer is read, it is closed.
        error: why it was not sent.
    """

    def __init__(
        self,
        connections: Connections,
        ends_at: float,
        connection: HTTPConnection | None,
        error: NoAnswer | None = None,
    ) -> None:
        self._connections, self._ends_at = connections, ends_at
        self._connection, self._error = connection, error
        self._answer: Answer | None = None

    def answer(self) -> Answer:
        """Wait for the whole answer; from then on it is known.

        Raises:
            NoAnswer: none came.
        """
        connection, self._connection = self._connection, None
        if connection:
            try:
                self._answer = self._read(connection)
            except NoAnswer as error:
                self._error = error
        if self._answer is None:
            raise self._error or AssertionError("what is not on its way has an error")
        return self._answer

    def _read(self, connection: HTTPConnection) -> Answer:
        left_s = self._ends_at - time.monotonic()
        try:
            if not _has_something_to_read(connection.sock, max(left_s, 0)):
                raise TimeoutError("timed out")
            connection.sock.settimeout(max(left_s, REST_S))
            with connection.getresponse() as response:
                answer = Answer(response.status, response.read(), response.getheader("Retry-After", ""))
                stays = not response.will_close
        except (OSError, HTTPException) as error:
            connection.close()
            raise _no_answer(error) from error
        except BaseException:
            connection.close()
            raise
        if stays:
            self._connections.keep(connection)
        else:
            connection.close()
        return answer


class Connections:
    """What is kept to one gateway; any thread may ask.

    Args:
        url: ``unix:/path/gateway.sock`` or ``http://host:port``.
    """

    def __init__(self, url: str) -> None:
        self._unix_path = url.removeprefix("unix:") if url.startswith("unix:") else ""
        self._address = urlsplit(url)
        self._idle: list[_Idle] = []  # the one used last is taken first; append and pop are atomic

    def send(
        self, method: str, target: str, headers: dict[str, str], content: bytes | None, ends_at: float
    ) -> Exchange:
        """Send, and go on.

        Args:
            target: path and query, encoded.
            content: the body; None for a request that has none.
            ends_at: moment of ``time.monotonic`` until which the answer must begin.

        Returns:
            What has the answer; or why there is none, which it raises then.
        """
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            return Exchange(self, ends_at, None, NoAnswer(TimeoutError("no time is left for it")))
        try:
            connection = self._taken() or self._opened(min(CONNECT_S, left_s))
        except NoAnswer as error:
            return Exchange(self, ends_at, None, error)
        try:
            connection.sock.settimeout(left_s)
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
        except (OSError, HTTPException) as error:
            connection.close()
            return Exchange(self, ends_at, None, _no_answer(error))
        except BaseException:
            connection.close()
            raise
        return Exchange(self, ends_at, connection)

    def keep(self, connection: HTTPConnection) -> None:
        """Keep one whose answer has been read."""
        if len(self._idle) < MAX_IDLE:
            self._idle.append(_Idle(connection, time.monotonic()))
        else:
            connection.close()

    def _taken(self) -> HTTPConnection | None:
        """One that is still open, as far as can be seen; None when none is."""
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread was quicker
                return None
            if time.monotonic() - since < IDLE_S and not _has_something_to_read(connection.sock, 0):
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


def _no_answer(error: Exception) -> NoAnswer:
    return NoAnswer(error, is_lost=not isinstance(error, TimeoutError))


def _has_something_to_read(sock: socket.socket, timeout_s: float) -> bool:
    """Whether something comes within so many seconds; of an idle connection: that the other end closed it."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))


@lru_cache(maxsize=2)
def connections_to(gateway_url: str) -> Connections:
    """The process's own."""
    return Connections(gateway_url)
