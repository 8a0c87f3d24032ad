"""Valkey: a service writes its own stream and queues, reads the others' streams, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from compose.local import valkey
from compose.local.paths import ROOT
from compose.local.stack import Stack
from compose.system import SESSIONS

Connect = Callable[[str], redis.Redis]


@pytest.fixture
def connect(system: Stack, passwords: dict[str, str]) -> Iterator[Connect]:
    clients: list[redis.Redis] = []

    def make(user: str) -> redis.Redis:
        url = valkey.url(system.home, user, passwords[f"redis.{user}"])
        clients.append(redis.Redis.from_url(url, decode_responses=True))
        return clients[-1]

    yield make
    make("admin").flushdb()
    for client in clients:
        client.close()


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


def test_the_frontend_is_nobody_among_the_events(system: Stack, passwords: dict[str, str]) -> None:
    address = valkey.url(system.home, "web", passwords["redis.web"])
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis.from_url(address).ping()


@pytest.fixture
def sessions(system: Stack, passwords: dict[str, str]) -> Iterator[Callable[[str], redis.Redis]]:
    """``sessions("web")``: a client of the sessions' server."""
    clients: list[redis.Redis] = []

    def make(user: str) -> redis.Redis:
        address = valkey.url(system.home, user, passwords[f"redis.{user}"], SESSIONS)
        clients.append(redis.Redis.from_url(address, decode_responses=True))
        return clients[-1]

    yield make
    make("admin").flushdb()
    for client in clients:
        client.close()


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


def test_a_service_wakes_only_itself(connect: Connect) -> None:
    trading = connect("trading")
    listener = trading.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("wake:trading")
    listener.get_message(timeout=1)
    trading.publish("wake:trading", "1")
    message = listener.get_message(timeout=2)
    assert message is not None
    assert message["data"] == "1"
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


def test_celery_works_with_a_service_s_rights(
    system: Stack, passwords: dict[str, str], connect: Connect, folder: Path
) -> None:
    """A real worker: a task at once, one with a countdown, one that is retried."""
    url = valkey.url(system.home, "trading", passwords["redis.trading"])
    (folder / "probe.py").write_text(
        textwrap.dedent(f"""
        import redis
        from celery import Celery
        from servicekit.celery import broker_url
        app = Celery("probe", broker=broker_url({url!r}))
        app.conf.update(
            broker_transport_options={{"global_keyprefix": "celery:trading:", "visibility_timeout": 600}},
            task_default_queue="tasks", task_acks_late=True, task_ignore_result=True,
            worker_pool="solo", worker_prefetch_multiplier=1, worker_enable_remote_control=False,
        )
        @app.task(bind=True, max_retries=1)
        def note(self, name):
            redis.Redis.from_url({url!r}).rpush("celery:trading:noted:" + name, "done")
            if name == "retried" and not self.request.retries:
                raise self.retry(countdown=0.5)
    """)
    )
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{folder}"}
    code = (
        "import probe; probe.note.delay('now'); probe.note.apply_async(['later'], countdown=1); "
        "probe.note.delay('retried')"
    )
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "probe", "worker", *quiet],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True, timeout=30)
            admin, end = connect("admin"), time.monotonic() + 30
            wanted = {"now": 1, "later": 1, "retried": 2}
            while {name: admin.llen(f"celery:trading:noted:{name}") for name in wanted} != wanted:
                assert time.monotonic() < end, (folder / "worker.log").read_text()
                time.sleep(0.2)
            strangers = {key for key in admin.keys("*") if not str(key).startswith("celery:trading:")}
            assert strangers == set()
            with pytest.raises(redis.exceptions.NoPermissionError):
                connect("billing").lpush("celery:trading:tasks", "{}")
        finally:
            worker.terminate()
            worker.wait(20)
    assert "NOPERM" not in (folder / "worker.log").read_text()
