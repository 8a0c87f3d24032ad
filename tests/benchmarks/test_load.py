"""A slice counts only when every answer is what it was said to be: a renewal is told from a bypass."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gateway.load import Load, renewals_at_most, send


class Server(socketserver.ThreadingUnixStreamServer):
    """Answers every GET; ``answer_of`` gives X-Cache by the number of the answer, from 1."""

    daemon_threads = True
    answer_of: Callable[[int], str]
    answers = 0


class Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        while self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            self.server.answers += 1
            answer_of = self.server.answer_of(self.server.answers)
            head = f"HTTP/1.1 200 OK\r\nX-Cache: {answer_of}\r\nCache-Control: public, max-age=5\r\n"
            self.wfile.write(f"{head}Content-Length: 2\r\n\r\n{{}}".encode())


@contextmanager
def serving(folder: Path, answer_of: Callable[[int], str]) -> Iterator[Load]:
    address = folder / "s"
    with Server(str(address), Handler) as server:
        server.answer_of = answer_of
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield Load(f"unix:{address}", "/", {}, connections=1, seconds=0.3, expect="x-cache: hit")
        server.shutdown()


@pytest.mark.parametrize(
    "answer_of",
    [lambda number: "HIT", lambda number: "MISS" if number == 1 else "HIT",
     lambda number: "MISS" if number == 20 else "HIT"],
    ids=["hits", "renewed at once", "renewed later"],
)  # fmt: skip
def test_hits_and_what_renews_them_count(tmp_path: Path, answer_of: Callable[[int], str]) -> None:
    with serving(tmp_path, answer_of) as load:
        seconds = load.seconds
        while (found := send(replace(load, seconds=seconds)).requests) <= 25:
            assert seconds < 60, found
            seconds *= 4  # the machine is busy


@pytest.mark.parametrize("other", ["BYPASS", "STALE", ""])
@pytest.mark.parametrize("at", [1, 20, 300])
def test_one_other_answer_is_one_too_many(tmp_path: Path, other: str, at: int) -> None:
    with (
        serving(tmp_path, lambda number: other if number == at else "HIT") as load,
        pytest.raises(SystemExit, match="one was"),
    ):
        send(replace(load, seconds=60.0))  # it ends at that answer


def test_more_renewals_than_it_can_have_expired_are_too_many(tmp_path: Path) -> None:
    with (
        serving(tmp_path, lambda number: "MISS") as load,
        pytest.raises(SystemExit, match=r"renewed the page, \d could have"),
    ):
        send(load)


def test_a_bypass_that_is_wanted_is_renewed_by_nothing(tmp_path: Path) -> None:
    with (
        serving(tmp_path, lambda number: "MISS" if number == 5 else "BYPASS") as load,
        pytest.raises(SystemExit, match="one was"),
    ):
        send(replace(load, expect="x-cache: bypass", seconds=60.0))


@pytest.mark.parametrize(
    ("connections", "elapsed", "after", "most"), [(8, 0.5, 1, 8), (8, 1.5, 1, 16), (1, 9.9, 2, 5)]
)
def test_what_can_have_expired(connections: int, elapsed: float, after: int, most: int) -> None:
    assert renewals_at_most(connections, elapsed, after) == most
