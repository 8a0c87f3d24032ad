"""An order that waits in the book, and who comes to it."""

from __future__ import annotations

from decimal import Decimal
from itertools import zip_longest
from typing import Any

from compose.demo.client import check
from compose.demo.customer import Customer

#: By how much an offer is above the ask that must not be reached.
FAR = Decimal("1.05")


class Waiting(Customer):
    """Offers one unit in the book; a second customer buys it, if the house leaves room for a price of theirs.

    Between its bid and its ask customers meet each other; where both are one price (as a new system has it)
    the house is always the better one, so the offer is put far away, and taken back.

    Attributes:
        offered: the order that waits, once there is one.
        room: whether it stands between the house's bid and ask.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
        self.offered: Any = None
        self.room = False

    def offer(self) -> None:
        step = Decimal(self.call("GET", f"/instruments/{self.ticker}")["price_step"])
        book = self.book()
        bid, ask = (Decimal(book[side][0]["price"]) for side in ("bids", "asks"))
        steps = (ask - bid) / step
        self.room = steps >= 2
        price = bid + steps // 2 * step if self.room else ask * FAR // step * step
        terms = {"type": "limit", "limit_price": f"{price}", "time_in_force": "gtc"}
        placed = self.place("sell", 1, **terms)
        self.offered = self.becomes(placed, "does not wait in the book", lambda order: order["rested_at"])
        where = "between bid and ask" if self.room else "above the ask"
        self.told("offered", f"1 {self.ticker} at {self.offered['limit_price']}, {where}", "it waits")

    def show_book(self) -> None:
        book = self.book()
        mine = [row for row in book["asks"] if Decimal(row["price"]) == Decimal(self.offered["limit_price"])]
        check(len(mine) == 1, f"the offer at {self.offered['limit_price']} is not in the book: {book}")
        self.told("order book", f"bid {book['bids'][0]['price']}", f"ask {book['asks'][0]['price']}")
        for bid, ask in list(zip_longest(book["bids"], book["asks"]))[:3]:
            self.shown(f"{_level(bid):>20}   {_level(ask)}")

    def meet(self) -> None:
        if not self.room:
            self.take_back()
            return
        other = Customer(self.address)
        other.ticker, other.steps = self.ticker, self.steps
        price = Decimal(self.offered["limit_price"])
        self.told("somebody else", "comes for it")
        for step in (other.register, other.sign_in, other.account):
            step()
        other.top_up(price * 2 // 1 + Decimal("0.00"))
        bought = other.filled(
            other.place("buy", 1, type="limit", limit_price=self.offered["limit_price"], time_in_force="ioc")
        )
        sold = self.filled(self.offered)
        for order, liquidity in ((bought, "taker"), (sold, "maker")):
            (fill,) = order["fills"]
            exact = Decimal(order["amount"]) == Decimal(fill["price"]) == price
            check(exact and fill["liquidity"] == liquidity, f"not the {liquidity} at {price}: {order}")
        other.settled("they bought", bought)
        self.settled("sold to them", sold)

    def take_back(self) -> None:
        self.call("POST", f"/orders/{self.offered['id']}/cancel", 202)
        self.becomes(self.offered, "was not canceled", lambda order: order["status"] == "canceled")
        self.balance_is("taking an offer back changed the balance")
        self.news.append("order_canceled")
        self.told("took it back", "the house leaves no room between its bid and its ask")

    def book(self) -> Any:
        return self.call("GET", f"/instruments/{self.ticker}/book")


def _level(row: Any) -> str:
    return f"{row['quantity']} × {row['price']}" if row else ""
