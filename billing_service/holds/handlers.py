"""Handlers of order events: holds and settlements. Sells have no hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from billing_service.holds.services import holds_expire, holds_place, holds_void, orders_settle
from billing_service.ledger.services import instruments_name
from servicekit.contracts import trading
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.messaging.consume import Received, in_batches, in_stream_order

Placed = trading.OrderPlaced | trading.OrderPlacedV2
Ended = trading.OrderRejected | trading.OrderCanceled | trading.OrderCanceledV2 | trading.OrderExpired

#: Orders rejected so had no hold: billing itself declined them.
_DECLINED = (RejectCode.INSUFFICIENT_FUNDS, RejectCode.ACCOUNT_FROZEN, RejectCode.ACCOUNT_NOT_READY)


@in_stream_order
def on_orders_placed_or_ended(messages: Sequence[Received[Placed | Ended]]) -> None:
    """Buys ask for their cash to be held; orders that ended release what is left of theirs. What instruments
    are called is remembered.

    In the order of the stream, so that who replaces an order can place the new one with the old one's cash,
    however many events are handled at once.
    """
    instruments_name(message.event for message in messages if isinstance(message.event, Placed))
    for use_case, run in groupby(filter(_concerns_cash, messages), key=_use_case):
        use_case(messages=list(run))


def _concerns_cash(message: Received[Placed | Ended]) -> bool:
    match message.event:
        case trading.OrderPlaced(side="buy") | trading.OrderPlacedV2(side="buy"):
            return message.event.hold_amount > 0
        case trading.OrderRejected(side="buy", code=code):
            return code not in _DECLINED
        case event:
            return event.side == "buy"


def _use_case(message: Received[Placed | Ended]) -> Callable[..., int]:
    match message.event:
        case trading.OrderPlaced() | trading.OrderPlacedV2():
            return holds_place
        case trading.OrderExpired():
            return holds_expire
        case _:
            return holds_void


@in_batches(repeat_subjects=True)
def on_orders_filled(messages: Sequence[Received[trading.OrderFilled | trading.OrderFilledV2]]) -> None:
    """Fills are paid."""
    orders_settle(messages=messages)
