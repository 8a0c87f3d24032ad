"""Every invariant, in the order of their numbers."""

from __future__ import annotations

from compose.check.invariants import cash, events, ledger, market, orders, units
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
    orders.I13,
    cash.I14,
    units.I15,
    cash.I16,
)
