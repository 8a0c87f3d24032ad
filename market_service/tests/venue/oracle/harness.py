"""The matcher with a plain dictionary in the place of the database, in transactions of several steps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any
from uuid import UUID

from market_service.tests.venue.oracle.reference import Cancel, Change, Expire, Reference, Step, Submit
from market_service.tests.venue.oracle.steps import random_steps
from market_service.venue import matching

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LATER = datetime(2027, 1, 1, tzinfo=UTC)

#: A price of the steps in millionths: they count cents.
CENT = 10_000

#: Steps of one history, so that a failure says a short one.
HISTORY = 400


class Matched:
    """What the matcher makes of steps, in the words of the reference.

    Args:
        module: the matcher, or one with a bug in it.
        page: so many resting orders are read at a time.
    """

    def __init__(self, start: Reference, *, module: ModuleType = matching, page: int = 2) -> None:
        self.state, self.page, self.matcher = start, page, module
        self.trades: list[tuple[int | None, int | None, int, int]] = []
        self.ended: dict[int, tuple[str, str, int]] = {}
        self.stored: dict[int, Any] = {}
        self.arrivals = 0

    @property
    def resting(self) -> dict[int, int]:
        return {name: order.remaining for name, order in self.stored.items()}

    def run(self, steps: Sequence[Step]) -> None:
        """One transaction; a change of the instrument or its house is one of its own."""
        if isinstance(first := steps[0], Change):
            self._change(first)
            return
        book = self._book()
        came: dict[int, Any] = {}
        for step in steps:
            if isinstance(step, Submit):
                if step.name not in came and step.name not in self.ended and step.name not in self.stored:
                    order = came[step.name] = self._order(step)
                    book.submit(order)
            elif isinstance(step, Cancel | Expire):
                self._leave(book, step, came)
        self._keep(book, came)

    def _leave(self, book: Any, step: Cancel | Expire, came: dict[int, Any]) -> None:
        order = came.get(step.name) or self.stored.get(step.name)
        if order is not None and order.resting:
            book.cancel(order, self.matcher.EXPIRED if isinstance(step, Expire) else self.matcher.CANCELED)
        elif order is None and isinstance(step, Cancel) and step.name not in self.ended:
            self.ended[step.name] = ("canceled", "", 0)

    def _change(self, change: Change) -> None:
        for name in ("quote", "spread", "house", "open", "fresh"):
            if (value := getattr(change, name)) is not None:
                setattr(self.state, name, value)
        if change.issue is not None:
            self.state.issued += change.issue
            self.state.available += change.issue
        done = False
        while not done:
            book = self._book()
            done = book.meet_house(at_most=3)
            self._keep(book, {})

    def _book(self) -> Any:
        state, m = self.state, self.matcher
        ask, bid = m.house_prices(
            quote=Decimal(state.quote) / 100, half_spread=Decimal(state.spread) / 100, step=Decimal("0.01")
        )
        stale = state.house and not state.fresh
        house = m.House(
            ask=ask, bid=bid, available=state.available, issued=state.issued, lot=state.lot,
            present=state.house and state.fresh, stale_s=31 if stale else 0, fresh_s=30,
        )  # fmt: skip
        return m.Book(
            trading="open" if state.open else "halted", step=Decimal("0.01"), house=house, now=_NOW,
            bids=self._side(m.BUY), asks=self._side(m.SELL),
        )  # fmt: skip

    def _side(self, side: int) -> Any:
        kept = sorted(
            (order for order in self.stored.values() if order.side == side),
            key=lambda order: (order.rank, order.arrival_seq),
        )

        def more(last: Any) -> list[Any]:
            start = kept.index(last) + 1 if last is not None else 0
            return kept[start : start + self.page]

        return self.matcher.Side(kept[: self.page], more)

    def _order(self, step: Submit) -> Any:
        m = self.matcher
        limit = step.kind == "limit"
        return m.Order(
            order_id=UUID(int=step.name), instrument_id=UUID(int=0), user_id=UUID(int=step.user),
            side=m.BUY if step.buys else m.SELL, type="limit" if limit else "market",
            time_in_force=step.force, price=step.price * CENT, quantity=step.quantity,
            remaining=step.quantity,
            whole=step.kind == "whole" or step.force == "fok",
            expires_at=_LATER if limit and step.force in ("day", "gtc") else None,
        )  # fmt: skip

    def _keep(self, book: Any, came: dict[int, Any]) -> None:
        """As the commit does."""
        for match in book.matches:
            order = match.taker or match.maker
            buys = (order.side == self.matcher.BUY) == (order is match.taker)
            names = [None if side is None else side.order_id.int for side in (match.taker, match.maker)]
            buyer, seller = names if buys else reversed(names)
            self.trades.append((buyer, seller, match.quantity, match.price // CENT))
        self.state.available = book.house.available
        for name, order in {**self.stored, **came}.items():
            order.matches = None
            if order.resting and name not in self.stored:
                self.arrivals += 1
                order.arrival_seq, order.stored = self.arrivals, True
                self.stored[name] = order
            elif not order.resting:
                self.stored.pop(name, None)
                self.ended[name] = (order.end.state.value, order.end.code, order.executed)


def batches(steps: Sequence[Step], size: int) -> list[list[Step]]:
    """The steps in transactions of at most ``size``; each change alone."""
    made: list[list[Step]] = []
    for step in steps:
        if not made or isinstance(step, Change) or isinstance(made[-1][0], Change) or len(made[-1]) >= size:
            made.append([])
        made[-1].append(step)
    return made


def compare_histories(seed: int, steps: int, *, module: ModuleType = matching) -> int:
    """Compare so many random steps, in histories of their own: in transactions and pages of any size.

    Returns:
        How many trades there were.

    Raises:
        AssertionError: as :func:`compare`; a note says which seed repeats that history alone.
    """
    trades = 0
    for one in range(seed, seed + -(-steps // HISTORY)):
        dice = random.Random(one)
        try:
            trades += compare(
                random_steps(one, HISTORY),
                size=dice.choice([1, 3, 20, 200]),
                page=dice.choice([1, 2, 5]),
                lot=dice.choice([1, 1, 4]),
                available=dice.choice([5, 60]),
                module=module,
            )
        except AssertionError as error:
            error.add_note(f"BIRZHA_ORACLE_SEED={one} BIRZHA_ORACLE_STEPS={HISTORY}")
            raise
    return trades


def compare(
    steps: Sequence[Step],
    *,
    size: int,
    page: int,
    lot: int = 1,
    available: int = 60,
    module: ModuleType = matching,
) -> int:
    """Give the same steps to the reference and to the matcher; they must agree after every transaction.

    Returns:
        How many trades there were.

    Raises:
        AssertionError: they do not.
    """
    plain, taken = Reference(quote=100, available=available, lot=lot), 0
    matched = Matched(Reference(quote=100, available=available, lot=lot), module=module, page=page)
    for batch in batches(steps, size):
        for step in batch:
            plain.take(step)
        matched.run(batch)
        taken += len(batch)
        assert matched.trades == plain.trades, f"other trades after {taken} steps"
        assert matched.ended == plain.ended, f"other ends after {taken} steps"
        resting = {name: left for name, (_, left) in plain.resting.items()}
        assert matched.resting == resting, f"other orders rest after {taken} steps"
        assert matched.state.available == plain.available, f"another quantity on offer after {taken} steps"
    return len(plain.trades)
