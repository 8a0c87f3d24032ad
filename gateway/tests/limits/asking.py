"""A gateway of small buckets, and how many of some requests it lets through."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from gateway.tests.running import System, made, running

#: Small buckets that fill again within an hour: nothing comes back while a test runs.
SMALL = {
    "flood": {"address": "400/3600s"},
    "reads": {"user": "30/3600s", "address": "25/3600s"},
    "writes": {"user": "12/3600s", "address": "12/3600s"},
    "orders": {"user": "20/3600s"},
    "deposits": {"user": "5/3600s"},
    "sign_up": {"address": "4/3600s"},
    "sign_in": {"user": "6/3600s", "address": "6/3600s"},
    "api_keys": {"address": "6/3600s"},
    "pages": {"address": "40/3600s"},
    "files": {"address": "50/3600s"},
}


def small(raw: dict[str, Any]) -> None:
    """Change a gateway.yaml to them."""
    raw["rate_limits"] = dict(SMALL)


@contextmanager
def gateway(change: Callable[[dict[str, Any]], None] = small, **more: Any) -> Iterator[System]:
    """A gateway of a test's own."""
    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), change, **more)) as system,
    ):
        yield system


def passed(answers: list[httpx.Response]) -> int:
    """How many came through; every other is a 429."""
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {200, 429}, codes
    return codes.count(200)


def ask(client: httpx.Client, times: int, method: str, path: str, **more: Any) -> int:
    """Ask so often; how many came through."""
    return passed([client.request(method, path, **more) for _ in range(times)])
