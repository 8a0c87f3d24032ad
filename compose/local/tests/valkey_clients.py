"""Clients of this system's Valkeys, each of a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis

from compose.local import valkey
from compose.local.stack import Stack
from compose.system import RedisServer

Connect = Callable[[str], redis.Redis]


@contextmanager
def clients(system: Stack, passwords: dict[str, str], server: RedisServer) -> Iterator[Connect]:
    """A function that connects as a role; at the end the server is emptied and all are closed."""
    opened: list[redis.Redis] = []

    def connect(role: str) -> redis.Redis:
        address = valkey.url(system.home, role, passwords[f"redis.{role}"], server)
        opened.append(redis.Redis.from_url(address, decode_responses=True))
        return opened[-1]

    yield connect
    connect("admin").flushdb()
    for client in opened:
        client.close()
