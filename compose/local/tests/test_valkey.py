"""Valkey: a service writes its own stream and queues, reads the others' streams, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from compose.local import valkey
from compose.local.stack import Stack
from compose.local.tests.valkey_clients import Connect
from servicekit.testing.waiting import wait


def test_a_service_publishes_on_its_own_stream_only(connect: Connect) -> None:
    trading = connect("trading")
    assert trading.xadd("events:trading", {"envelope": "{}"})
    for stream in ("events:billing", "events:trading:x", "quotes:market", "cache:billing:x"):
        with pytest.raises(redis.exceptions.NoPermissionError):
            trading.xadd(stream, {"envelope": "{}"})
    market = connect("market")
    assert market.xadd("quotes:market", {"envelope": "{}"}, maxlen=100)
    assert market.info("memory")["maxmemory"]  # quotes give way to events
    assert market.delete("quotes:market") == 1


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


def test_a_consumer_cannot_change_the_stream(connect: Connect) -> None:
    connect("trading").xadd("events:trading", {"envelope": "{}"})
    billing = connect("billing")
    billing.xgroup_create("events:trading", "billing", id="0")
    script = "return redis.call('XADD', KEYS[1], '*', 'a', '1')"
    attempts: list[Callable[[], object]] = [
        lambda: billing.xadd("events:trading", {"a": "1"}),
        lambda: billing.xtrim("events:trading", maxlen=0),
        lambda: billing.xdel("events:trading", "0-1"),
        lambda: billing.delete("events:trading"),
        lambda: billing.rename("events:trading", "events:billing"),
        lambda: billing.set("events:trading", "1"),
        lambda: billing.expire("events:trading", 1),
        lambda: billing.xgroup_destroy("events:trading", "billing"),
        lambda: billing.xgroup_setid("events:trading", "billing", "$"),
        lambda: billing.eval(script, 1, "events:trading"),
    ]
    for attempt in attempts:
        with pytest.raises(redis.exceptions.NoPermissionError):
            attempt()
    assert connect("trading").xlen("events:trading") == 1


def test_nobody_but_the_administrator_runs_scripts(connect: Connect, passwords: dict[str, str]) -> None:
    """A script that does not end would stop the server for everybody, on keys of one's own, too."""
    for user in ("trading", "market", "auditor"):
        client = connect(user)
        for command in (
            ("EVAL", "return 1", 0),
            ("EVAL_RO", "return 1", 0),
            ("EVAL", "while true do end", 1, "cache:trading:x"),
            ("EVALSHA", "0" * 40, 0),
            ("EVALSHA_RO", "0" * 40, 0),
            ("SCRIPT", "LOAD", "return 1"),
            ("SCRIPT", "FLUSH"),
            ("FUNCTION", "LOAD", "#!lua name=a\nserver.register_function('a', function() end)"),
            ("FUNCTION", "LIST"),
            ("FCALL", "a", 0),
            ("FCALL_RO", "a", 0),
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command)


def test_a_service_administers_nothing(connect: Connect) -> None:
    trading = connect("trading")
    for command in (
        "FLUSHALL",
        "FLUSHDB",
        "KEYS *",
        "CONFIG GET *",
        "ACL LIST",
        "SHUTDOWN",
        "SAVE",
        "MONITOR",
    ):
        with pytest.raises(redis.exceptions.NoPermissionError):
            trading.execute_command(*command.split())


def test_a_stranger_does_nothing(system: Stack) -> None:
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(unix_socket_path=str(system.home.socket("redis"))).ping()


def test_a_service_wakes_only_itself(connect: Connect) -> None:
    trading = connect("trading")
    listener = trading.pubsub()
    listener.subscribe("wake:trading")
    for kind, data in (("subscribe", 1), ("message", "1")):
        message = wait(lambda: listener.get_message(timeout=1), "nobody is woken")
        assert (message["type"], message["data"]) == (kind, data)
        trading.publish("wake:trading", "1")
    listener.close()
    with pytest.raises(redis.exceptions.NoPermissionError):
        connect("billing").publish("wake:trading", "1")


def test_the_auditor_sees_all_and_changes_nothing(connect: Connect) -> None:
    connect("trading").xadd("events:trading", {"envelope": "{}"})
    auditor = connect("auditor")
    assert auditor.exists("events:trading")
    assert auditor.xinfo_groups("events:trading") == []
    for attempt in (lambda: auditor.xadd("events:trading", {"a": "1"}), lambda: auditor.set("x", "1")):
        with pytest.raises(redis.exceptions.NoPermissionError):
            attempt()


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
