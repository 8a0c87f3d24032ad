"""Splits of positions: every unit of an instrument becomes more or fewer, in one transaction.

What was bought and sold before stays as it was, in the units of then, so that the days, and with them the
history of the portfolio, stay to the cent: the units that a split adds count as bought for nothing, those
that it takes as sold for nothing, and the fraction of a unit that is left over as one more, bought and sold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from servicekit.database.bulk import Insert, Update, Upsert
from servicekit.money import EXACT, amount_minor
from servicekit.portions import portions_of
from trading_service.positions.lots_split import HeldLot, Ratio, SplitLots, lots_split
from trading_service.positions.models import DailyFlow, DayOpening, Lot, Position, part_of_cost
from trading_service.positions.selectors import value_of

#: Positions that are read and written at a time.
PORTION = 500


class PositionsHeld(Exception):
    """Units are still set aside for sells; nothing was changed."""


class PositionSplit(NamedTuple):
    """What became of a position: its units, and what is paid for the fraction, in minor units."""

    user_id: UUID
    old_quantity: int
    quantity: int
    amount: int


class Prices(NamedTuple):
    """The previous close before and after the split, the price after it, in major units of ``currency``."""

    close_before: Decimal
    close: Decimal
    price: Decimal
    currency: str


class _Book(NamedTuple):
    """The columns of a position that a split changes, and its key."""

    id: UUID
    quantity: int
    cost_basis: int
    realized_pnl: int
    bought_quantity: int


class _LotRow(NamedTuple):
    position_id: UUID
    bought_at: datetime
    quantity: int
    cost: int
    bought_before: int
    cost_before: int


class _FlowRow(NamedTuple):
    position_id: UUID
    day: date
    bought_quantity: int
    bought_cost: int
    sold_quantity: int
    sold_proceeds: int


class _Opening(NamedTuple):
    position_id: UUID
    bought_quantity: int
    bought_cost: int
    sold_quantity: int


_WRITE = Update(Position, _Book, key="id", shared=("updated_at",))
_LOTS = Insert(Lot, _LotRow)
_FLOWS = Upsert(
    DailyFlow,
    _FlowRow,
    key=("position_id", "day"),
    add=("bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds"),
)
_OPENINGS = Update(DayOpening, _Opening, key="position_id")


def positions_split(
    *, instrument_id: UUID, ratio: Ratio, prices: Prices, at: datetime
) -> Iterator[list[PositionSplit]]:
    """Split every position of an instrument, some at a time. In a transaction, and to be read to the end.

    The cost of what is held stays to the minor unit, less that of a fraction, which is sold at the price,
    rounded down. A position of which only a fraction would be left is sold whole.

    Raises:
        PositionsHeld: units are set aside for sells.
    """
    positions = Position.objects.select_for_update(no_key=True).order_by("user_id").select_related(None)
    wanted = list(positions.filter(instrument_id=instrument_id, quantity__gt=0))
    if any(position.held_quantity for position in wanted):
        raise PositionsHeld
    for some in portions_of(wanted, PORTION):
        yield _split(some, ratio, prices, at)


def _split(positions: Sequence[Position], ratio: Ratio, prices: Prices, at: datetime) -> list[PositionSplit]:
    ids = [position.id for position in positions]
    lots = _lots(ids)
    openings = DayOpening.objects.in_bulk(ids)
    done, books, new_lots, flows, opened = [], [], [], [], []
    for position in positions:
        before = position.quantity
        whole, rest = ratio.of(before)
        amount = fraction_amount(prices, rest, ratio)
        own = lots.get(position.id, [])
        split = lots_split(_held(own, position.sold_quantity), ratio)
        taken = part_of_cost(position.cost_basis, rest, before * ratio.new)
        rounded_up = whole + bool(rest)
        added, removed = max(0, rounded_up - before), max(0, before - rounded_up) + bool(rest)
        book = _Book(
            position.id,
            whole,
            position.cost_basis - taken,
            position.realized_pnl + amount - taken,
            position.bought_quantity + added,
        )
        books.append(book)
        new_lots += _rows(position, own, split, sold=book.bought_quantity - whole)
        flows.append(_FlowRow(position.id, at.date(), added, 0, removed, amount))
        if (opening := openings.get(position.id)) is not None:
            opened.append(_opening(opening, ratio, prices))
        done.append(PositionSplit(position.user_id, before, whole, amount))
    Lot.objects.filter(position_id__in=ids).delete()
    _WRITE.run(books, updated_at=timezone.now())
    _LOTS.run(new_lots)
    _FLOWS.run(flows)
    _OPENINGS.run(opened)
    return done


def fraction_amount(prices: Prices, rest: int, ratio: Ratio) -> int:
    """What a fraction of a unit brings, in minor units, rounded down."""
    return amount_minor(EXACT.multiply(prices.price, rest), "sell", prices.currency) // ratio.old


def _lots(ids: Iterable[UUID]) -> dict[UUID, list[Lot]]:
    rows = Lot.objects.filter(position_id__in=ids).order_by("position_id", "bought_before")
    return {id_: list(own) for id_, own in groupby(rows, lambda lot: lot.position_id)}


def _held(lots: Iterable[Lot], sold: int) -> Iterator[HeldLot]:
    """What is left of the lots."""
    for lot in lots:
        gone = min(max(0, sold - lot.bought_before), lot.quantity)
        if gone < lot.quantity:
            cost = lot.cost - part_of_cost(lot.cost, gone, lot.quantity)
            yield HeldLot(lot.bought_at, lot.quantity - gone, cost)


def _rows(position: Position, before: Sequence[Lot], split: SplitLots, *, sold: int) -> list[_LotRow]:
    """The lots of a position from now on: one of all that was sold, then what is left of the others."""
    sold_cost = position.bought_cost - sum(lot.cost for lot in split.lots)
    gone = [HeldLot(before[0].bought_at, sold, sold_cost)] if sold else []
    rows, units, cost = [], 0, 0
    for lot in (*gone, *split.lots):
        rows.append(_LotRow(position.id, lot.bought_at, lot.quantity, lot.cost, units, cost))
        units, cost = units + lot.quantity, cost + lot.cost
    return rows


def _opening(opening: DayOpening, ratio: Ratio, prices: Prices) -> _Opening:
    """What the position had come to as the day began, in new units; what it was worth then stays.

    What the fraction was worth, and what rounding the close makes of the rest, counts as put in since.
    """
    held = opening.bought_quantity - opening.sold_quantity
    whole, _ = ratio.of(held)
    worth_before = value_of(prices.close_before, held, prices.currency) or 0
    worth = value_of(prices.close, whole, prices.currency) or 0
    return _Opening(
        opening.position_id,
        opening.bought_quantity + max(0, whole - held),
        opening.bought_cost - (worth_before - worth),
        opening.sold_quantity + max(0, held - whole),
    )
