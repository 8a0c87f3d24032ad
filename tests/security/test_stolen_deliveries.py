"""Whoever has a service's Redis password can take its deliveries; they are told again by themselves."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import redis

from servicekit.contracts.subscribers import publishers_of
from tests.e2e.people import Person
from tests.system import System

#: What is taken: what billing is to set aside cash for, and what it is to pay.
STOLEN_TYPES = ("trading.order.placed.v2", "trading.order.filled.v2")
#: Seconds within which everything must be paid that the thief kept from being paid.
MENDED_WITHIN = 60.0


class Thief:
    """Reads and acknowledges what a service is told, by turns with the service itself.

    Redis gives an entry to whoever has waited longest. So each read waits for long: one that gave up soon and
    asked again would always stand behind the service, and take something only while that is busy. There are
    two of them: one and the service, turn about, would each get the same kinds of event every time.
    """

    def __init__(self, system: System, service: str) -> None:
        url = system.settings_of(service)["BIRZHA_REDIS_URL"]
        self.redis: Any = redis.Redis.from_url(url, decode_responses=True, protocol=2)
        self.service = service
        self.stolen: Counter[str] = Counter()
        self.streams = {f"events:{publisher}": ">" for publisher in publishers_of(service)}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(f"thief-{n}",)) for n in range(2)]

    def __enter__(self) -> Thief:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, name: str) -> None:
        while not self._stop.is_set():
            for stream, entries in self.redis.xreadgroup(self.service, name, self.streams, block=2000) or []:
                self.redis.xack(stream, self.service, *(entry for entry, _ in entries))
                self.stolen.update(fields["type"] for _, fields in entries)


def test_what_a_thief_takes_from_billing_is_paid_within_a_minute(
    system: System, new_person: Callable[..., Person]
) -> None:
    person = new_person(deposit="100000")
    before = person.buy("AAPL", 1)
    assert before["status"] == "filled"
    with Thief(system, "billing") as thief:
        end = time.monotonic() + 60
        while not all(thief.stolen[type] >= 3 for type in STOLEN_TYPES) and time.monotonic() < end:
            person.place("buy", "AAPL", 1)
            time.sleep(0.3)
    assert all(thief.stolen[type] for type in STOLEN_TYPES), thief.stolen
    mended = time.monotonic() + MENDED_WITHIN
    while lacking := unsettled(person):
        assert time.monotonic() < mended, f"still not paid or given back: {lacking}"
        time.sleep(1)
    assert Decimal(person.cash()["held"]) == 0
    while (checked := system.run("compose.check")).returncode:
        assert time.monotonic() < mended + 10, checked.stdout
        time.sleep(1)
    status = json.loads(system.run("trading_service.manage", "events", "status", "--json").stdout)
    assert status["replayed"] >= thief.stolen["trading.order.filled.v2"]


def unsettled(person: Person) -> list[str]:
    """Orders that have not ended, and those that were filled and are not in the history of the account."""
    paid = {row["order_id"] for row in person.rows("/operations")}
    open_ = ("accepted", "working", "partially_filled")
    return [
        order["id"]
        for order in person.rows("/orders")
        if order["status"] in open_ or (order["status"] == "filled" and order["id"] not in paid)
    ]
