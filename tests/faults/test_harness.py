"""The harness itself: the same seed gives the same schedule, and a broken promise is found."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import yaml

from compose.docker import render
from market_service.tests.venue.oracle.bugs import BUGS, with_bug
from servicekit import faults
from servicekit.contracts.values import FINAL_STATUSES
from tests.faults import containers
from tests.faults.client import ApiConnection, Call
from tests.faults.customer import Customer, Intent
from tests.faults.kinds import CATALOGUE
from tests.faults.kinds.windows import Window
from tests.faults.load import HOT
from tests.faults.matching import matches
from tests.faults.promises import broken_promises
from tests.faults.schedule import drawn
from tests.faults.target import Target


def test_a_seed_is_a_schedule() -> None:
    plans = [[(planned.at, planned.fault.name) for planned in drawn(Random(seed))] for seed in (7, 7, 8)]
    assert plans[0] == plans[1] != plans[2]


def test_every_point_at_which_a_process_dies_is_drawn() -> None:
    points = set(re.findall(r"^``(\w+\.\w+)``", faults.__doc__, re.MULTILINE))
    every = [make() for make in CATALOGUE.values()]
    drawn_points = {fault.point for fault in every if isinstance(fault, Window)}
    assert "split.after_halt" in points
    assert points == drawn_points


def test_no_process_has_two_faults_at_once() -> None:
    for seed in range(200):
        touched = [planned.fault.touches for planned in drawn(Random(seed)) if planned.fault.touches]
        assert len(touched) == len(set(touched))


def test_the_matcher_is_compared_and_a_mistake_in_it_is_reported(capsys: Any) -> None:
    assert matches(2013, 2000)
    assert re.search(r"seed +2013  good .* 2,000 steps .* [\d,]+ trades", capsys.readouterr().out)

    assert not matches(2013, 2000, module=with_bug(BUGS["at the taker's price"]))
    output = capsys.readouterr().out
    assert "BROKEN" in output
    again = re.search(r"BIRZHA_ORACLE_SEED=(\d+) BIRZHA_ORACLE_STEPS=(\d+) python", output)
    assert not matches(int(again[1]), int(again[2]), module=with_bug(BUGS["at the taker's price"]))


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (201, "", "ok"),
        (400, "quantity_invalid", "refused"),
        (422, "idempotency_key_reused", "refused"),
        (409, "order_not_cancelable", "refused"),
        (409, "order_not_replaceable", "refused"),
        (409, "idempotency_in_flight", "unknown"),
        (401, "token_invalid", "unknown"),
        (429, "too_many_requests", "unknown"),
        (503, "service_unavailable", "unknown"),
        (504, "", "unknown"),
        (0, "", "unknown"),
    ],
)
def test_what_an_answer_says(status: int, code: str, outcome: str) -> None:
    assert Call("POST", "/orders", status=status, answer={"code": code}).outcome == outcome


def test_no_answer_is_an_unknown_outcome() -> None:
    call = ApiConnection("http://127.0.0.1:9").call("POST", "/orders", {}, timeout_s=1)
    assert (call.status, call.outcome) == (0, "unknown")
    assert "refused" in call.answer


@pytest.fixture(scope="module")
def customer(target: Target) -> Customer:
    """Has deposited, bought, been refused and sold, replaced an order and canceled two; all is over."""
    customer = Customer(target.url, seed="honest")
    customer.open_account("1000.00")
    for side, quantity in (("buy", 2), ("buy", 0), ("buy", 50_000), ("sell", 1)):
        order = customer.send(customer.order(side, HOT, quantity)).answer
        if order.get("id"):
            _until(customer, order["id"], lambda order: order["status"] in FINAL_STATUSES)
    old, _ = (_resting(customer) for _ in range(2))
    new_id = customer.send(customer.replacement(old, quantity=3)).answer["replaced_by"]
    _until(customer, old, lambda order: order["status"] == "canceled")
    _until(customer, new_id, lambda order: order["rested_at"])
    assert len(customer.cancel_all().answer["ids"]) == 2
    end = time.monotonic() + 60
    while broken_promises(customer) and time.monotonic() < end:
        time.sleep(0.2)
    return customer


def _until(customer: Customer, order_id: str, good: Callable[[dict[str, Any]], Any]) -> None:
    end = time.monotonic() + 60
    while not good(order := customer.look(f"/orders/{order_id}").answer):
        assert time.monotonic() < end, order
        time.sleep(0.05)


def _resting(customer: Customer) -> str:
    """The id of a bid that waits below the market."""
    price = Decimal(customer.look(f"/instruments/{HOT}").answer["price"])
    terms = {"type": "limit", "limit_price": f"{price - 2}", "time_in_force": "gtc"}
    order_id: str = customer.send(customer.order("buy", HOT, 2, **terms)).answer["id"]
    _until(customer, order_id, lambda order: order["rested_at"])
    return order_id


def test_kept_promises_are_not_reported(customer: Customer) -> None:
    assert broken_promises(customer) == []


def _orders(customer: Customer) -> list[Intent]:
    return [intent for intent in customer.intents.values() if intent.path == "/orders" and intent.confirmed]


def _answered(id: str, **order: Any) -> Call:
    return Call("POST", "/orders", status=201, answer={"id": id, **order})


def _acknowledged_but_not_there(customer: Customer) -> None:
    customer.order("buy", HOT, 1).calls.append(_answered("0"))


def _never_placed(customer: Customer) -> None:
    customer.intents.pop(_orders(customer)[0].key)


def _refused_but_done(customer: Customer) -> None:
    _orders(customer)[0].calls[:] = [Call("POST", "/orders", status=400, answer={})]


def _two_orders_of_one_key(customer: Customer) -> None:
    _orders(customer)[0].calls.append(_answered("0"))


def _another_order_than_was_placed(customer: Customer) -> None:
    intent = _orders(customer)[0]
    intent.body = {**intent.body, "quantity": 77}


def _replacement(customer: Customer) -> Intent:
    return next(intent for intent in customer.intents.values() if intent.path.endswith("/replace"))


def _a_replacement_is_lost(customer: Customer) -> None:
    intent = _replacement(customer)
    intent.calls[:] = [_answered(intent.confirmed[0]["id"], replaced_by="0")]


def _replaced_by_another_quantity(customer: Customer) -> None:
    _replacement(customer).body = {"quantity": 5}


def _a_refused_replacement_is_there(customer: Customer) -> None:
    _replacement(customer).calls[:] = [Call("POST", "/orders", status=400, answer={})]


def _a_replacement_from_nowhere(customer: Customer) -> None:
    customer.intents.pop(_replacement(customer).key)


def _cancel_requested_but_not_on_record(customer: Customer) -> None:
    customer.cancel_requested.add(_orders(customer)[0].confirmed[0]["id"])


def _at_another_limit(customer: Customer) -> None:
    intent = next(intent for intent in _orders(customer) if "limit_price" in intent.body)
    intent.body = {**intent.body, "limit_price": "1.00"}


def _a_deposit_is_lost(customer: Customer) -> None:
    intent = customer.intent("/deposits", {"amount": "12.34", "currency": "USD"})
    intent.calls.append(_answered("0"))


def _a_withdrawal_is_lost(customer: Customer) -> None:
    intent = customer.intent("/withdrawals", {"amount": "12.34", "currency": "USD"})
    intent.calls.append(_answered("0"))


def _a_deposit_from_nowhere(customer: Customer) -> None:
    key = next(key for key, intent in customer.intents.items() if intent.path == "/deposits")
    customer.intents.pop(key)


def _a_final_order_was_another(customer: Customer) -> None:
    id = _orders(customer)[0].confirmed[0]["id"]
    customer.seen[id] = {**customer.seen[id], "status": "canceled"}


def _a_price_alert_is_lost(customer: Customer) -> None:
    customer.alerts.append(Call("POST", "/alerts", status=201, answer={"id": "0"}))


def _seen_while_trading(customer: Customer) -> None:
    customer.broken.append("less than nothing in the account")


LIES = {
    _acknowledged_but_not_there: "but there is nothing",
    _never_placed: "nobody asked for",
    _refused_but_done: "confirmed nothing",
    _two_orders_of_one_key: "several orders",
    _another_order_than_was_placed: "asked for",
    _at_another_limit: "asked for",
    _a_replacement_is_lost: "should lead to",
    _replaced_by_another_quantity: "should lead to",
    _a_refused_replacement_is_there: "was not replaced",
    _a_replacement_from_nowhere: "nobody asked for",
    _cancel_requested_but_not_on_record: "acknowledged a cancel",
    _a_deposit_is_lost: "deposits confirmed but not booked",
    _a_withdrawal_is_lost: "withdrawals confirmed but not booked",
    _a_deposit_from_nowhere: "booked but not confirmed",
    _a_final_order_was_another: "has changed",
    _a_price_alert_is_lost: "are not there",
    _seen_while_trading: "less than nothing",
}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__.strip("_"))
def test_a_broken_promise_is_found(customer: Customer, lie: Callable[[Customer], None]) -> None:
    kept = (
        {
            key: Intent(intent.path, intent.body, key, list(intent.calls))
            for key, intent in customer.intents.items()
        },
        dict(customer.seen),
        set(customer.cancel_requested),
    )
    try:
        lie(customer)
        found = broken_promises(customer)
    finally:
        customer.intents, customer.seen, customer.cancel_requested = kept
        customer.broken.clear()
        customer.alerts.clear()
    assert any(LIES[lie] in what for what in found), found


def test_containers_are_cut_off_from_those_that_they_meet() -> None:
    described = yaml.safe_load(render.FILE.read_text(encoding="utf-8"))["services"]
    every = containers.catalogue()
    assert len({fault.name for fault in every}) == len(every)
    for fault in every:
        assert fault.touches in described, fault
        if isinstance(fault, containers.Cut):
            assert set(described[fault.touches]["networks"]) & set(described[fault.other]["networks"]), fault
