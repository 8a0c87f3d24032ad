"""Events of trading_service: stream ``events:trading``.

Amounts are whole minor units of ``currency``. ``side`` is ``buy`` or ``sell``; ``type`` is
``market`` or ``limit``. The subject is the order; ``sequence`` is the order's version.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from servicekit.contracts.base import Event, event


@event("trading.order.placed.v1", subject="order/{order_id}")
class OrderPlaced(Event):
    """An order was taken. Billing is asked to hold ``hold_amount`` for a buy; 0 for a sell."""

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    type: str
    quantity: int
    hold_amount: int
    currency: str
    placed_at: datetime


@event("trading.order.placed.v2", subject="order/{order_id}")
class OrderPlacedV2(Event):
    """An order was taken. Billing is asked to hold ``hold_amount`` for a buy; 0 for a sell.

    ``time_in_force``: ``day`` or ``gtc``, and what is left of a limit order may wait in the book for long;
    ``ioc`` or ``fok``, and it does not. ``limit_price``: of a limit order. ``name_en``, ``name_ru``: what the
    instrument is called; "" in events of before there were these fields.
    """

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    type: str
    quantity: int
    time_in_force: str
    limit_price: Decimal | None
    hold_amount: int
    currency: str
    placed_at: datetime
    name_en: str = ""
    name_ru: str = ""


@event("trading.order.submitted.v1", subject="order/{order_id}")
class OrderSubmitted(Event):
    """The order goes to the venue. A buy executes at ``cap_price`` or below, a sell at or above."""

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    type: str
    quantity: int
    cap_price: Decimal
    time_in_force: str
    submitted_at: datetime


@event("trading.order.submitted.v2", subject="order/{order_id}")
class OrderSubmittedV2(Event):
    """The order goes to the venue, which fills it in parts if need be.

    ``cap_price``: a buy executes at it or below, a sell at or above; of a limit order it is
    ``limit_price``. ``time_in_force``: ``day`` or ``gtc``, and what is left of a limit order waits until
    ``expires_at``; ``ioc``, and it does not wait; ``fok``: all of it at once, or nothing. ``splits``: of how
    many splits of the instrument its terms know; the venue refuses one of other units than it trades.
    """

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    type: str
    quantity: int
    cap_price: Decimal
    limit_price: Decimal | None
    time_in_force: str
    expires_at: datetime | None
    submitted_at: datetime
    splits: int = 0


@event("trading.order.cancel_requested.v1", subject="order/{order_id}")
class OrderCancelRequested(Event):
    """The customer wants the order back, or its time is over; the venue decides whether it is in time."""

    order_id: UUID
    user_id: UUID
    requested_at: datetime


@event("trading.order.filled.v1", subject="order/{order_id}")
class OrderFilled(Event):
    """A fill was booked. ``amount`` is price × quantity rounded once; ``fee`` comes on top.

    ``final``: nothing more will be filled; what is left of the hold can be released.
    """

    order_id: UUID
    fill_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    price: Decimal
    amount: int
    fee: int
    currency: str
    final: bool
    filled_at: datetime


@event("trading.order.filled.v2", subject="order/{order_id}")
class OrderFilledV2(Event):
    """A fill was booked: all that one transaction of the venue executed of the order.

    ``value``: the exact sum of price × quantity; ``price``: the average, 6 digits. ``amount`` and ``fee``: by
    how much the order's amount and fee have grown with this fill; either may be 0. ``executions``: as in
    ``market.order.executed.v2``. ``filled_quantity``: so far, this fill included. ``hold_left``: minor units
    that the hold of a buy must keep after this fill; 0 for a sell, or when ``final``: nothing more will be
    filled. ``charged``: what a buy has come to so far, this fill and all fees included, in minor units; 0 for
    a sell, None of the version before.
    """

    order_id: UUID
    fill_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    value: Decimal
    price: Decimal
    amount: int
    fee: int
    currency: str
    executions: list[list[str]]
    filled_quantity: int
    remaining: int
    hold_left: int
    final: bool
    filled_at: datetime
    charged: int | None = None


@event("trading.order.rejected.v1", subject="order/{order_id}")
class OrderRejected(Event):
    """The order will not be executed. ``code`` is a reject code of the public contract.

    ``limit`` and ``value`` are the bound and what stood against it, as text for a person.
    """

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    code: str
    limit: str
    value: str
    rejected_at: datetime


@event("trading.order.canceled.v1", subject="order/{order_id}")
class OrderCanceled(Event):
    """The order was canceled at the customer's request; ``filled_quantity`` stays filled."""

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    filled_quantity: int
    canceled_at: datetime


@event("trading.order.canceled.v2", subject="order/{order_id}")
class OrderCanceledV2(Event):
    """What was left of the order was canceled; ``filled_quantity`` stays filled.

    ``code``: "" at the customer's request, otherwise ``self_trade``, ``unfilled``, ``corporate_action`` or
    ``operator``. ``detail``: an operator's reason, as it was written; "" otherwise. ``charged``: as in
    ``trading.order.filled.v2``. ``replaced_by``: the order that its customer wants in its place.
    """

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    filled_quantity: int
    code: str
    detail: str
    canceled_at: datetime
    charged: int | None = None
    replaced_by: UUID | None = None


@event("trading.order.expired.v1", subject="order/{order_id}")
class OrderExpired(Event):
    """The order ended because its time was over; ``filled_quantity`` stays filled.

    ``code``: ``timed_out``: billing or the venue did not answer before the order's deadline; ``day_ended``:
    its time in the book was over. ``charged``: as in ``trading.order.filled.v2``.
    """

    order_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    quantity: int
    filled_quantity: int
    code: str
    expired_at: datetime
    charged: int | None = None
