"""An order that waits in the book, and who comes to it."""

from __future__ import annotations

import time
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from compose.demo.client import DemoFailed, check
from compose.demo.customer import Customer
from servicekit.contracts.values import FINAL_STATUSES

#: By how much an offer is above the ask that must not be reached.
FAR = Decimal("1.05")

#: How often two customers try to meet before the price moves beyond theirs.
TRIES = 5

#: Seconds within which the price moves, mostly.
TICK_S = 6.0


class RestingOrder(Customer):
    """Offers one lot in the book, between the house's bid and ask; a second customer comes and buys it.

    When the price moves meanwhile, so that the house is the better one for either of them, they try again.
    Where the house's bid and ask are one price, it always is: the offer is put far away then, and canceled.

    Attributes:
        lot: units of the least order.
        offered: the order that waits, once there is one.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
        self.lot = 1
        self.offered: Any = None

    def trade_with_a_customer(self) -> None:
        """Two customers trade with each other; or, where the house leaves no room, nobody comes."""
        price = self.between()
        if price is None:
            self.offer(self.best()[1] * FAR // self.step() * self.step(), "above the ask")
            self.show_book()
            self.cancel_resting("the house leaves no room between its bid and its ask")
            return
        other = self.somebody_else(price)
        for _ in range(TRIES):
            price = self.between()
            if price is not None and self.trades_at(other, price):
                return
            self.price_moves()
        raise DemoFailed(f"two customers did not meet in {TRIES} tries: the price moved each time")

    def trades_at(self, other: Customer, price: Decimal) -> bool:
        """Offer at a price, to somebody who comes for it; False when the price moved meanwhile."""
        self.offer(price, "between bid and ask")
        if self.offered["status"] not in FINAL_STATUSES:
            self.show_book()
        bought = other.becomes(
            other.place("buy", self.lot, type="limit", limit_price=f"{price}", time_in_force="ioc"),
            "did not end",
            lambda order: order["status"] in FINAL_STATUSES,
        )
        if self.have_crossed(bought, price):
            other.settled("they bought", bought)
            self.settled("sold to them", self.filled(self.offered))
            return True
        if bought["status"] == "filled":
            other.settled("they bought", bought)
        self.print_step("the price moved", "the house was the better one meanwhile", "once more")
        if self.send("POST", f"/orders/{self.offered['id']}/cancel").status_code == 202:
            self.ends_after_a_cancel()
        else:
            self.sold_to_the_house()
        return False

    def have_crossed(self, bought: Any, price: Decimal) -> bool:
        """Whether the order bought what is offered: both at that price, one as taker and one as maker."""
        if bought["status"] != "filled" or Decimal(bought["average_price"]) != price:
            return False
        sold = self.filled(self.offered)
        for order, liquidity in ((bought, "taker"), (sold, "maker")):
            (fill,) = order["fills"]
            exact = Decimal(order["amount"]) == Decimal(fill["price"]) * self.lot == price * self.lot
            check(exact and fill["liquidity"] == liquidity, f"not the {liquidity} at {price}: {order}")
        return True

    def ends_after_a_cancel(self) -> None:
        ended = self.becomes(self.offered, "did not end", lambda order: order["status"] in FINAL_STATUSES)
        if ended["status"] == "filled":
            self.sold_to_the_house()
        else:
            self.canceled()

    def sold_to_the_house(self) -> None:
        """It is sold: another lot is bought, to be offered."""
        self.settled("sold", self.filled(self.offered))
        self.settled("bought", self.filled(self.place("buy", self.lot)))

    def offer(self, price: Decimal, where: str) -> None:
        placed = self.place("sell", self.lot, type="limit", limit_price=f"{price}", time_in_force="gtc")
        self.offered = self.becomes(
            placed,
            "does not wait in the book",
            lambda order: order["rested_at"] or order["status"] in FINAL_STATUSES,
        )
        self.print_step(
            "offered", f"{self.lot} {self.ticker} at {self.offered['limit_price']}, {where}", "it waits"
        )

    def show_book(self) -> None:
        book = self.book()
        limit = Decimal(self.offered["limit_price"])
        if limit not in [Decimal(row["price"]) for row in book["asks"]]:
            now = self.call("GET", f"/orders/{self.offered['id']}")
            check(now["status"] in FINAL_STATUSES, f"the offer at {limit} is not in the book: {book}")
        self.print_step("order book", f"bid {book['bids'][0]['price']}", f"ask {book['asks'][0]['price']}")
        for bid, ask in list(zip_longest(book["bids"], book["asks"]))[:3]:
            self.print_line(f"{_level(bid):>20}   {_level(ask)}")

    def somebody_else(self, price: Decimal) -> Customer:
        other = Customer(self.address)
        other.ticker, other.currency, other.steps = self.ticker, self.currency, self.steps
        self.print_step("somebody else", "comes")
        for step in (other.register, other.sign_in, other.account):
            step()
        other.top_up(price * self.lot * 2 * TRIES // 1 + Decimal("1.00"))
        return other

    def cancel_resting(self, why: str) -> None:
        self.call("POST", f"/orders/{self.offered['id']}/cancel", 202)
        self.canceled()
        self.print_step("canceled it", why)

    def canceled(self) -> None:
        self.becomes(self.offered, "was not canceled", lambda order: order["status"] == "canceled")
        self.balance_is("canceling the order changed the balance")
        self.news.append("order_canceled")

    def price_moves(self) -> None:
        """Wait for the next move of the price, so that there is time until the one after it."""
        before, end = self.best(), time.monotonic() + TICK_S
        while self.best() == before and time.monotonic() < end:
            time.sleep(0.1)

    def between(self) -> Decimal | None:
        """The price in the middle between bid and ask; None when there is none."""
        (bid, ask), step = self.best(), self.step()
        steps = (ask - bid) / step
        return bid + steps // 2 * step if steps >= 2 else None

    def best(self) -> tuple[Decimal, Decimal]:
        """The best bid and the best ask."""
        book = self.book()
        bid, ask = (Decimal(book[side][0]["price"]) for side in ("bids", "asks"))
        return bid, ask

    def step(self) -> Decimal:
        return Decimal(self.call("GET", f"/instruments/{self.ticker}")["price_step"])

    def book(self) -> Any:
        return self.call("GET", f"/instruments/{self.ticker}/book")


def _level(row: Any) -> str:
    return f"{row['quantity']} × {row['price']}" if row else ""
