"""Limit orders in the whole system: customers trade with each other; a rest waits, is replaced, runs out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from servicekit.contracts.values import FINAL_STATUSES
from tests.e2e.people import Person, problem_of, wait
from tests.system import System

NewPerson = Callable[..., Person]

#: Nobody else's test trades in it.
TICKER = "IBM"


def of_the_venue(system: System, statement: str, *values: Any) -> None:
    """Run a statement in the venue's database."""
    own = system.settings_of("market")
    connection = psycopg2.connect(
        host=own["BIRZHA_DATABASE_HOST"],
        port=own["BIRZHA_DATABASE_PORT"],
        user=own["BIRZHA_DATABASE_USER"],
        password=own["BIRZHA_DATABASE_PASSWORD"],
        dbname="market",
    )
    with closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(statement, values)


def limit(person: Person, side: str, price: Decimal, quantity: int, **more: Any) -> dict[str, Any]:
    """Place a limit order that must be taken, good till canceled."""
    body = {
        "ticker": TICKER, "side": side, "type": "limit", "quantity": quantity, "limit_price": str(price),
        "time_in_force": "gtc", **more,
    }  # fmt: skip
    answer = person.post("/orders", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    assert order["status"] != "rejected", order
    return order


def seen(person: Person, order: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The order as soon as it has these fields."""

    def look() -> Any:
        now = person.get(f"/orders/{order['id']}")
        return now if all(now[name] == value for name, value in fields.items()) else None

    found: dict[str, Any] = wait(look, f"order {order['id']} did not become {fields}")
    return found


def rests(person: Person, order: dict[str, Any]) -> dict[str, Any]:
    """The order as soon as it waits in the book."""

    def look() -> Any:
        now = person.get(f"/orders/{order['id']}")
        return now if now["rested_at"] else None

    found: dict[str, Any] = wait(look, f"order {order['id']} does not rest")
    return found


@pytest.fixture(scope="module")
def seller(system: System, new_person: NewPerson) -> Iterator[Person]:
    """Somebody with 40 units, bought from the house, which then leaves the book to the customers."""
    person = new_person(deposit="50000.00")
    assert person.buy(TICKER, 40)["status"] == "filled"
    of_the_venue(system, "UPDATE instruments_instrument SET house = false WHERE ticker = %s", TICKER)
    yield person
    of_the_venue(system, "UPDATE instruments_instrument SET house = true WHERE ticker = %s", TICKER)


@pytest.fixture
def price(seller: Person) -> Decimal:
    return Decimal(seller.get(f"/instruments/{TICKER}")["price"])


def test_two_customers_trade_with_each_other(seller: Person, new_person: NewPerson, price: Decimal) -> None:
    # given an offer of ten that rests
    buyer = new_person(deposit="9000.00")
    resting = limit(seller, "sell", price, 10)
    rests(seller, resting)
    before = seller.balance()
    # when somebody buys four at a higher limit
    bid = limit(buyer, "buy", price + 1, 4)
    bought, sold = seen(buyer, bid, status="filled"), seen(seller, resting, filled_quantity=4)
    # then both have the earlier order's price, one as taker and one as maker
    assert Decimal(bought["average_price"]) == Decimal(sold["average_price"]) == price
    assert (sold["status"], sold["remaining_quantity"]) == ("partially_filled", 6)
    assert [bought["fills"][0]["liquidity"], sold["fills"][0]["liquidity"]] == ["taker", "maker"]
    paid = price * 4
    fee = Decimal(bought["fee"])
    wait(lambda: buyer.cash()["held"] == "0.00", "cash is still held")
    assert buyer.balance() == Decimal("9000.00") - paid - fee
    wait(lambda: seller.balance() == before + paid - Decimal(sold["fee"]), "the sale was not paid")
    # when the rest is canceled, what was sold stays sold
    assert seller.post(f"/orders/{resting['id']}/cancel").status_code == 202
    ended = seen(seller, resting, status="canceled")
    assert (ended["filled_quantity"], ended["reject_reason"]) == (4, None)
    position = next(row for row in seller.get("/positions")["results"] if row["ticker"] == TICKER)
    assert position["held_quantity"] == 0
    problem_of(seller.post(f"/orders/{resting['id']}/cancel"), 409, "order_not_cancelable")
    problem_of(
        seller.post(f"/orders/{resting['id']}/replace", {"quantity": 12}, key=str(uuid4())),
        409,
        "order_not_replaceable",
    )


def test_a_bid_is_filled_in_parts_replaced_and_runs_out(
    system: System, seller: Person, new_person: NewPerson, price: Decimal
) -> None:
    buyer = new_person(deposit="9000.00")
    low = price - 1
    bid = limit(buyer, "buy", low, 6)
    rests(buyer, bid)
    held = Decimal(buyer.cash()["held"])
    assert held > low * 6
    # filled in part: what the rest cannot need any more is free
    taker = limit(seller, "sell", low - 1, 2, time_in_force="ioc")
    assert Decimal(seen(seller, taker, status="filled")["average_price"]) == low
    seen(buyer, bid, filled_quantity=2)
    wait(lambda: low * 4 < Decimal(buyer.cash()["held"]) < held, "nothing was captured")
    # replaced: the rest at another limit, at the end of the queue
    problem_of(
        buyer.post(f"/orders/{bid['id']}/replace", {"quantity": 2}, key=str(uuid4())),
        400,
        "quantity_already_filled",
    )
    wanted = {"limit_price": str(low + Decimal("0.50"))}
    answer = buyer.post(f"/orders/{bid['id']}/replace", wanted, key=str(uuid4()))
    assert answer.status_code == 202, answer.text
    old = seen(buyer, bid, status="canceled")
    new = rests(buyer, {"id": old["replaced_by"]})
    assert (new["quantity"], Decimal(new["limit_price"])) == (4, low + Decimal("0.50"))
    # its time is over
    of_the_venue(system, "UPDATE venue_restingorder SET expires_at = now() WHERE order_id = %s", new["id"])
    expired = seen(buyer, new, status="expired")
    assert expired["reject_reason"]["code"] == "day_ended"
    wait(lambda: buyer.cash()["held"] == "0.00", "cash is still held")


def test_what_does_not_rest_and_all_that_does(seller: Person, new_person: NewPerson, price: Decimal) -> None:
    # what finds nothing does not wait
    for terms in ({"time_in_force": "ioc"}, {"time_in_force": "fok"}):
        order = seen(
            seller, limit(seller, "sell", price + 2, 1, **terms), status=STATUS[terms["time_in_force"]]
        )
        assert order["reject_reason"]["code"] in ("unfilled", "unfillable")
    # two orders of one customer do not meet
    buyer = new_person(deposit="9000.00")
    offers = [limit(seller, "sell", price + at, 1) for at in (1, 2)]
    for resting in offers:
        rests(seller, resting)
    own = seen(seller, limit(seller, "buy", price + 1, 1), status="canceled")
    assert own["reject_reason"]["code"] == "self_trade"
    # a market order takes what there is, and does not wait for more
    market = buyer.place("buy", TICKER, 5)
    taker = wait(
        lambda: (now := buyer.get(f"/orders/{market['id']}"))["status"] in FINAL_STATUSES and now, "not ended"
    )
    assert (taker["status"], taker["reject_reason"]["code"]) == ("canceled", "unfilled")
    assert 0 < taker["filled_quantity"] < 5
    # all that still rests is canceled at once
    left = [row["id"] for row in seller.rows("/orders", status="working,partially_filled", ticker=TICKER)]
    answer = seller.post("/orders/cancel-all", {"ticker": TICKER})
    assert (answer.status_code, sorted(answer.json()["ids"])) == (202, sorted(left))
    for id_ in left:
        seen(seller, {"id": id_}, status="canceled")


STATUS = {"ioc": "canceled", "fok": "rejected"}


def test_the_books_agree(system: System, seller: Person) -> None:
    system.check()
