"""Many at once who want the same: one key, one balance, one last unit."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.faults.client import ApiConnection
from tests.faults.customer import Customer, Intent
from tests.faults.kinds.base import Fault
from tests.faults.load import HOT
from tests.faults.target import Target

#: Requests of one race, and how many of them are on their way at once.
RUNNERS, AT_ONCE = 200, 32
#: What nobody trades but the race for its last unit, and the customers of that race.
SCARCE, BUYERS = "GBPSIM", 10
#: How many orders the one balance pays for.
PAID_FOR = 10
#: Seconds that a runner waits for an answer.
RETRY_FOR_S = 20.0


@dataclass
class Race(Fault):
    """What these have in common.

    Attributes:
        exact: nothing else fails meanwhile, so every answer must be the expected one.
    """

    exact: bool = False

    def run(self, target: Target, intents: Sequence[tuple[Customer, Intent]]) -> None:
        """Send all the intents, as many at once as there are connections."""
        connections = threading.local()

        def send(pair: tuple[Customer, Intent]) -> None:
            customer, intent = pair
            if not hasattr(connections, "mine"):
                connections.mine = ApiConnection(target.url)
            connections.mine.token = customer.connection.token
            customer.send(intent, connection=connections.mine, timeout_s=RETRY_FOR_S)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(send, intents))
        calls = [
            call for intent in {intent.key: intent for _, intent in intents}.values() for call in intent.calls
        ]
        statuses = Counter(call.status for call in calls)
        self.notes.append(", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())))

    def outcomes(self) -> Counter[str]:
        """How the orders of its customers have ended: the status, and why when it was rejected."""
        orders: list[dict[str, Any]] = [row for one in self.customers for row in one.rows("/orders")]
        return Counter((order["reject_reason"] or {}).get("code") or order["status"] for order in orders)

    def expect(self, expected: dict[str, int], *, filled: int) -> None:
        """See how it ended: exactly so, or when other things failed as well, no more filled than could be."""
        outcomes = self.outcomes()
        self.notes.append(", ".join(f"{count} {status}" for status, count in sorted(outcomes.items())))
        if outcomes != expected if self.exact else outcomes["filled"] > filled:
            self.broken.append(f"{self.name} ended with {dict(outcomes)}, not with {expected}")


@dataclass
class OneKey(Race):
    """200 submits with one key: one order."""

    def prepare(self, target: Target) -> None:
        self.customers = [Customer(target.url, seed=self.name)]
        self.customers[0].open_account("5000.00")

    def inject(self, target: Target, random: Random) -> None:
        customer = self.customers[0]
        intent = customer.order("buy", HOT, 1)
        self.run(target, [(customer, intent)] * RUNNERS)

    def afterwards(self, target: Target, end: float) -> None:
        self.expect({"filled": 1}, filled=1)


@dataclass
class OneBalance(Race):
    """200 buys over one balance: exactly what it pays for."""

    def prepare(self, target: Target) -> None:
        scout = Customer(target.url, seed=self.name)
        scout.open_account()
        order = scout.must(lambda: scout.send(scout.order("buy", HOT, 1))).answer
        with target.superuser("trading") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT hold_amount FROM orders_order WHERE id = %s", [order["id"]])
            held = cursor.fetchone()[0]
        self.customers = [scout, Customer(target.url, seed=self.name)]
        # a little more than ten such holds; what they give back in the end makes less than an eleventh
        self.customers[1].open_account(f"{held * (PAID_FOR + 0.3) / 100:.2f}")

    def inject(self, target: Target, random: Random) -> None:
        customer = self.customers[1]
        self.run(target, [(customer, customer.order("buy", HOT, 1)) for _ in range(RUNNERS)])

    def afterwards(self, target: Target, end: float) -> None:
        expected = {"filled": PAID_FOR + 1, "insufficient_funds": RUNNERS - PAID_FOR}  # and the scout's
        self.expect(expected, filled=PAID_FOR + 1)


@dataclass
class LastUnit(Race):
    """200 buyers of the last unit: one fill, 199 clean rejections."""

    reserved: int = 0

    def prepare(self, target: Target) -> None:
        self.customers = [Customer(target.url, seed=f"{self.name}{number}") for number in range(BUYERS)]
        with ThreadPoolExecutor(BUYERS) as pool:
            list(pool.map(lambda customer: customer.open_account("100.00"), self.customers))
        self.reserved = self._offer(target, "available_quantity - 1")

    def inject(self, target: Target, random: Random) -> None:
        buyers = self.customers * (RUNNERS // BUYERS)
        self.run(target, [(buyer, buyer.order("buy", SCARCE, 1)) for buyer in buyers])

    def afterwards(self, target: Target, end: float) -> None:
        self.expect({"filled": 1, "insufficient_quantity": RUNNERS - 1}, filled=1)
        self._offer(target, f"{-self.reserved}")

    def _offer(self, target: Target, reserved: str) -> int:
        """Take so many units of the issue off the market, as if they had never been issued."""
        with target.superuser("market") as connection, connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH before AS (
                    SELECT id, {reserved} AS taken FROM instruments_instrument WHERE ticker = %s FOR UPDATE
                )
                UPDATE instruments_instrument AS instrument
                SET issued_quantity = issued_quantity - taken, available_quantity = available_quantity - taken
                FROM before WHERE instrument.id = before.id RETURNING taken
                """,
                [SCARCE],
            )
            return int(cursor.fetchone()[0])
