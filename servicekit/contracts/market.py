"""Events of market_service: stream ``events:market``, and the lossy stream ``quotes:market``."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from servicekit.contracts.base import Event, event


@event("market.instrument.changed.v1", subject="instrument/{instrument_id}")
class InstrumentChanged(Event):
    """An instrument was listed, or what is known of it changed; carries its whole description.

    ``isin`` is empty when it has none; ``issued_quantity`` is what was offered in all; ``status``
    is ``open`` or ``halted``; ``price`` is the quote at that moment, in ``currency``, valid as of
    ``price_at``. ``splits``: how many splits of its units were carried out; prices and quantities are those
    after the last of them.
    """

    instrument_id: UUID
    ticker: str
    isin: str
    type: str
    name_en: str
    name_ru: str
    currency: str
    lot_size: int
    price_step: Decimal
    issued_quantity: int
    status: str
    price: Decimal
    previous_close: Decimal
    price_at: datetime
    splits: int = 0


@event("market.order.executed.v1", subject="venue-order/{order_id}")
class OrderExecuted(Event):
    """The venue executed an order in full: the point of no return. ``fill_id`` names the execution."""

    order_id: UUID
    fill_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    price: Decimal
    executed_at: datetime


@event("market.order.executed.v2", subject="venue-order/{order_id}")
class OrderExecutedV2(Event):
    """What one transaction of the venue executed of an order: one fill. The point of no return.

    ``fill_id``: the id of the first of its executions.
    ``value``: the exact sum of price × quantity. ``remaining``: units that are not executed yet.
    ``executions``: the parts of it, each ``[id, trade_id, quantity, price, "maker" | "taker",
    "house" | "customer"]``, all strings: whether the order stood in the book or came to it, and against whom.
    ``market_time``: the market's time of ``executed_at``, of the replayed day in a replay; None of
    events before there was this field.
    """

    order_id: UUID
    fill_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    value: Decimal
    remaining: int
    executions: list[list[str]]
    executed_at: datetime
    market_time: datetime | None = None


@event("market.order.rested.v1", subject="venue-order/{order_id}")
class OrderRested(Event):
    """What is left of an order waits in the book, until ``expires_at`` at the latest."""

    order_id: UUID
    remaining: int
    expires_at: datetime
    rested_at: datetime


@event("market.order.refused.v1", subject="venue-order/{order_id}")
class OrderRefused(Event):
    """The venue will not execute an order.

    ``code``: ``corporate_action``, ``insufficient_quantity``, ``instrument_halted``, ``price_moved``,
    ``quote_stale``, ``self_trade`` or ``unfillable``.
    ``limit`` and ``value`` are the bound and what stood against it, as text for a person.
    """

    order_id: UUID
    code: str
    limit: str
    value: str
    refused_at: datetime


@event("market.order.canceled.v1", subject="venue-order/{order_id}")
class OrderCanceled(Event):
    """The venue took an order back before it was executed."""

    order_id: UUID
    canceled_at: datetime


@event("market.order.canceled.v2", subject="venue-order/{order_id}")
class OrderCanceledV2(Event):
    """The venue took back what was left of an order; ``executed`` units of it stay executed.

    ``reason``: "" when its customer canceled it, otherwise ``corporate_action``, ``operator``,
    ``self_trade`` or ``unfilled``. ``detail``: the operator's words for the customer, "" otherwise.
    """

    order_id: UUID
    reason: str
    detail: str
    executed: int
    canceled_at: datetime


@event("market.order.expired.v1", subject="venue-order/{order_id}")
class OrderExpired(Event):
    """An order's time in the book was over; ``executed`` units of it stay executed."""

    order_id: UUID
    executed: int
    expired_at: datetime


@event("market.day.closed.v1", subject="market-day/{number}")
class MarketDayClosed(Event):
    """A day of the market is over, or was left for another; changes of prices now count from ``closes``.

    ``number``: of the day, counting up. ``day`` and ``next_day``: as ``2012-06-12``; of a replay they may be
    any, and go back. ``closed_at``: in real time. ``closes``: ``[instrument_id, price]``, each a string, of a
    part of the instruments; this is ``part`` 1 … ``parts``.
    """

    number: int
    day: str
    next_day: str
    closed_at: datetime
    part: int
    parts: int
    closes: list[list[str]]


@event("market.dividend.recorded.v1", subject="corporate-action/{action_id}")
class DividendRecorded(Event):
    """Whoever held units of an instrument at ``recorded_at`` is paid ``per_unit`` for each, in major units.

    ``units``: what customers hold at that moment, as the venue counts it. The moment is taken under the
    instrument's lock: an execution is before it or after it. ``bought_units``, ``sold_units``: what customers
    have bought and sold in all executions until then; who has booked less lacks an execution. None of
    a record of before there were these fields.
    """

    action_id: UUID
    instrument_id: UUID
    ticker: str
    per_unit: Decimal
    currency: str
    units: int
    recorded_at: datetime
    bought_units: int | None = None
    sold_units: int | None = None


@event("market.split.recorded.v1", subject="corporate-action/{action_id}")
class SplitRecorded(Event):
    """Every ``old_units`` units of an instrument become ``new_units``, as of ``recorded_at``.

    Trading is halted since that moment, and nothing rests in its book; it is opened on
    ``trading.split.completed.v1``. ``number``: of the split, the instrument's first is 1. ``units``: what
    customers hold, in old units; ``bought_units``, ``sold_units``: as in :class:`DividendRecorded`.
    ``price``, ``previous_close``, ``price_step``, ``lot_size`` and ``issued_quantity``: those after the
    split; a fraction of a unit is paid for at ``price``.
    """

    action_id: UUID
    instrument_id: UUID
    ticker: str
    number: int
    old_units: int
    new_units: int
    price: Decimal
    previous_close: Decimal
    price_step: Decimal
    lot_size: int
    issued_quantity: int
    currency: str
    units: int
    recorded_at: datetime
    bought_units: int | None = None
    sold_units: int | None = None


@event("market.quotes.updated.v2", subject="quotes")
class QuotesUpdated(Event):
    """Quotes of some open instruments. Not an outbox event: lossy, and only the latest of each matters.

    ``quotes``: a list of ``[instrument_id, price]``, each a string; all of them as of ``confirmed_at``.
    Earlier quotes of open instruments are confirmed as of that time, too: a subscriber that has received
    every message since ``number`` = ``complete_since`` knows the quote of every open instrument (0: not all
    were published yet).
    """

    quotes: list[list[str]]
    confirmed_at: datetime
    number: int
    complete_since: int
