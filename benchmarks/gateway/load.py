"""A client that costs little: one process, one thread, kept-alive connections, requests made ahead.

It runs in a process of its own, so that it may have a core of its own:
``python -m benchmarks.gateway.load '<json>'``.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median

from compose.local.console import Trouble
from compose.local.paths import ROOT

_RECEIVED = 1 << 18
#: Seconds to wait for the first answer, when a load is over before it came.
_PATIENCE = 10
#: The part of the answers that must be as expected: a kept page is renewed now and then.
NEARLY = 0.99


@dataclass(frozen=True)
class Load:
    """What to send, as fast as it is answered.

    Attributes:
        to: ``unix:<path>`` or a port of this machine.
        path: of each GET.
        headers: beside Host.
        connections: at once, one request on each at a time.
        seconds: how long.
        expect: what nearly every answer must have in its head, in lower case.
    """

    to: str
    path: str
    headers: dict[str, str]
    connections: int
    seconds: float
    expect: str = ""


@dataclass(frozen=True)
class Result:
    """``requests`` were answered in ``elapsed`` seconds; ``p50`` and ``p99`` in milliseconds."""

    requests: int
    elapsed: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Together:
    """Several loads of the same, one after the other.

    Attributes:
        rate: requests a second.
        p99: milliseconds; the median of theirs.
        cpu: microseconds for each request, of whatever was counted.
    """

    rate: float
    p99: float
    cpu: float


def together(slices: Sequence[tuple[Result, float]]) -> Together:
    """Put slices together: each with the seconds of CPU that were counted meanwhile."""
    results = [result for result, _ in slices]
    requests = sum(result.requests for result in results)
    return Together(
        rate=requests / sum(result.elapsed for result in results),
        p99=median(result.p99 for result in results),
        cpu=sum(seconds for _, seconds in slices) / requests * 1e6,
    )


def measured(
    load: Load, *, warm_up: float, spent: Callable[[], float], cores: set[int]
) -> tuple[Result, float]:
    """A slice: send it, after so many seconds of the same that do not count.

    Args:
        spent: seconds of CPU that those have spent of whom it is to be known.

    Returns:
        What came of it, and the CPU that they spent meanwhile.

    Raises:
        Trouble: as :func:`run`.
    """
    run(replace(load, seconds=warm_up, expect=""), cores=cores)
    before = spent()
    result = run(load, cores=cores)
    return result, spent() - before


def run(load: Load, *, cores: set[int]) -> Result:
    """Send it from a process on these cores.

    Raises:
        Trouble: an answer was not 200, or too many were not what was expected.
    """
    argv = [sys.executable, "-m", "benchmarks.gateway.load", json.dumps(asdict(load))]
    result = subprocess.run(
        argv,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    if result.returncode:
        raise Trouble(result.stderr.strip().splitlines()[-1])
    return Result(**json.loads(result.stdout))


def send(load: Load) -> Result:
    """Send it from here."""
    lines = [f"GET {load.path} HTTP/1.1", "Host: localhost", *map(": ".join, load.headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    wanted, as_expected, other = load.expect.encode(), 0, b""
    took: list[float] = []
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    sent: dict[int, float] = {}
    begun = time.perf_counter()
    for _ in range(load.connections):
        connection = _connected(load.to)
        sockets[connection.fileno()] = connection
        poll.register(connection.fileno(), select.EPOLLIN)
        sent[connection.fileno()] = time.perf_counter()
        connection.sendall(request)
    end = begun + load.seconds
    while (now := time.perf_counter()) < end or not took:
        if now > end + _PATIENCE:
            raise SystemExit(f"Nothing was answered within {_PATIENCE} seconds")
        for number, _event in poll.poll(1):
            head = _read(sockets[number])
            if wanted in head:
                as_expected += 1
            else:
                other = head
            now = time.perf_counter()
            took.append(now - sent[number])
            sent[number] = now
            sockets[number].sendall(request)
    renewed = max(1.0, (1 - NEARLY) * len(took))  # a page is renewed at most once within a slice
    if not as_expected or len(took) - as_expected > renewed:
        said = f"{as_expected} of {len(took)} answers had {load.expect!r}, one of the others was {other!r}"
        raise SystemExit(said)
    took.sort()
    return Result(
        requests=len(took),
        elapsed=now - begun,
        p50=took[len(took) // 2] * 1000,
        p99=took[int(len(took) * 0.99)] * 1000,
    )


def _connected(to: str) -> socket.socket:
    if to.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(to.removeprefix("unix:"))
        return connection
    connection = socket.create_connection(("127.0.0.1", int(to)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _read(connection: socket.socket) -> bytes:
    """One answer with a Content-Length, whole; its head in lower case."""
    data = connection.recv(_RECEIVED)
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    place = lower.find(b"content-length:")
    if not head.startswith(b"HTTP/1.1 200") or place < 0:
        raise SystemExit(f"An answer was {head[:600]!r}")
    missing = int(head[place + 15 :].split(b"\r\n", 1)[0]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(_RECEIVED))
    return lower


if __name__ == "__main__":
    print(json.dumps(asdict(send(Load(**json.loads(sys.argv[1]))))))
