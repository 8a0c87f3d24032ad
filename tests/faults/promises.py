"""I17: what the customers were told, against what there is once everything has come to rest."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from servicekit.contracts.values import FINAL_STATUSES
from tests.faults.customer import Customer, Intent

#: What a customer is told of a split.
SPLIT = re.compile(r"Units of (?P<ticker>\S+): (?P<before>\d+) before, (?P<after>\d+) now")
#: What a customer is told of a price alert.
ALERT = re.compile(r"(?P<ticker>\S+) (?:rose|fell) to .*You asked to be told at \D*(?P<price>[\d,.]+\d)")
#: Seconds within which they are told of an alert that has fired.
ALERT_TOLD_S = 15.0
#: What may rest in the book: its type and time in force.
RESTING = {("limit", "day"), ("limit", "gtc")}


def broken_promises(customer: Customer) -> list[str]:
    """Every promise to this customer that was not kept; empty: none.

    Every acknowledged order, deposit and withdrawal exists, once; one whose answer got lost, sent again with
    its own key, is one order; what was refused does not exist; nobody did anything that was not asked for.
    An acknowledged cancel was requested; an order that was to be replaced has its successor if it came to
    that, for what it left. Every order has ended, and cash and positions are what the orders, deposits and
    withdrawals come to. A price alert that was confirmed is there, and is told once when it has fired.
    """
    orders = customer.rows("/orders")
    return [
        *_orders(customer, orders),
        *_replaced(customer, orders),
        *_cancel_requested(customer, orders),
        *_booked(customer, "deposit"),
        *_booked(customer, "withdrawal"),
        *_cash(customer, orders),
        *_positions(customer, orders),
        *_name(customer),
        *_alerts(customer),
        *customer.broken,  # last: reading the orders may add to it
    ]


def _orders(customer: Customer, orders: list[dict[str, Any]]) -> Iterator[str]:
    by_key = defaultdict(list)
    for order in orders:
        by_key[order["client_order_id"]].append(order)
        customer.note(order)
        if order["status"] not in FINAL_STATUSES:
            yield f"an order has not ended: {order}"
        if order["rested_at"] and (order["type"], order["time_in_force"]) not in RESTING:
            yield f"an order rested that must not: {order}"
        if order["time_in_force"] == "fok" and order["filled_quantity"] not in (0, order["quantity"]):
            yield f"an order was filled in part that must not: {order}"
    intents = {key: intent for key, intent in customer.intents.items() if intent.path == "/orders"}
    for key in by_key.keys() - intents.keys() - _replacements(customer).keys():
        yield f"orders that nobody asked for: {by_key[key]}"
    for key, intent in intents.items():
        confirmed, found = {answer["id"] for answer in intent.confirmed}, by_key[key]
        if len(confirmed) > 1:
            yield f"one key, several orders confirmed: {key} {confirmed}"
        if {order["id"] for order in found} != confirmed or len(found) != len(confirmed):
            yield f"confirmed {confirmed or 'nothing'} under the key {key}, but there is {found or 'nothing'}"
        for order in found:
            fields = ("ticker", "side", "type", "quantity", "limit_price", "worst_price")
            if any(not _same(order[name], intent.body.get(name)) for name in fields):
                yield f"asked for {intent.body}, got {order}"
            if order["time_in_force"] != intent.body.get("time_in_force", "day"):
                yield f"asked for {intent.body}, got {order}"


def _replacements(customer: Customer) -> dict[str, Intent]:
    return {key: intent for key, intent in customer.intents.items() if intent.path.endswith("/replace")}


def _replaced(customer: Customer, orders: list[dict[str, Any]]) -> Iterator[str]:
    """An order that ended because it was to be replaced has one successor, for what it left; no other has."""
    by_id = {order["id"]: order for order in orders}
    for key, intent in _replacements(customer).items():
        confirmed = {(answer["id"], answer["replaced_by"]) for answer in intent.confirmed}
        found = [order for order in orders if order["client_order_id"] == key]
        if len(confirmed) > 1:
            yield f"one key, several replacements confirmed: {key} {confirmed}"
        wanted = [
            wish for wish in (_successor(by_id.get(old), intent, new) for old, new in confirmed) if wish
        ]
        for wish in wanted:
            if not any(all(_same(order[name], wish[name]) for name in wish) for order in found):
                yield f"{intent.path} to {intent.body} should lead to {wish}, not {found or 'nothing'}"
        if len(found) > len(wanted):
            yield f"orders in the place of one that was not replaced: {found}"


def _successor(old: dict[str, Any] | None, intent: Intent, new: str) -> dict[str, Any] | None:
    """What must be in the place of an order now; None: nothing, for it ended otherwise."""
    if old is None:
        return {"id": new}
    left = intent.body.get("quantity", old["quantity"]) - old["filled_quantity"]
    if old["status"] != "canceled" or old["reject_reason"] or left <= 0:
        return None
    same = {name: old[name] for name in ("ticker", "side", "type", "time_in_force")}
    limit = intent.body.get("limit_price", old["limit_price"])
    return {"id": new, **same, "quantity": left, "limit_price": limit}


def _cancel_requested(customer: Customer, orders: list[dict[str, Any]]) -> Iterator[str]:
    """Every acknowledged cancel request is on record, and no other order's."""
    by_id = {order["id"]: order for order in orders}
    for order_id in customer.cancel_requested:
        order = by_id.get(order_id)
        if order is None or order["cancel_requested_at"] is None:
            yield f"acknowledged a cancel of {order_id}, but there is {order}"


