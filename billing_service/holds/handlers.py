"""Events of orders: what each means for customers' cash. Sells hold none."""

from __future__ import annotations

from collections.abc import Sequence

from billing_service.holds.services import holds_expire, holds_place, holds_void, orders_settle
from servicekit.contracts import trading
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.messaging.consume import Received, in_batches

#: Orders rejected so had no hold: billing itself declined them.
_DECLINED = (RejectCode.INSUFFICIENT_FUNDS, RejectCode.ACCOUNT_FROZEN, RejectCode.ACCOUNT_NOT_READY)


@in_batches
def on_orders_placed(messages: Sequence[Received[trading.OrderPlaced | trading.OrderPlacedV2]]) -> None:
    """Buys ask for their cash to be held."""
    holds_place(messages=[m for m in messages if m.event.side == "buy" and m.event.hold_amount > 0])


@in_batches(repeat_subjects=True)
def on_orders_filled(messages: Sequence[Received[trading.OrderFilled | trading.OrderFilledV2]]) -> None:
    """Fills are paid."""
    orders_settle(messages=messages)


@in_batches
def on_orders_rejected(messages: Sequence[Received[trading.OrderRejected]]) -> None:
    """Orders ended unfilled."""
    holds_void(messages=[m for m in messages if m.event.side == "buy" and m.event.code not in _DECLINED])


@in_batches
def on_orders_canceled(messages: Sequence[Received[trading.OrderCanceled | trading.OrderCanceledV2]]) -> None:
    """Orders were taken back."""
    holds_void(messages=[m for m in messages if m.event.side == "buy"])


@in_batches
def on_orders_expired(messages: Sequence[Received[trading.OrderExpired]]) -> None:
    """Orders ended because their time was over."""
    holds_expire(messages=[m for m in messages if m.event.side == "buy"])
