"""A split in the whole system: orders end, positions and prices follow, fractions are paid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.e2e.people import Person, wait
from tests.faults.target import Target
from tests.system import System

NewPerson = Callable[..., Person]

#: Nobody else's test trades in it.
TICKER = "BZB10"


def position(person: Person) -> dict[str, Any]:
    return next(row for row in person.get("/positions")["results"] if row["ticker"] == TICKER)


def test_positions_prices_and_orders_follow_a_split(system: System, new_person: NewPerson) -> None:
    # given two holders, one of an odd number, and an order that rests
    ann, bob = new_person(deposit="9000.00"), new_person(deposit="9000.00")
    assert ann.buy(TICKER, 3)["status"] == "filled"
    assert bob.buy(TICKER, 2)["status"] == "filled"
    price = Decimal(ann.get(f"/instruments/{TICKER}")["price"])
    limit = f"{price * Decimal('0.9'):.2f}"
    terms = {"type": "limit", "quantity": 1, "limit_price": limit, "time_in_force": "gtc"}
    answer = ann.post("/orders", {"ticker": TICKER, "side": "buy", **terms}, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    order = answer.json()
    wait(lambda: ann.get(f"/orders/{order['id']}")["rested_at"], "the order does not rest")
    before = position(ann)
    # when three new units are given for two old ones
    Target(system.url, system.home).announce_split(TICKER, 2, 3)
    # then each has what the ratio says, the cost stays, and the fraction is in the cash and in the history
    (row,) = wait(lambda: ann.rows("/operations", type="split"), "no fraction was paid", 60)
    after = position(ann)
    assert (after["quantity"], position(bob)["quantity"]) == (4, 3)
    assert row["ticker"] == TICKER
    cost = Decimal(before["average_cost"]) * 3 - Decimal(after["average_cost"]) * 4
    assert Decimal(0) < cost < Decimal(before["average_cost"])
    assert abs(Decimal(row["amount"]) * 2 - Decimal(after["price"])) < Decimal("10")
    assert bob.rows("/operations", type="split") == []
    # the order ended, its money is free, and both were told
    ended = wait(lambda: _ended(ann, order["id"]), "the order has not ended", 30)
    assert (ended["status"], ended["reject_reason"]["code"]) == ("canceled", "corporate_action")
    wait(lambda: ann.cash()["held"] == "0.00", "the order's money is still held")
    for person, text in ((ann, "3 before, 4 now (2 → 3)"), (bob, "2 before, 3 now (2 → 3)")):
        (news,) = wait(lambda person=person: _news(person), "no news")
        assert text in news["body"]

    # and trading goes on at the new price
    def completed() -> Any:
        actions = ann.get(f"/instruments/{TICKER}/corporate-actions")["results"]
        listed = ann.get(f"/instruments/{TICKER}")
        return listed["status"] == "open" and any(action["state"] == "completed" for action in actions)

    wait(completed, "the split is not completed", 30)
    now = Decimal(ann.get(f"/instruments/{TICKER}")["price"])
    assert Decimal("0.6") < now / price < Decimal("0.73")
    wait(lambda: ann.sell(TICKER, 4)["status"] == "filled", "nothing can be sold", 30)
    assert bob.sell(TICKER, 3)["status"] == "filled"


def _ended(person: Person, order_id: str) -> Any:
    order = person.get(f"/orders/{order_id}")
    return order if order["status"] == "canceled" else None


def _news(person: Person) -> Any:
    return [one for one in person.get("/notifications")["results"] if one["kind"] == "position_split"]
