"""What the steps of the demo are made of: calls, waiting, and exact comparisons."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from compose.local.console import say
from servicekit.contracts.values import FINAL_STATUSES

#: Seconds that an order, its settlement or its notification may take here before it counts as lost.
WAIT_S = 15.0


class DemoFailed(Exception):
    """Something is not as the public contract says; the text is one plain sentence."""


class Person:
    """One new user at one system.

    Attributes:
        ticker: what they trade.
        currency: that of the exchange, as its instruments have it.
        cash: what their balance must be, in it.
        steps: the numbers of the steps told, which two of them may share.
        operations, news: the types of what must be in their history, and the kinds of their notifications.
    """

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=30, headers={"Accept-Language": "en"})
        self.ticker = ""
        self.currency = ""
        self.cash = Decimal(0)
        self.steps = itertools.count(1)
        self.operations: list[str] = []
        self.news: list[str] = []

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self.http.request(method, f"/api/v1{path}", **request)

    def call(self, method: str, path: str, expected: int = 200, **request: Any) -> Any:
        answer = self.send(method, path, **request)
        if answer.status_code != expected:
            raise DemoFailed(
                f"{method} {path} answered {answer.status_code}, not {expected}: {answer.text[:500]}"
            )
        return answer.json() if answer.content else None

    def refused(self, path: str) -> bool:
        return self.send("GET", path).status_code == 401

    def found(self, text: str, how: str) -> None:
        page = self.call("GET", "/instruments", params={"search": text})
        tickers = [row["ticker"] for row in page["results"]]
        check(self.ticker in tickers, f"searching for {text!r} {how} did not find {self.ticker}: {tickers}")
        row = page["results"][tickers.index(self.ticker)]
        self.print_step("searched", f"“{text}” {how}", f"{page['count']} found")
        self.print_line(f"{row['ticker']}  {row['name']}  {row['price']} {row['currency']}")

    def account_or_none(self) -> Any:
        answer = self.send("GET", "/account")
        return answer.json() if answer.status_code == 200 else None

    def balance_is(self, otherwise: str) -> None:
        account = self.call("GET", "/account")
        exact = Decimal(account["balance"]) == self.cash == Decimal(account["available"])
        check(exact and Decimal(account["held"]) == 0, f"{otherwise}: {self.cash} expected, got {account}")

    def place(self, side: str, quantity: int, **terms: str) -> Any:
        """Place an order, a market order if the terms do not say otherwise."""
        body = {"ticker": self.ticker, "side": side, "type": "market", "quantity": quantity, **terms}
        return self.call("POST", "/orders", 201, json=body, headers={"Idempotency-Key": str(uuid4())})

    def becomes(self, order: Any, what: str, good: Callable[[Any], Any]) -> Any:
        """Wait until an order is as it must become."""

        def look() -> Any:
            now = self.call("GET", f"/orders/{order['id']}")
            return now if good(now) else None

        return wait(f"the {order['side']} order {order['id']} {what}", look)

    def filled(self, placed: Any) -> Any:
        """Wait until an order is filled, in whole."""
        order = self.becomes(placed, "did not end", has_ended)
        side, quantity = order["side"], order["quantity"]
        check(order["status"] == "filled", f"the {side} order is {order['status']}: {order['reject_reason']}")
        check(order["filled_quantity"] == quantity, f"{order['filled_quantity']} of {quantity} were filled")
        for total in ("amount", "fee"):
            parts = sum(Decimal(fill[total]) for fill in order["fills"])
            check(parts == Decimal(order[total]), f"the fills' {total}s make {parts}, not {order[total]}")
        return order

    def settled(self, word: str, order: Any) -> None:
        """Wait until billing has booked the order; then the balance must be exact."""

        def booked() -> bool:
            kinds = {row["type"] for row in self.operations_of(order)}
            return kinds == {order["side"], "fee"}

        amount, fee = Decimal(order["amount"]), Decimal(order["fee"])
        self.cash += (amount if order["side"] == "sell" else -amount) - fee
        wait("the order was filled but not settled", booked)
        self.balance_is(f"after this {order['side']} the balance is wrong")
        price = f"{order['filled_quantity']} {self.ticker} at {order['average_price']}"
        self.print_step(
            word, price, f"{order['amount']} {self.currency}, fee {order['fee']}", f"balance {self.cash}"
        )
        self.print_line(" → ".join(row["to_status"] for row in order["history"]))
        self.operations += [order["side"], "fee"]
        self.news.append("order_filled")

    def operations_of(self, order: Any) -> list[Any]:
        rows = self.call("GET", "/operations")["results"]
        return [row for row in rows if row["order_id"] == order["id"]]

    def position_is(self, quantity: int) -> None:
        rows = self.call("GET", "/positions")["results"]
        held = [(row["ticker"], row["quantity"], row["held_quantity"]) for row in rows]
        check(held == [(self.ticker, quantity, 0)], f"expected {quantity} {self.ticker}, got {held}")
        row = rows[0]
        value = f"worth {row['market_value']} {self.currency}, profit {row['unrealized_pnl']}"
        self.print_step("position", f"{quantity} {self.ticker} at {row['average_cost']}", value)

    def print_step(self, step: str, *facts: str) -> None:
        say(f"{next(self.steps):>3}  {step:<15} {' · '.join(facts)}")

    def print_line(self, line: str) -> None:
        say(f"{'':21}{line}")


def check(good: bool, otherwise: str) -> None:
    """Go on, or say what is wrong."""
    if not good:
        raise DemoFailed(otherwise)


def has_ended(order: Any) -> bool:
    """Whether nothing more can happen to an order."""
    return order["status"] in FINAL_STATUSES


def wait(otherwise: str, look: Callable[[], Any], seconds: float = WAIT_S) -> Any:
    """What ``look`` gives as soon as that is something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise DemoFailed(f"{otherwise} within {seconds:.1f} s")
        time.sleep(0.05)
    return found
