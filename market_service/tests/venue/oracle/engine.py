"""The engine of the package order-matching, in the words of the reference: code that we did not write.

It has limit orders that wait until they are canceled, of customers who trade with each other. Beyond those
its rules are others: it knows neither ioc, fok, a halt nor a house, lets customers trade with themselves and
what is left of a market order wait, and sorts by the time that an order says it was placed. Prices are floats
with one digit after the point: whole numbers are exact.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from loguru import logger
from order_matching.enums import Side
from order_matching.matching_engine import MatchingEngine
from order_matching.order import LimitOrder
from order_matching.orders import Orders

from market_service.tests.venue.oracle.reference import Cancel, Submit

logger.disable("order_matching")  # it tells of each order on the terminal

_BEGIN = datetime(2026, 1, 1)


class Engine:
    """A book of its own.

    Attributes:
        trades: ``(buyer, seller, quantity, price)`` by the orders' names.
    """

    def __init__(self) -> None:
        self._engine, self._now = MatchingEngine(seed=1), _BEGIN
        self.trades: list[tuple[int, int, int, int]] = []

    def take(self, step: Submit | Cancel) -> None:
        """Do one thing after the other."""
        if isinstance(step, Cancel):
            if self._engine.unprocessed_orders.find_order_by_id(str(step.name)) is not None:
                self._engine.cancel_order(str(step.name))
            return
        self._now += timedelta(seconds=1)
        side = Side.BUY if step.buys else Side.SELL
        order = LimitOrder(
            side=side, price=step.price, size=step.quantity, timestamp=self._now,
            order_id=str(step.name), trader_id=str(step.user),
        )  # fmt: skip
        self._engine.place(Orders([order]))
        for trade in self._engine.match(self._now).trades:
            pair = int(trade.incoming_order_id), int(trade.book_order_id)
            buyer, seller = pair if trade.side is Side.BUY else reversed(pair)
            self.trades.append((buyer, seller, int(trade.size), int(trade.price)))

    @property
    def resting(self) -> dict[int, int]:
        """What is left of each order that waits."""
        book = self._engine.unprocessed_orders
        sides = [*book.bids.values(), *book.offers.values()]
        return {int(order.order_id): int(order.size) for orders in sides for order in orders}


def agreed_steps(seed: int, number: int) -> list[Submit | Cancel]:
    """Random steps of which both make the same: each order is another customer's; cancels come after it."""
    dice = random.Random(seed)
    made: list[Submit | Cancel] = []
    for name in range(number):
        if name and dice.random() < 0.25:
            made.append(Cancel(dice.randrange(name)))
        else:
            force, price = dice.choice(["day", "gtc"]), dice.randint(95, 105)
            made.append(Submit(name, name, dice.random() < 0.5, "limit", force, dice.randint(1, 12), price))
    return made
