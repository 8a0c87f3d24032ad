"""A plain order book to hold the real one against: one instrument, one list of orders, nothing clever.

It is written from the rules, not from the matcher, and shares no code with it. Every order is looked at for
every execution; that makes it slow, and easy to be sure of.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Submit:
    """An order that comes. Prices are whole numbers; ``kind`` is ``market``, ``whole`` or ``limit``.

    ``whole``: a market order that is filled at once, or not at all. ``force``: of a limit order.
    """

    name: int
    user: int
    buys: bool
    kind: str
    force: str
    quantity: int
    price: int


@dataclass
class Cancel:
    """An order is wanted back."""

    name: int


@dataclass
class Expire:
    """The time of an order is over."""

    name: int


@dataclass
class Change:
    """Of the instrument and its house; None: it stays."""

    quote: int | None = None
    spread: int | None = None
    house: bool | None = None
    open: bool | None = None
    fresh: bool | None = None
    issue: int | None = None


Step = Submit | Cancel | Expire | Change


@dataclass
class Reference:
    """The rules, one after the other.

    Attributes:
        trades: ``(buyer, seller, quantity, price)`` by the orders' names, None the house.
        ended: order → ``(how, why, units executed)``.
        resting: the orders that wait, in the order of their arrival, with what is left of each.
    """

    quote: int
    spread: int = 0
    issued: int = 100
    available: int = 100
    lot: int = 1
    house: bool = True
    open: bool = True
    fresh: bool = True
    trades: list[tuple[int | None, int | None, int, int]] = field(default_factory=list)
    ended: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    resting: dict[int, tuple[Submit, int]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Do one thing after the other."""
        match step:
            case Submit():
                if step.name not in self.ended and step.name not in self.resting:
                    self._submit(step)
            case Cancel():
                if step.name in self.resting:
                    self._end(step.name, "canceled", "")
                elif step.name not in self.ended:
                    self.ended[step.name] = ("canceled", "", 0)
            case Expire():
                if step.name in self.resting:
                    self._end(step.name, "expired", "")
            case Change():
                self._change(step)

    @property
    def ask(self) -> int:
        return self.quote + self.spread

    @property
    def bid(self) -> int:
        return max(1, self.quote - self.spread)

    def _offered(self, buys: bool) -> int:
        """What the house would sell to a buy or buy from a sell."""
        if not (self.house and self.fresh and self.open):
            return 0
        return self.available // self.lot * self.lot if buys else self.issued - self.available

    def _submit(self, order: Submit) -> None:
        if not self.open:
            self.ended[order.name] = ("refused", "instrument_halted", 0)
            return
        if order.kind == "whole" or order.force == "fok":
            could = self._could(order)
            if could < order.quantity:
                self.ended[order.name] = ("refused", self._why(order, could), 0)
                return
        left, own = order.quantity, False
        while left:
            found = self._best(order)
            if found is None:
                break
            name, price, most = found
            if name is not None and self.resting[name][0].user == order.user:
                own = True
                break
            quantity = min(left, most)
            left -= quantity
            self._trade(order, name, quantity, price)
        if not left:
            self.ended[order.name] = ("executed", "", order.quantity)
        elif own:
            self.ended[order.name] = ("canceled", "self_trade", order.quantity - left)
        elif order.kind == "limit" and order.force in ("day", "gtc"):
            self.resting[order.name] = (order, left)
        elif order.kind == "limit" or left < order.quantity:
            self.ended[order.name] = ("canceled", "unfilled", order.quantity - left)
        else:
            self.ended[order.name] = ("refused", self._why(order, 0), 0)

    def _best(self, order: Submit) -> tuple[int | None, int, int] | None:
        """Who is the best to trade with, at which price and how much at most: customers before the house."""
        sign = 1 if order.buys else -1
        sellers = [
            (sign * other.price, place, name, other.price, left)
            for place, (name, (other, left)) in enumerate(self.resting.items())
            if other.buys != order.buys and sign * other.price <= sign * order.price
        ]
        best = min(sellers) if sellers else None
        house = self.ask if order.buys else self.bid
        offered = self._offered(order.buys) if sign * house <= sign * order.price else 0
        if best is not None and (not offered or best[0] <= sign * house):
            return best[2], best[3], best[4]
        return (None, house, offered) if offered else None

    def _could(self, order: Submit) -> int:
        """How much could be had at once: tried on a copy."""
        copy = Reference(
            self.quote, self.spread, self.issued, self.available, self.lot, self.house, self.open, self.fresh,
            resting=dict(self.resting),
        )  # fmt: skip
        had = 0
        while had < order.quantity:
            found = copy._best(order)
            if found is None or (found[0] is not None and copy.resting[found[0]][0].user == order.user):
                break
            quantity = min(order.quantity - had, found[2])
            copy._trade(order, found[0], quantity, found[1])
            had += quantity
        return had

    def _trade(self, order: Submit, name: int | None, quantity: int, price: int) -> None:
        if name is None:
            self.available += -quantity if order.buys else quantity
        else:
            other, left = self.resting[name]
            self.resting[name] = (other, left - quantity)
            if left == quantity:
                self._end(name, "executed", "")
        self.trades.append(
            (order.name, name, quantity, price) if order.buys else (name, order.name, quantity, price)
        )

    def _end(self, name: int, how: str, why: str) -> None:
        order, left = self.resting.pop(name)
        self.ended[name] = (how, why, order.quantity - left)

    def _why(self, order: Submit, could: int) -> str:
        if order.kind == "limit":
            return "unfillable"
        if self.house and not self.fresh and not could:
            return "quote_stale"
        price = self.ask if order.buys else self.bid
        beyond = price > order.price if order.buys else price < order.price
        if self.house and self.fresh and beyond and not could:
            return "price_moved"
        return "insufficient_quantity"

    def _change(self, change: Change) -> None:
        """What the house then reaches executes at the resting orders' prices, the best first."""
        for field_name in ("quote", "spread", "house", "open", "fresh"):
            if (value := getattr(change, field_name)) is not None:
                setattr(self, field_name, value)
        if change.issue is not None:
            self.issued, self.available = self.issued + change.issue, self.available + change.issue
        for buys in (True, False):
            sign = 1 if buys else -1
            while True:
                reached = [
                    (-sign * order.price, place, name)
                    for place, (name, (order, _)) in enumerate(self.resting.items())
                    if order.buys == buys and (order.price >= self.ask if buys else order.price <= self.bid)
                ]
                offered = self._offered(buys)
                if not reached or not offered:
                    break
                name = min(reached)[2]
                order, left = self.resting[name]
                quantity = min(left, offered)
                self.available += -quantity if buys else quantity
                self.resting[name] = (order, left - quantity)
                buyer, seller = (name, None) if buys else (None, name)
                self.trades.append((buyer, seller, quantity, order.price))
                if left == quantity:
                    self._end(name, "executed", "")
