"""The connections to the gateway: kept, and given up when the other end has closed them."""

from __future__ import annotations

import gc
import select
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web_frontend.gateway_client import Gateway, GatewayUnavailable
from web_frontend.gateway_connections import Exchange, NoAnswer, connections_to
from web_frontend.tests.gateway_double import GatewayDouble

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Dying:
    """A gateway whose process ends after it has read its first request, and is there again at once.

    Attributes:
        asked: the first line of each request that was read.
    """

    def __init__(self, path: Path) -> None:
        self.asked: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                read = b""
                while b"\r\n\r\n" not in read:
                    read += connection.recv(65536)
                self.asked.append(read.split(b" HTTP/")[0])
                if len(self.asked) > 1:
                    connection.sendall(ANSWER)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def dying(settings: Any, tmp_path: Path) -> Iterator[Dying]:
    server = Dying(tmp_path / "gateway.sock")
    settings.GATEWAY_URL = f"unix:{tmp_path}/gateway.sock"
    yield server
    server.close()


def test_what_was_lost_is_asked_again_where_that_is_harmless(dying: Dying) -> None:
    assert Gateway(token=lambda: None).get("/api/v1/orders", status="filled") == {}
    assert dying.asked == [b"GET /api/v1/orders?status=filled"] * 2


def test_an_order_that_was_lost_is_sent_again_with_its_key(dying: Dying) -> None:
    assert Gateway(token=lambda: None).post("/api/v1/orders", key="k") == {}
    assert len(dying.asked) == 2


def test_what_must_not_be_done_twice_is_not_sent_again(dying: Dying) -> None:
    with pytest.raises(GatewayUnavailable):
        Gateway(token=lambda: None).post("/api/v1/orders/cancel-all")
    assert len(dying.asked) == 1


def test_a_connection_is_used_again_until_the_gateway_closes_it(gateway: GatewayDouble) -> None:
    asking, idle = Gateway(token=lambda: None), connections_to(gateway.url)._idle
    for _ in range(2):
        asking.get("/api/v1/account")
    (kept,) = idle
    gateway.close_connections()
    assert select.select([kept.connection], [], [], 60)[0]
    gateway.answer("POST /api/v1/orders/cancel-all", {"ids": []})
    assert asking.post("/api/v1/orders/cancel-all") == {"ids": []}
    (new,) = idle
    assert new.connection is not kept.connection


def send(gateway: GatewayDouble, ends_at: float | None = None) -> Exchange:
    until = ends_at or time.monotonic() + 60
    return connections_to(gateway.url).send("GET", "/api/v1/account", {}, None, until)


def test_an_answer_that_came_in_time_is_taken_also_when_it_is_read_late(gateway: GatewayDouble) -> None:
    """What a page has asked for at once, it reads one after the other."""
    exchange = send(gateway)
    assert exchange._connection
    assert select.select([exchange._connection], [], [], 60)[0]
    exchange._ends_at = time.monotonic() - 1
    assert exchange.answer().status == 200


def test_what_hangs_together_is_waited_for_once(
    gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, waited = threading.Event(), list[float]()
    gateway.answer_by("GET /api/v1/account", lambda asked: (200, {"late": released.wait(60)}))

    def wait(sock: socket.socket, timeout_s: float) -> bool:
        waited.append(timeout_s)
        return bool(select.select([sock], [], [], timeout_s)[0])

    ends_at = time.monotonic() + 1
    exchanges = [send(gateway, ends_at) for _ in range(3)]
    monkeypatch.setattr("web_frontend.gateway_connections._has_something_to_read", wait)
    for exchange in exchanges:
        with pytest.raises(NoAnswer) as refused:
            exchange.answer()
        assert not refused.value.is_lost
    released.set()
    assert waited[1:] == [0, 0]


def test_a_connection_whose_answer_nobody_read_is_not_used_again(gateway: GatewayDouble) -> None:
    send(gateway).answer()
    dropped = send(gateway)
    assert dropped._connection
    socket_used = weakref.ref(dropped._connection)
    del dropped
    gc.collect()
    assert socket_used() is None
    assert send(gateway).answer().status == 200


@pytest.mark.parametrize("ended", ["\r", "\n"])
def test_nothing_that_is_sent_ends_its_line(gateway: GatewayDouble, ended: str) -> None:
    connections, soon = connections_to(gateway.url), time.monotonic() + 60
    with pytest.raises(ValueError, match="one line"):
        connections.send("GET", f"/api/v1/account{ended}X: y", {}, None, soon)
    with pytest.raises(ValueError, match="one line"):
        connections.send("GET", "/api/v1/account", {"Accept": f"a{ended}X: y"}, None, soon)
    assert not gateway.requests
