"""Every invariant, in the order of their numbers."""

from __future__ import annotations

from compose.check.invariants import (
    cash,
    chain,
    closings,
    days,
    delivery,
    dividends,
    events,
    ledger,
    lots,
    market,
    orders,
    promises,
    splits,
    states,
    unfinished,
    units,
)
from compose.check.model import Invariant

INVARIANTS: tuple[Invariant, ...] = (
    ledger.I1,
    ledger.I2,
    ledger.I3,
    ledger.I4,
    ledger.I5,
    market.I6,
    orders.I7,
    events.I8,
    states.I9,
    chain.I10,
    unfinished.I11,
    delivery.I12,
    orders.I13,
    cash.I14,
    units.I15,
    cash.I16,
    promises.I17,
    lots.I18,
    days.I19,
    dividends.I20,
    splits.I21,
    closings.I22,
)
