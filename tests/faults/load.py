"""The load: customers who trade by a seeded will."""

from __future__ import annotations

import threading
import time

from tests.faults.client import Call
from tests.faults.customer import Customer

#: What everybody trades most: one hot instrument. The others are drawn evenly.
HOT = "BZIDX"
TICKERS = (HOT, HOT, HOT, "AAPL", "MSFT", "BZB5", "EURSIM")
#: What an order is bound by besides the price protection, in dollars: mostly nothing; or a price that binds
#: one side and not the other.
BOUNDS = ("", "", "", "", "", "0.05", "50000.00")
#: Calls a second of one customer, on average.
PACE = 5.0
#: Seconds between two attempts to sign in again.
SIGN_IN_PAUSE = 2.0


class Trader(Customer):
    """Buys, sells, cancels, deposits, withdraws and reads, a few times a second."""

    _next_sign_in = 0.0

    def trade(self, stop: threading.Event) -> None:
        """Act until told to stop."""
        actions = {self._buy: 45, self._sell: 15, self._cancel: 8, self._deposit: 7, self._withdraw: 4,
                   self._read: 14, self._ask_too_much: 3, self._rename: 4}  # fmt: skip
        while not stop.wait(self.random.expovariate(PACE)):
            (action,) = self.random.choices(list(actions), list(actions.values()))
            if action().status == 401 and time.monotonic() >= self._next_sign_in:
                self._next_sign_in = time.monotonic() + SIGN_IN_PAUSE
                self.sign_in()

    def _place(self, side: str, ticker: str, quantity: int) -> Call:
        bound = self.random.choice(BOUNDS)
        intent = self.order(side, ticker, quantity, **({"worst_price": bound} if bound else {}))
        call = self.send(intent)
        if call.outcome == "unknown" and self.random.random() < 0.4:  # an impatient one tries again at once
            call = self.send(intent)
        if call.outcome == "ok":
            self.note(call.answer)
        return call

    def _buy(self) -> Call:
        return self._place("buy", self.random.choice(TICKERS), self.random.randint(1, 3))

    def _sell(self) -> Call:
        return self._place("sell", self.random.choice(TICKERS), self.random.randint(1, 2))

    def _ask_too_much(self) -> Call:
        """More than there is money for, or nothing at all."""
        return self._place("buy", HOT, self.random.choice((0, 50_000)))

    def _cancel(self) -> Call:
        if not self.seen:
            return self._buy()
        return self.cancel(self.random.choice(list(self.seen)[-3:]))

    def _deposit(self) -> Call:
        cents = f"{self.random.randint(10, 400)}.{self.random.randint(0, 99):02}"
        return self.send(self.intent("/deposits", {"amount": cents, "currency": "USD"}))

    def _withdraw(self) -> Call:
        """Mostly what there is; sometimes more than ever was, which is refused."""
        dollars = self.random.choice((self.random.randint(1, 90), self.random.randint(1, 90), 900_000))
        body = {"amount": f"{dollars}.{self.random.randint(0, 99):02}", "currency": "USD"}
        intent = self.intent("/withdrawals", body)
        call = self.send(intent)
        if call.outcome == "unknown" and self.random.random() < 0.4:  # an impatient one tries again at once
            call = self.send(intent)
        return call

    def _read(self) -> Call:
        some = [f"/orders/{order_id}" for order_id in list(self.seen)[-5:]]
        return self.look(self.random.choice(["/account", "/positions", "/notifications", *some]))

    def _rename(self) -> Call:
        body = {"display_name": f"{self.name} {len(self.names)}"}
        call = self.connection.call("PATCH", "/users/me", body)
        self.calls += 1
        self.names.append(call)
        return call
