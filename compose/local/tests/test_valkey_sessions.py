"""The Valkey of the pages' sessions: nobody but the frontend, and a flood of them costs no event."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from compose.local import valkey
from compose.local.stack import Stack
from compose.local.tests.valkey_clients import Connect


def test_the_frontend_is_nobody_among_the_events(system: Stack, passwords: dict[str, str]) -> None:
    address = valkey.url(system.home, "web", passwords["redis.web"])
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis.from_url(address).ping()


def test_sessions_are_seen_by_the_frontend_alone(sessions: Connect) -> None:
    web = sessions("web")
    web.set("cache:web:x", "1", ex=5)
    assert web.get("cache:web:x") == "1"
    for name in ("user", "market", "trading", "billing", "notification", "auditor"):
        with pytest.raises(redis.exceptions.AuthenticationError):
            sessions(name).ping()


def test_the_frontend_does_what_a_cache_does_and_no_more(sessions: Connect) -> None:
    web = sessions("web")
    script = "return redis.call('GET', KEYS[1])"
    attempts: list[Callable[[], object]] = [
        lambda: web.set("events:web", "1"),
        lambda: web.get("cache:trading:x"),
        lambda: web.eval(script, 1, "cache:web:x"),
        lambda: web.xadd("cache:web:x", {"a": "1"}),
        lambda: web.keys("*"),
        lambda: web.flushdb(),
        lambda: web.config_get("*"),
        lambda: web.publish("wake:trading", "1"),
    ]
    for attempt in attempts:
        with pytest.raises(redis.exceptions.NoPermissionError):
            attempt()


def test_a_flood_of_sessions_evicts_sessions_and_no_event(sessions: Connect, connect: Connect) -> None:
    """Three times the budget: the newest are there, signing out works, the events' server has not noticed."""
    entry = connect("trading").xadd("events:trading", {"envelope": "{}"})
    before = connect("admin").info("memory")["used_memory"]
    admin, web = sessions("admin"), sessions("web")
    budget = admin.config_get("maxmemory")["maxmemory"]
    admin.config_set("maxmemory", admin.info("memory")["used_memory"] + 4_000_000)
    try:
        for number in range(6000):
            web.set(f"cache:web:{number}", "x" * 2000, ex=600)
        assert admin.info("stats")["evicted_keys"] > 0
        assert web.get("cache:web:5999") == "x" * 2000
        assert web.delete("cache:web:5999") == 1
        assert web.get("cache:web:5999") is None
    finally:
        admin.config_set("maxmemory", budget or 0)
    assert connect("trading").xrange("events:trading")[0][0] == entry
    assert connect("admin").info("memory")["used_memory"] - before < 1_000_000
    assert connect("admin").info("stats")["evicted_keys"] == 0


def test_the_sessions_have_a_budget_and_are_appended_too(sessions: Connect) -> None:
    admin = sessions("admin")
    for key, value in {
        "maxmemory": str(64 * 1024 * 1024),
        "maxmemory-policy": "allkeys-lru",
        "appendonly": "yes",
        "port": "0",
    }.items():
        assert admin.config_get(key) == {key: value}
