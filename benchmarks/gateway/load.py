"""A client that costs little: one process, one thread, kept-alive connections, requests made ahead.

It runs in a process of its own, so that it may have a core of its own:
``python -m benchmarks.gateway.load '<json>'``.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median

from compose.local.console import CommandError
from compose.local.paths import ROOT
from gateway.config.nginx.lifetime import MAX_WAIT_S, cache_lifetime

_RECEIVED = 1 << 18
#: Seconds to wait for the first answer, when a load is over before it came.
_ANSWER_TIMEOUT_S = 10
#: What the gateway says of an answer that was kept, and of one that renewed what had expired.
HIT = b"x-cache: hit"
RENEWED = b"x-cache: miss"
_MAX_AGE = re.compile(rb"cache-control:[^\r]*max-age=(\d+)")


@dataclass(frozen=True)
class Load:
    """What to send, as fast as it is answered.

    Attributes:
        to: ``unix:<path>`` or a port of this machine.
        path: of each GET.
        headers: beside Host.
        connections: at once, one request on each at a time.
        seconds: how long.
        expect: what every answer must have in its head, in lower case; of a cached page, renewals aside.
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
class Combined:
    """Several loads of the same, one after the other.

    Attributes:
        rate: requests a second.
        p99: milliseconds; the median of theirs.
        cpu: microseconds for each request, of whatever was counted.
    """

    rate: float
    p99: float
    cpu: float


def combined(slices: Sequence[tuple[Result, float]]) -> Combined:
    """Put slices together: each with the seconds of CPU that were counted meanwhile."""
    results = [result for result, _ in slices]
    requests = sum(result.requests for result in results)
    return Combined(
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
        CommandError: as :func:`run`.
    """
    run(replace(load, seconds=warm_up, expect=""), cores=cores)
    before = spent()
    result = run(load, cores=cores)
    return result, spent() - before


def run(load: Load, *, cores: set[int]) -> Result:
    """Send it from a process on these cores.

    Raises:
        CommandError: an answer was not 200 or not what was expected, or a page was renewed more often than it
            can have expired.
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
        raise CommandError(result.stderr.strip().splitlines()[-1])
    return Result(**json.loads(result.stdout))


def send(load: Load) -> Result:
    """Send it from here."""
    lines = [f"GET {load.path} HTTP/1.1", "Host: localhost", *map(": ".join, load.headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    wanted, renewals, expires_after = load.expect.encode(), 0, 0
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
        if now > end + _ANSWER_TIMEOUT_S:
            raise SystemExit(f"Nothing was answered within {_ANSWER_TIMEOUT_S} seconds")
        for number, _event in poll.poll(1):
            head = _read(sockets[number])
            if wanted not in head:
                if wanted != HIT or RENEWED not in head:
                    raise SystemExit(f"After {len(took)} answers with {load.expect!r} one was {head!r}")
                renewals, expires_after = renewals + 1, _expires_after(head)
            now = time.perf_counter()
            took.append(now - sent[number])
            sent[number] = now
            sockets[number].sendall(request)
    if renewals and renewals > (most := renewals_at_most(load.connections, now - begun, expires_after)):
        raise SystemExit(f"{renewals} of {len(took)} answers renewed the page, {most} could have")
    took.sort()
    return Result(
        requests=len(took),
        elapsed=now - begun,
        p50=took[len(took) // 2] * 1000,
        p99=took[int(len(took) * 0.99)] * 1000,
    )


def renewals_at_most(connections: int, elapsed_s: float, expires_after_s: int) -> int:
    """How many answers can have renewed a cached page: at each time that it expires, one on each connection.

    It may have expired before the first answer, and then again after so many seconds, at the earliest.
    """
    return connections * (1 + int(elapsed_s / expires_after_s))


def _expires_after(head: bytes) -> int:
    """The fewest whole seconds that nginx keeps a page fresh whose head this is."""
    found = _MAX_AGE.search(head)
    if not found:
        raise SystemExit(f"An answer that renewed a page does not say for how long: {head!r}")
    lifetimes = [cache_lifetime(int(found[1]), waited) for waited in range(MAX_WAIT_S + 1)]
    return min(lifetime[0] for lifetime in lifetimes if lifetime)


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
