"""`kill -9` of any one process: it comes back, an order placed right after still fills, no money is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

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
#: Answers of a system that is not all there; 409: a request with the same key is still being worked on.
TRY_AGAIN = {409, 502, 503, 504}
#: Orders under way when a process is killed.
BATCH = 8


class PatientPerson(Person):
    """Tries again, as a client should, while the system says “try again” or nothing at all."""

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        end = time.monotonic() + RECOVERY
        while True:
            try:
                answer = self.http.request(
                    method, f"/api/v1{path}" if path.startswith("/") else path, **request
                )
                if answer.status_code not in TRY_AGAIN:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < end, f"{method} {path} is not answered again"
            time.sleep(0.2)
        assert answer.status_code < 500, answer.text
        return answer


@pytest.fixture(scope="module")
def customer(system: System) -> Person:
    person = PatientPerson(system.url)
    person.deposit("200000.00")
    return person


@pytest.fixture(scope="module", autouse=True)
def _nothing_was_lost(system: System) -> Iterator[None]:
    """After all of it every process runs, and every invariant holds."""
    yield
    for name in ALL:
        system.wait_until_running(name)
    system.check()


def place(customer: Person) -> dict[str, Any]:
    """Buy one unit. Sent again with its own key when there was no answer."""
    return customer.place("buy", "BZIDX", 1)


def final(customer: Person, order: dict[str, Any]) -> dict[str, Any]:
    """The order when it has ended."""

    def look() -> Any:
        now = customer.get(f"/orders/{order['id']}")
        return now if now["status"] in FINAL else None

    ended: dict[str, Any] = wait(look, f"order {order['id']} did not end", RECOVERY)
    return ended


def settle(customer: Person) -> None:
    """Wait until every order's money is where it belongs, and see that it adds up."""
    wait(lambda: customer.cash()["held"] == "0.00", "money is still held", RECOVERY)

    def agrees() -> bool:
        rows, filled = customer.rows("/operations"), customer.rows("/orders", status="filled")
        return {row["order_id"] for row in rows} - {None} == {order["id"] for order in filled}

    wait(agrees, "the history and the filled orders differ", RECOVERY)
    assert sum(Decimal(row["amount"]) for row in customer.rows("/operations")) == customer.balance()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.timeout(240)
def test_killed_it_comes_back_and_the_next_order_fills(system: System, customer: Person, name: str) -> None:
    customer.sign_in()  # a token lives five minutes; the faults take longer
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
    customer.sign_in()  # a token lives five minutes; the faults take longer
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
    customer.sign_in()  # a token lives five minutes; the faults take longer
    before = customer.quantity_of("BZIDX")
    orders = [place(customer) for _ in range(BATCH // 2)]
    pid = system.kill(name)
    orders += [place(customer) for _ in range(BATCH // 2)]
    assert len({order["id"] for order in orders}) == BATCH
    orders = [final(customer, order) for order in orders]
    system.wait_until_restarted(name, killed=pid)
    settle(customer)
    filled = sum(order["status"] == "filled" for order in orders)
    assert {order["status"] for order in orders} <= {"filled", "rejected"}
    assert customer.quantity_of("BZIDX") == before + filled
