"""The load: customers who trade by a seeded will."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal
from queue import SimpleQueue
from typing import Any, TypeVar

from servicekit.contracts.values import FINAL_STATUSES
from tests.faults.client import Call
from tests.faults.customer import Customer, Intent

#: What everybody trades most: one hot instrument. The others are drawn evenly.
HOT = "BZIDX"
TICKERS = (HOT, HOT, HOT, "AAPL", "MSFT", "BZB5", "EURSIM")
#: What an order is bound by besides the price protection, in dollars: mostly nothing; or a price that binds
#: one side and not the other.
BOUNDS = ("", "", "", "", "", "0.05", "50000.00")
#: How far the house keeps from the quotes of these during the load, as a share of the quote: between its bid
#: and its ask customers trade with each other.
HALF_SPREAD = Decimal("0.001")
#: How far from the quote a limit is at most, as a share of it: beyond the house's bid and ask it executes at
#: once, within it rests, until somebody crosses it or a quote does.
LIMIT_WITHIN = 0.0012
#: How long an order waits that is not filled at once: mostly it rests.
WAITS = ("day", "day", "gtc", "gtc", "ioc", "fok")
#: Calls a second of one customer, on average.
ACTIONS_PER_S = 5.0
#: Seconds between two attempts to sign in again.
SIGN_IN_PAUSE = 2.0
#: Seconds after which somebody comes again who found nobody there; twice as many each time, up to the last.
BACKOFF_S = (0.1, 5.0)
#: Seconds within which a customer is between two calls, on a machine with other work.
BETWEEN_CALLS_S = 120.0

T = TypeVar("T")


class Trader(Customer):
    """Trades, waits in the book, replaces, cancels, deposits, withdraws, sets price alerts and reads."""

    _next_sign_in = 0.0

    def __init__(self, url: str, *, seed: str) -> None:
        super().__init__(url, seed=seed)
        self._asked: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def between_calls(self, do: Callable[[Customer], T]) -> T:
        """Do something with this customer, who trades, between two calls; returns what it returns."""
        done: Future[T] = Future()
        self._asked.put(lambda: done.set_result(do(self)))
        return done.result(timeout=BETWEEN_CALLS_S)

    def trade(self, stop: threading.Event) -> None:
        """Act until told to stop."""
        actions = {self._buy: 30, self._sell: 12, self._limit: 30, self._replace: 8, self._cancel: 8,
                   self._cancel_all: 1, self._deposit: 6, self._withdraw: 4, self._read: 14,
                   self._order_too_much: 3, self._rename: 4, self._alert: 4}  # fmt: skip
        pause = BACKOFF_S[0]
        while not stop.wait(self.random.expovariate(ACTIONS_PER_S)):
            while not self._asked.empty():
                self._asked.get()()
            (action,) = self.random.choices(list(actions), list(actions.values()))
            call = action()
            if call.connection_refused:
                stop.wait(pause)
                pause = min(2 * pause, BACKOFF_S[1])
            else:
                pause = BACKOFF_S[0]
            if call.status == 401 and time.monotonic() >= self._next_sign_in:
                self._next_sign_in = time.monotonic() + SIGN_IN_PAUSE
                self.sign_in()

    def _send(self, intent: Intent) -> Call:
        call = self.send(intent)
        if call.outcome == "unknown" and self.random.random() < 0.4:  # an impatient one tries again at once
            call = self.send(intent)
        return call

    def _send_order(self, intent: Intent) -> Call:
        call = self._send(intent)
        if call.outcome == "ok":
            self.note(call.answer)
        return call

    def _place(self, side: str, ticker: str, quantity: int) -> Call:
        bound = self.random.choice(BOUNDS)
        return self._send_order(
            self.order(side, ticker, quantity, **({"worst_price": bound} if bound else {}))
        )

    def _buy(self) -> Call:
        return self._place("buy", self.random.choice(TICKERS), self.random.randint(1, 3))

    def _sell(self) -> Call:
        return self._place("sell", self.random.choice(TICKERS), self.random.randint(1, 2))

    def _limit(self) -> Call:
        """Near the quote: some cross what rests, or reach the house; the others rest, or find nothing."""
        ticker = self.random.choice(TICKERS)
        quote = self.look(f"/instruments/{ticker}")
        if quote.outcome != "ok":
            return quote
        limit = self._near(Decimal(quote.answer["price"]), Decimal(quote.answer["price_step"]))
        terms = {"type": "limit", "limit_price": limit, "time_in_force": self.random.choice(WAITS)}
        side, quantity = self.random.choice(("buy", "sell")), self.random.randint(1, 6)
        return self._send_order(self.order(side, ticker, quantity, **terms))

    def _near(self, price: Decimal, step: Decimal) -> str:
        steps = round(price / step * Decimal(self.random.uniform(1 - LIMIT_WITHIN, 1 + LIMIT_WITHIN)))
        return f"{steps * step}"

    def _replace(self) -> Call:
        """Another quantity, another limit or both, of one of the orders that may rest."""
        resting = [order for order in self.seen.values() if self._may_rest(order)]
        if not resting:
            return self._limit()
        order = self.random.choice(resting[-8:])
        limit = Decimal(order["limit_price"])
        step = Decimal(1).scaleb(int(limit.as_tuple().exponent))
        terms: dict[str, Any] = {
            "quantity": self.random.randint(1, 6), "limit_price": self._near(limit, step)
        }  # fmt: skip
        for name in self.random.choice(((), ("quantity",), ("limit_price",))):
            del terms[name]
        return self._send_order(self.replacement(order["id"], **terms))

    @staticmethod
    def _may_rest(order: dict[str, Any]) -> bool:
        return bool(order["expires_at"]) and order["status"] not in FINAL_STATUSES

    def _order_too_much(self) -> Call:
        """More than there is money for, or nothing at all."""
        return self._place("buy", HOT, self.random.choice((0, 50_000)))

    def _cancel(self) -> Call:
        if not self.seen:
            return self._buy()
        return self.cancel(self.random.choice(list(self.seen)[-5:]))

    def _cancel_all(self) -> Call:
        return self.cancel_all(self.random.choice((None, HOT)))

    def _deposit(self) -> Call:
        cents = f"{self.random.randint(10, 400)}.{self.random.randint(0, 99):02}"
        return self.send(self.intent("/deposits", {"amount": cents, "currency": "USD"}))

    def _withdraw(self) -> Call:
        """Mostly what there is; sometimes more than ever was, which is refused."""
        dollars = self.random.choice((self.random.randint(1, 90), self.random.randint(1, 90), 900_000))
        body = {"amount": f"{dollars}.{self.random.randint(0, 99):02}", "currency": "USD"}
        return self._send(self.intent("/withdrawals", body))

    def _read(self) -> Call:
        latest = list(self.seen.values())[-5:]
        some = [f"/orders/{order_id}" for order in latest for order_id in (order["id"], order["replaced_by"])
                if order_id]  # fmt: skip
        return self.look(self.random.choice(["/account", "/positions", "/notifications", *some]))

    def _rename(self) -> Call:
        body = {"display_name": f"{self.name} {len(self.names)}"}
        call = self.connection.call("PATCH", "/users/me", body)
        self.calls += 1
        self.names.append(call)
        return call

    def _alert(self) -> Call:
        """So near the quote that most of them fire; of what is never split, so its price stays."""
        quote = self.look(f"/instruments/{HOT}")
        if quote.outcome != "ok":
            return quote
        price = self._near(Decimal(quote.answer["price"]), Decimal(quote.answer["price_step"]))
        call = self.connection.call("POST", "/alerts", {"ticker": HOT, "price": price})
        self.calls += 1
        self.alerts.append(call)
        return call
