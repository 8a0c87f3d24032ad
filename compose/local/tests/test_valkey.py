"""Valkey: services consume each other's streams. What each may not: test_valkey_roles.py."""

from __future__ import annotations

import pytest
import redis

from compose.local import valkey
from compose.local.stack import Stack
from compose.local.tests.valkey_clients import Connect
from servicekit.testing.waiting import wait


def test_a_service_consumes_another_s_stream(connect: Connect) -> None:
    entry = connect("trading").xadd("events:trading", {"envelope": "{}"})
    billing = connect("billing")
    billing.xgroup_create("events:trading", "billing", id="0", mkstream=True)
    answer = billing.xreadgroup("billing", "worker", {"events:trading": ">"}, count=10, block=10)
    assert answer == [["events:trading", [(entry, {"envelope": "{}"})]]]
    assert connect("trading").xpending("events:trading", "billing")["pending"] == 1
    assert billing.xautoclaim("events:trading", "billing", "worker", 0, "0-0")[1]
    assert billing.xack("events:trading", "billing", entry) == 1
    assert connect("auditor").xinfo_groups("events:trading")[0]["pending"] == 0


def test_a_stranger_does_nothing(system: Stack) -> None:
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(unix_socket_path=str(system.home.socket("redis"))).ping()


def test_a_service_wakes_itself(connect: Connect) -> None:
    trading = connect("trading")
    listener = trading.pubsub()
    listener.subscribe("wake:trading")
    for kind, data in (("subscribe", 1), ("message", "1")):
        message = wait(lambda: listener.get_message(timeout=1), "nobody is woken")
        assert (message["type"], message["data"]) == (kind, data)
        trading.publish("wake:trading", "1")
    listener.close()


def test_streams_of_older_versions_go(system: Stack, passwords: dict[str, str], connect: Connect) -> None:
    admin = connect("admin")
    for stream in ("events:trading", "events:trading:dead", "events:user:dead"):
        admin.xadd(stream, {"envelope": "{}"})
    valkey.wait_for_server(system.home, passwords)
    assert admin.keys("events:*") == ["events:trading"]


def test_nothing_is_evicted_and_everything_is_appended(connect: Connect) -> None:
    admin = connect("admin")
    for key, value in {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
    }.items():
        assert admin.config_get(key) == {key: value}
    assert admin.config_get("port") == {"port": "0"}
