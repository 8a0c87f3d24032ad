"""`kill -9` of any one process: it comes back, an order placed right after still fills, no money is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from compose.local.processes import PROCESSES
from compose.services import WEB_SERVERS
from tests.e2e.people import FINAL, Person, wait
from tests.system import System

ALL = [process.name for process in PROCESSES]
SERVERS = [service.name for service in WEB_SERVERS]
#: Seconds until an order placed right after a kill must have ended.
RECOVERY = 60.0
#: Orders under way when a process is killed.
BATCH = 8


@pytest.fixture(scope="module")
def customer(new_person: Callable[..., Person]) -> Person:
    return new_person(deposit="200000.00")


@pytest.fixture(scope="module", autouse=True)
def _nothing_was_lost(system: System) -> Iterator[None]:
    """After all of it every process runs, and every invariant holds."""
    yield
    for name in ALL:
        system.wait_until_running(name)
    system.check()


def insist(send: Callable[[], httpx.Response], *, seconds: float = RECOVERY) -> httpx.Response:
    """Try until there is an answer that is not “try again”, as a client should: with the same key."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = send()
            if answer.status_code < 500 and answer.status_code != 409:
                return answer
            assert answer.status_code in {409, 502, 503, 504}, answer.text
        except httpx.TransportError:
            pass
        assert time.monotonic() < end, "the system did not answer again"
        time.sleep(0.2)


def place(customer: Person, side: str = "buy") -> str:
    """Place an order of one unit and get its id, whatever it takes; never more than one order."""
    body = {"ticker": "BZIDX", "side": side, "type": "market", "quantity": 1}
    headers = {"Idempotency-Key": str(uuid4())}
    answer = insist(lambda: customer.http.post("/api/v1/orders", json=body, headers=headers))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def final(customer: Person, order_id: str) -> dict[str, Any]:
    """The order when it has ended, however often the system does not answer meanwhile."""

    def look() -> Any:
        order = insist(lambda: customer.http.get(f"/api/v1/orders/{order_id}")).json()
        return order if order.get("status") in FINAL else None

    order: dict[str, Any] = wait(look, f"order {order_id} did not end", RECOVERY)
    return order


def settle(customer: Person) -> None:
    """Wait until every order's money is where it belongs, and see that it adds up."""
    wait(lambda: customer.cash()["held"] == "0.00", "money is still held", RECOVERY)

    def agrees() -> bool:
        rows, filled = customer.rows("/operations"), customer.rows("/orders", status="filled")
        return {row["order_id"] for row in rows} - {None} == {order["id"] for order in filled}

    wait(agrees, "the history and the filled orders differ", RECOVERY)
    assert sum(Decimal(row["amount"]) for row in customer.rows("/operations")) == customer.balance()


def renew(customer: Person) -> None:
    """An access token lives five minutes; the faults take longer."""
    wait(lambda: insist(lambda: _token(customer)).status_code == 200, "signing in failed", RECOVERY)


def _token(customer: Person) -> httpx.Response:
    body = {"username": customer.name, "password": customer.password}
    answer = customer.http.post("/api/v1/auth/token", json=body)
    if answer.status_code == 200:
        customer.http.headers["Authorization"] = f"Bearer {answer.json()['access']}"
    return answer


@pytest.mark.parametrize("name", ALL)
@pytest.mark.timeout(240)
def test_killed_it_comes_back_and_the_next_order_fills(system: System, customer: Person, name: str) -> None:
    renew(customer)
    before = customer.quantity_of("BZIDX")
    pid = system.kill(name)
    order = final(customer, place(customer))
    assert order["status"] == "filled", order["reject_reason"]
    system.wait_until_restarted(name, killed=pid)
    settle(customer)
    assert customer.quantity_of("BZIDX") == before + 1


@pytest.mark.parametrize("name", [name for name in ALL if name == "postgres" or name in SERVERS])
@pytest.mark.timeout(240)
def test_the_death_of_a_child_is_survived_too(system: System, customer: Person, name: str) -> None:
    """A web server's worker process; a background process of PostgreSQL, which restarts all of them."""
    renew(customer)
    pid = system.process(name)["pid"]
    system.kill_child(name)
    assert final(customer, place(customer))["status"] == "filled"
    settle(customer)
    assert system.process(name)["pid"] == pid


@pytest.mark.parametrize("name", [name for name in ALL if name not in {"web", "user", "user-worker"}])
@pytest.mark.timeout(240)
def test_killed_with_orders_under_way_none_is_lost_or_doubled(
    system: System, customer: Person, name: str
) -> None:
    renew(customer)
    before = customer.quantity_of("BZIDX")
    ids = [place(customer) for _ in range(BATCH // 2)]
    pid = system.kill(name)
    ids += [place(customer) for _ in range(BATCH // 2)]
    assert len(set(ids)) == BATCH
    orders = [final(customer, order_id) for order_id in ids]
    system.wait_until_restarted(name, killed=pid)
    settle(customer)
    filled = sum(order["status"] == "filled" for order in orders)
    assert {order["status"] for order in orders} <= {"filled", "rejected"}
    assert customer.quantity_of("BZIDX") == before + filled
