"""What a split makes of one position, in whole numbers: no unit and no minor unit is made or lost.

Before, a position has *q* units; every *old* of them become *new*. It has ``q × new ÷ old`` whole units after
it, and the fraction that is left over, *rest* of *old* parts of a unit, is sold to the house.

Units are counted in parts while they are split: an old unit has *new* parts, a new unit has *old* of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from trading_service.positions.models import part_of_cost


class Ratio(NamedTuple):
    """So many new units for so many old ones."""

    old: int
    new: int

    def of(self, quantity: int) -> tuple[int, int]:
        """What units become: whole units, and the rest, in parts of which ``old`` are a unit."""
        return divmod(quantity * self.new, self.old)


class HeldLot(NamedTuple):
    """What is left of a lot, and what that cost."""

    bought_at: datetime
    quantity: int
    cost: int


class SplitLots(NamedTuple):
    """The lots after a split, the next to be sold first, and what the fraction had cost that was sold."""

    lots: list[HeldLot]
    sold_cost: int


def lots_split(lots: Iterable[HeldLot], ratio: Ratio) -> SplitLots:
    """Split what is left of the lots of a position, in the order in which they are sold.

    The fraction is the first that is sold. A unit that parts of several lots make belongs to the last of
    them, and so does the cost of a lot that has no whole unit. The sum of the costs stays.
    """
    held = list(lots)
    _, rest = ratio.of(sum(lot.quantity for lot in held))
    found: list[HeldLot] = []
    sold_cost = carried = parts = 0
    for bought_at, quantity, cost in held:
        own = quantity * ratio.new
        gone = min(own, rest)
        gone_cost = part_of_cost(cost, gone, own)
        rest, sold_cost = rest - gone, sold_cost + gone_cost
        units_before = parts // ratio.old
        parts += own - gone
        units = parts // ratio.old - units_before
        carried += cost - gone_cost
        if units:
            found.append(HeldLot(bought_at, units, carried))
            carried = 0
    return SplitLots(found, sold_cost + carried)
