"""The matching rule: what an order executes against, and what happens to the rest of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from market_service.venue.matching.house import House
from market_service.venue.matching.orders import (
    BUY,
    CANCELED,
    EXECUTED,
    EXPIRED,
    SELL,
    End,
    Ended,
    Match,
    Order,
    shown,
)
from market_service.venue.matching.side import Side
from servicekit.contracts.reject_reasons import RejectCode


class Book:
    """One instrument's book and its house, during a transaction.

    Attributes:
        matches: what was executed, in its order.

    Args:
        trading: the instrument's status: orders are taken while it is ``open``.
        step: its price step, for prices in texts.
        bids, asks: what rests; complete as far as any order that is to come can reach.
    """

    __slots__ = ("_shown", "_sides", "house", "matches", "now", "step", "trading")

    def __init__(
        self, *, trading: str, step: Decimal, house: House, bids: Side, asks: Side, now: datetime
    ) -> None:
        self.trading, self.step, self.house, self.now = trading, step, house, now
        self._sides = (bids, asks)
        self.matches: list[Match] = []
        self._shown: dict[int, Decimal] = {}

    def submit(self, order: Order) -> None:
        """Execute what can be executed of a new order; afterwards it rests or has ended."""
        if self.trading != "open":
            order.end = not_open(self.trading)
        elif order.expires_at is not None and order.expires_at <= self.now:
            order.end = EXPIRED
        elif order.whole and (reachable := self._reachable(order)) < order.quantity:
            order.end = self._refusal(order, reachable)
        else:
            self._match(order)
            if order.end is None and order.remaining:
                self._leave(order)

    def cancel(self, order: Order, end: End = CANCELED) -> None:
        """Take an order out of the book."""
        order.resting, order.end = False, end

    def meet_house(self, *, at_most: int) -> bool:
        """Execute resting orders that the house's prices reach, each at its own price; none during a halt.

        Returns:
            Whether it has come to an end; otherwise so many were executed, and there may be more.
        """
        if self.trading != "open":
            return True
        for side in (BUY, SELL):
            house_rank = -self.house.price(side) if side == BUY else self.house.price(side)
            for order in self._sides[side]:
                offer = self.house.offer(side)
                if not offer or order.rank > house_rank:
                    break
                if len(self.matches) == at_most:
                    return False
                quantity = min(order.remaining, offer)
                self.house.take(side, quantity)
                self._execute(order, None, quantity, order.price)
        return True

    def _match(self, order: Order) -> None:
        house, bound = self.house, -order.rank
        offer = house.offer(order.side)
        house_rank = house.ask if order.side == BUY else -house.bid
        for maker in self._sides[1 - order.side] or ():
            if maker.rank > bound:
                break
            if offer and house_rank < maker.rank:
                self._buy_or_sell(order, offer)
                offer = 0
            if not order.remaining:
                break
            if maker.user_id == order.user_id:
                order.end = End(Ended.CANCELED, RejectCode.SELF_TRADE.value)
                return
            self._execute(maker, order, min(order.remaining, maker.remaining), maker.price)
            if not order.remaining:
                break
        if offer and order.remaining and house_rank <= bound:
            self._buy_or_sell(order, offer)

    def _buy_or_sell(self, order: Order, offer: int) -> None:
        """Execute against the house."""
        quantity = min(order.remaining, offer)
        self.house.take(order.side, quantity)
        self._execute(None, order, quantity, self.house.price(order.side))

    def _execute(self, maker: Order | None, taker: Order | None, quantity: int, price: int) -> None:
        match = Match(maker, taker, quantity, price)
        self.matches.append(match)
        for order in (maker, taker):
            if order is not None:
                if order.matches is None:
                    order.matches = []
                order.matches.append(match)
                order.remaining -= quantity
                if not order.remaining:
                    order.resting, order.end = False, EXECUTED

    def _leave(self, order: Order) -> None:
        """What becomes of an order's remainder."""
        if order.rests:
            self._sides[order.side].add(order)
        elif order.type == "limit" or order.executed:
            order.end = End(Ended.CANCELED, RejectCode.UNFILLED.value)
        else:
            order.end = self._refusal(order, 0)

    def _reachable(self, order: Order) -> int:
        """Units of an order that could be executed at once."""
        house, bound, found = self.house, -order.rank, 0
        offer = house.offer(order.side)
        house_rank = house.ask if order.side == BUY else -house.bid
        if house_rank > bound:
            offer = 0
        for maker in self._sides[1 - order.side] or ():
            if found >= order.quantity or maker.rank > bound:
                break
            if offer and house_rank < maker.rank:
                found, offer = found + offer, 0
            if maker.user_id == order.user_id:
                return found
            found += maker.remaining
        return found + offer

    def _refusal(self, order: Order, reachable: int) -> End:
        """Why an order that must not wait was not executed: ``reachable`` units could have been."""
        house = self.house
        if order.type == "limit":
            return _refused(RejectCode.UNFILLABLE, reachable, order.quantity)
        if house.stale_s and not reachable:
            return _refused(RejectCode.QUOTE_STALE, house.fresh_s, house.stale_s)
        price = house.price(order.side)
        beyond = price > order.price if order.side == BUY else price < order.price
        if house.present and beyond and not reachable:
            return _refused(RejectCode.PRICE_MOVED, self.shown(order.price), self.shown(price))
        return _refused(RejectCode.INSUFFICIENT_QUANTITY, reachable, order.quantity)

    def shown(self, price: int) -> Decimal:
        """As :func:`shown`; each price once."""
        if (text := self._shown.get(price)) is None:
            text = self._shown[price] = shown(price, self.step)
        return text


def not_open(status: str) -> End:
    """The refusal of an order for an instrument that is halted or not listed at all."""
    return _refused(RejectCode.INSTRUMENT_HALTED, "open", status)


def _refused(code: RejectCode, limit: object, value: object) -> End:
    return End(Ended.REFUSED, code.value, str(limit), str(value))
