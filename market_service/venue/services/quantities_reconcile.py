"""Reconciles quantities with trades: available + sold = issued, for every instrument."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Now

from market_service.instruments import services as instruments
from market_service.instruments.errors import BeingSplit
from market_service.instruments.models import HaltReason
from market_service.venue.models import Reconciliation, Trade
from market_service.venue.selectors import Quantities, quantities
from servicekit.database.bulk import Upsert

log = logging.getLogger(__name__)

Breach = Quantities


class _Row(NamedTuple):
    """A row of :class:`Reconciliation`."""

    instrument_id: UUID
    sold: int
    trade_seq: int
    difference: int


# Two reconciliations at once have read the same; the later trade has counted more.
_REMEMBER = Upsert(
    Reconciliation,
    _Row,
    key="instrument_id",
    where="kept.trade_seq < excluded.trade_seq"
    " OR (kept.trade_seq = excluded.trade_seq AND kept.difference <> excluded.difference)",
    computed={"changed_at": "statement_timestamp()"},
)


def quantities_reconcile() -> list[Breach]:
    """Count what the house traded since the last time, and compare with what is on offer.

    An instrument whose quantities do not add up is halted and logged as an error, at every run until
    somebody has found out why. Nothing is ever adjusted here.

    Returns:
        Those instruments. Emits ``InstrumentChanged`` for each that was not halted for it yet.
    """
    seen = quantities()
    _REMEMBER.run(_Row(one.instrument_id, one.sold, one.trade_seq, one.difference) for one in seen)
    breaches = [one for one in seen if one.difference]
    for breach in breaches:
        log.error(
            "%s is halted: %d issued, but %d on offer and %d sold, a difference of %+d",
            breach.ticker,
            breach.issued,
            breach.available,
            breach.sold,
            breach.difference,
        )
        with suppress(BeingSplit):  # then it is halted, and the next run will see
            instruments.instrument_halt(instrument_id=breach.instrument_id, halt_reason=HaltReason.QUANTITIES)
    return breaches


def sold_restate(*, instrument_id: UUID, sold: int) -> int:
    """After a split, count what the house has sold from here on, in new units. In its transaction, locked.

    Args:
        sold: what customers hold now.

    Returns:
        The number of the instrument's last trade, 0 if there was none.
    """
    trades = Trade.objects.filter(instrument_id=instrument_id).order_by("-trade_seq")
    last = trades.values_list("trade_seq", flat=True).first() or 0
    values = {"sold": sold, "trade_seq": last, "difference": 0, "changed_at": Now()}
    Reconciliation.objects.update_or_create(instrument_id=instrument_id, defaults=values)
    return last