def _same(actual: Any, expected: Any) -> bool:
    """Whether an order has what was asked for; a price may be written with other zeros."""
    return actual == expected or (
        isinstance(actual, str) and isinstance(expected, str) and _price(actual) == _price(expected)
    )


def _price(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _booked(customer: Customer, kind: str) -> Iterator[str]:
    """Deposits, or withdrawals, that were confirmed but are not in the history, and the other way round."""
    confirmed: Counter[Decimal] = Counter()
    for intent in customer.intents.values():
        if intent.path != f"/{kind}s" or not intent.confirmed:
            continue
        ids = {answer["id"] for answer in intent.confirmed}
        if len(ids) > 1:
            yield f"one key, several {kind}s confirmed: {intent.key} {ids}"
        confirmed[Decimal(intent.body["amount"])] += 1
    found = Counter(abs(Decimal(row["amount"])) for row in customer.rows(f"/operations?type={kind}"))
    if found != confirmed:
        lost, unconfirmed = dict(confirmed - found), dict(found - confirmed)
        yield f"{kind}s confirmed but not booked {lost}, booked but not confirmed {unconfirmed}"


def _cash(customer: Customer, orders: list[dict[str, Any]]) -> Iterator[str]:
    account = customer.must(lambda: customer.connection.call("GET", "/account")).answer
    expected = Decimal(0)
    for intent in customer.intents.values():
        if intent.path in ("/deposits", "/withdrawals") and intent.confirmed:
            expected += Decimal(intent.body["amount"]) * (1 if intent.path == "/deposits" else -1)
    for order in orders:
        amount, fee = Decimal(order["amount"]), Decimal(order["fee"])
        expected += (amount if order["side"] == "sell" else -amount) - fee
    # of dividends and splits nobody was told beforehand: that they are right is an invariant (I20, I21)
    for kind in ("dividend", "split"):
        expected += sum(Decimal(row["amount"]) for row in customer.rows(f"/operations?type={kind}"))
    if Decimal(account["balance"]) != expected:
        yield f"the balance is {account['balance']}, cash, orders and dividends come to {expected}"
    if Decimal(account["held"]) != 0:
        yield f"{account['held']} is still held"
    history = sum(Decimal(row["amount"]) for row in customer.rows("/operations"))
    if history != expected:
        yield f"the history adds up to {history}, deposits, withdrawals and orders to {expected}"


def _positions(customer: Customer, orders: list[dict[str, Any]]) -> Iterator[str]:
    expected: Counter[str] = Counter()
    for order in orders:
        expected[order["ticker"]] += order["filled_quantity"] * (1 if order["side"] == "buy" else -1)
    for news in customer.rows("/notifications"):
        if told := SPLIT.match(news["body"]):
            expected[told["ticker"]] += int(told["after"]) - int(told["before"])
    rows = customer.must(lambda: customer.connection.call("GET", "/positions")).answer["results"]
    found = {row["ticker"]: row["quantity"] for row in rows if row["quantity"]}
    if found != {ticker: quantity for ticker, quantity in expected.items() if quantity}:
        yield f"the positions are {found}, the orders come to {dict(expected)}"
    if held := [row for row in rows if row["held_quantity"]]:
        yield f"units are still held: {held}"


def _name(customer: Customer) -> Iterator[str]:
    """The last name that was acknowledged stands, or one that was tried without an answer."""
    confirmed = [call.body["display_name"] for call in customer.names if call.outcome == "ok"]
    unknown = [call.body["display_name"] for call in customer.names if call.outcome == "unknown"]
    if confirmed:
        profile = customer.must(lambda: customer.connection.call("GET", "/users/me")).answer
        if profile["display_name"] not in (confirmed[-1], *unknown):
            yield f"the name is {profile['display_name']!r}, not {confirmed[-1]!r}"


def _alerts(customer: Customer) -> Iterator[str]:
    """Whoever set an alert is told of it once, as soon as it has fired; quotes go on meanwhile."""
    if not customer.alerts:
        return
    confirmed = {call.answer["id"] for call in customer.alerts if call.outcome == "ok"}
    if lost := confirmed - {row["id"] for row in customer.rows("/alerts")}:
        yield f"price alerts were confirmed, and are not there: {lost}"
    end = time.monotonic() + ALERT_TOLD_S
    fired = _fired(customer)
    while fired - (told := _told(customer)) and time.monotonic() < end:
        time.sleep(0.3)
    if untold := fired - told:
        yield f"price alerts fired, and nobody was told: {dict(untold)}"
    if twice := told - _fired(customer):
        yield f"price alerts were told that did not fire, or twice: {dict(twice)}"


def _fired(customer: Customer) -> Counter[tuple[str, Decimal]]:
    rows = customer.rows("/alerts?waiting=false")
    return Counter((row["ticker"], Decimal(row["price"])) for row in rows)


def _told(customer: Customer) -> Counter[tuple[str, Decimal]]:
    found = (ALERT.match(row["body"]) for row in customer.rows("/notifications"))
    return Counter(
        (told["ticker"], Decimal(told["price"].replace(",", ""))) for told in found if told is not None
    )
