"""Every measurement gives its figures, on a running system and in a size that says nothing of speed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import replace
from uuid import UUID

import pytest

from benchmarks.__main__ import SMALL
from benchmarks.figures import Measurement, Run
from benchmarks.history import TABLES, History, past_id
from benchmarks.measurements import (
    drain,
    gateway,
    idle,
    intake,
    isolation,
    latency,
    mails,
    pages,
    services,
    sign_ins,
)
from benchmarks.prepare import customers
from benchmarks.system import BenchSystem
from compose.check.invariants.messages import DELIVERIES
from tests.system import System

SIZE = replace(
    SMALL,
    orders=20,
    customers=4,
    instruments=2,
    clients=2,
    requests=12,
    latency_seconds=1,
    idle_seconds=1,
    listed=0,  # other tests count what is listed
)
TICKERS = ["IBM", "MSFT"]
#: Turns of one way after the other.
SLICES = 2


@pytest.fixture(scope="module")
def bench(system: System) -> Iterator[BenchSystem]:
    with closing(BenchSystem(system.home)) as opened:
        yield opened


def test_drain(bench: BenchSystem) -> None:
    users = customers(bench, SIZE.customers)

    run = drain.measure_once(bench, users, TICKERS, SIZE, seed=1)

    _gives_all(run, drain.MEASUREMENT)
    shares = next(iter(run.splits.values()))
    assert {"trading-worker", "billing-worker", "market-worker", "postgres: billing"} <= shares.keys()
    assert sum(shares.values()) == pytest.approx(run.values["cpu"])


def test_intake(bench: BenchSystem) -> None:
    run = intake.measure_once(bench, TICKERS, SIZE)

    _gives_all(run, intake.MEASUREMENT)
    assert run.values["p50"] <= run.values["p99"]


def test_latency(bench: BenchSystem) -> None:
    run = latency.measure_once(bench, TICKERS, SIZE)

    _gives_all(run, latency.MEASUREMENT)
    assert 0 < run.values["working_p50"] < run.values["filled_p50"] < run.values["settled_p50"]


def test_gateway(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "SLICES", SLICES)
    for _ in range(5):  # so small a one may be held up on one of its ways
        (run,) = gateway.measure(system.home, SIZE, 1)
        _gives_all(run, gateway.MEASUREMENT)
        direct, bare = run.values["direct_rate"], run.values["bare_rate"]
        if direct > bare > 0 and run.values["bare_cpu"] < run.values["signed_in_cpu"]:
            return
    raise AssertionError(run.values)


def test_services(bench: BenchSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SLICES", 1)
    run = services.measure_once(bench, SIZE)

    # So few requests may take the proxies less CPU than the kernel counts.
    _gives_all(run, services.MEASUREMENT, may_be_zero={key for key in run.values if key.endswith("_cpu")})


def test_pages(bench: BenchSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TURNS", 1)
    run = pages.measure_once(bench, TICKERS, SIZE)

    _gives_all(run, pages.MEASUREMENT, may_be_zero=run.values.keys())
    assert sum(run.values.values()) > 0
    assert {"web", "gateway", "trading"} <= next(iter(run.splits.values())).keys()


def test_isolation(bench: BenchSystem) -> None:
    run = isolation.measure_once(bench, TICKERS, SIZE)

    _gives_all(run, isolation.MEASUREMENT, may_be_zero={"listing_more"})


def test_orders_beside_sign_ins(bench: BenchSystem) -> None:
    run = sign_ins.measure_once(bench, TICKERS, SIZE)

    _gives_all(run, sign_ins.MEASUREMENT)
    assert run.values["beside_p50"] <= run.values["beside_p99"]


def test_mails(bench: BenchSystem) -> None:
    users = bench.inside("user", "users_register", count=2)
    bench.wait_quiet()

    run = mails.measure_once(bench, users, SIZE)

    _gives_all(run, mails.MEASUREMENT)


def test_idle(bench: BenchSystem) -> None:
    run = idle.measure_once(bench, SIZE)

    shares = run.splits["% of one core"]
    assert run.values.keys() == {"cpu"}
    assert run.values["cpu"] == pytest.approx(sum(shares.values()))
    assert {"postgres: background", "redis", "gateway", "web", "supervisord"} <= shares.keys()


@pytest.mark.parametrize("service", TABLES)
def test_a_past_can_be_made(bench: BenchSystem, service: str) -> None:
    with closing(bench.superuser(service)) as connection:
        # nothing of it stays, and nothing comes in between
        connection.set_session(isolation_level="REPEATABLE READ", autocommit=False)
        cursor = connection.cursor()
        history = History(cursor, copies=2)
        for table in TABLES[service]:
            cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE {table.where}) FROM {table.name}")
            before, copied = cursor.fetchone()

            history.copy(table)

            cursor.execute(f"SELECT count(*) FROM {table.name}")
            assert cursor.fetchone() == (before + 2 * copied,), table.name
        if service != "market":  # where other tests have sold the last unit, it cannot be sold again
            history.finish(service)
        if service == "notification":
            cursor.execute(DELIVERIES[0].sql)
            assert cursor.fetchall() == [], DELIVERIES[0].name
        connection.rollback()


def test_an_id_of_the_past_is_the_same_in_sql_and_in_python(bench: BenchSystem) -> None:
    id = UUID("019e1d4c-7a3b-7c55-9d2e-0123456789ab")
    with closing(bench.superuser("trading")) as connection, connection.cursor() as cursor:
        History(cursor, copies=1)
        cursor.execute("SELECT pg_temp.past_id(%s, 3)::text", [str(id)])

        assert cursor.fetchone() == (str(past_id(id, 3)),)


def _gives_all(run: Run, measurement: Measurement, *, may_be_zero: Collection[str] = ()) -> None:
    assert {figure.key for figure in measurement.figures} == run.values.keys()
    assert all(math.isfinite(value) for value in run.values.values()), run.values
    assert all(value > 0 or key in may_be_zero for key, value in run.values.items()), run.values
