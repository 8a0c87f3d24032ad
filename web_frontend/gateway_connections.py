"""The connections to the gateway that this process keeps: HTTP/1.1 over a unix socket or TCP.

A list of what is idle, and httptools, which reads answers: nothing here redirects, sets cookies, signs in or
is compressed. A request takes a tenth of the CPU that it takes by Python's own ``http.client`` (9 and 100 µs,
measured), and a page makes up to ten.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser

#: Connections that are kept at most, and seconds that an idle one is good for: the gateway closes it later
#: (gateway.yaml, timeouts).
MAX_IDLE, IDLE_S = 16, 20.0
#: Seconds that connecting may take, and how often it is tried: a gateway that is replaced may refuse one.
CONNECT_S, CONNECT_TRIES = 1.0, 2
#: Seconds that an answer which has begun in time may at least take to go on.
REST_S = 1.0
#: Bytes that are read at once.
READ_SIZE = 256 * 1024


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
        replayed: it is that of an earlier request with the same Idempotency-Key.
        stays_open: the connection is good for another request.
    """

    status: int
    content: bytes
    retry_after: str
    replayed: bool
    stays_open: bool


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
        connection: socket.socket | None,
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

    def _read(self, connection: socket.socket) -> Answer:
        left_s = self._ends_at - time.monotonic()
        try:
            if not _has_something_to_read(connection, max(left_s, 0)):
                raise TimeoutError("timed out")
            connection.settimeout(max(left_s, REST_S))
            answer = _answer_read(connection)
        except (OSError, HttpParserError) as error:
            connection.close()
            raise _no_answer(error) from error
        except BaseException:
            connection.close()
            raise
        if answer.stays_open:
            self._connections.keep(connection)
        else:
            connection.close()
        return answer


class _Idle(NamedTuple):
    connection: socket.socket
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

    def send(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes | None, ends_at: float
    ) -> Exchange:
        """Send, and go on.

        Args:
            target: path and query, encoded.
            content: the body; None for a request that has none.
            ends_at: moment of ``time.monotonic`` until which the answer must begin.

        Returns:
            What has the answer; or why there is none, which it raises then.

        Raises:
            ValueError: the target or a header has what would end its line.
        """
        sent = _request(method, target, headers, content)
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            return Exchange(self, ends_at, None, NoAnswer(TimeoutError("no time is left for it")))
        try:
            connection = self._taken() or self._opened(min(CONNECT_S, left_s))
        except NoAnswer as error:
            return Exchange(self, ends_at, None, error)
        try:
            connection.settimeout(left_s)
            connection.sendall(sent)
        except OSError as error:
            connection.close()
            return Exchange(self, ends_at, None, _no_answer(error))
        return Exchange(self, ends_at, connection)

    def keep(self, connection: socket.socket) -> None:
        """Keep one whose answer has been read."""
        if len(self._idle) < MAX_IDLE:
            self._idle.append(_Idle(connection, time.monotonic()))
        else:
            connection.close()

    def _taken(self) -> socket.socket | None:
        """One that is still open, as far as can be seen; None when none is."""
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread was quicker
                return None
            if time.monotonic() - since < IDLE_S and not _has_something_to_read(connection, 0):
                return connection
            connection.close()
        return None

    def _opened(self, timeout_s: float) -> socket.socket:
        for left in reversed(range(CONNECT_TRIES)):
            try:
                return self._connected(timeout_s)
            except OSError as error:
                if not left:
                    raise NoAnswer(error) from error
        raise AssertionError("the last try returns or raises")

    def _connected(self, timeout_s: float) -> socket.socket:
        if not self._unix_path:
            address = (self._address.hostname or "", self._address.port or 80)
            connection = socket.create_connection(address, timeout_s)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(timeout_s)
            connection.connect(self._unix_path)
        except BaseException:
            connection.close()
            raise
        return connection


class _Response:
    """What httptools finds in an answer: it calls what begins with ``on_``."""

    def __init__(self) -> None:
        self.parser = HttpResponseParser(self)
        self.retry_after, self.replayed = "", False
        self.parts: list[bytes] = []
        self.stays_open = self.is_complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self.retry_after = value.decode("latin-1")
        elif name.lower() == b"idempotency-replayed":
            self.replayed = value == b"true"

    def on_body(self, part: bytes) -> None:
        self.parts.append(part)

    def on_message_complete(self) -> None:
        self.is_complete, self.stays_open = True, self.parser.should_keep_alive()


def _request(method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if content is not None:
        lines.append(f"Content-Length: {len(content)}")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line of a request must be one line")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (content or b"")


def _answer_read(connection: socket.socket) -> Answer:
    response = _Response()
    while not response.is_complete:
        if not (read := connection.recv(READ_SIZE)):
            raise ConnectionResetError("the connection ended before the answer")
        response.parser.feed_data(read)
    return Answer(
        response.parser.get_status_code(),
        b"".join(response.parts),
        response.retry_after,
        response.replayed,
        response.stays_open,
    )


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
