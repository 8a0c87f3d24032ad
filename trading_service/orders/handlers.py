"""Handlers of billing's and the venue's events, one use-case each; the whole flow is in ``saga.py``."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import billing, market
from servicekit.messaging.consume import Received, in_batches
from trading_service.orders import saga, services


@in_batches
def on_holds_placed(messages: Sequence[Received[billing.HoldPlaced]]) -> None:
    services.orders_submit(messages=messages)


@in_batches
def on_holds_declined(messages: Sequence[Received[billing.HoldDeclined]]) -> None:
    services.orders_reject(messages=messages, step=saga.HOLD_DECLINED)


@in_batches(repeat_subjects=True)
def on_orders_executed(messages: Sequence[Received[market.OrderExecutedV2]]) -> None:
    services.orders_fill(messages=messages, step=saga.EXECUTED)


@in_batches(repeat_subjects=True)
def on_whole_orders_executed(messages: Sequence[Received[market.OrderExecuted]]) -> None:
    """Of orders that the version before submitted."""
    services.orders_fill(messages=messages, step=saga.EXECUTED_WHOLE)


@in_batches
def on_orders_rested(messages: Sequence[Received[market.OrderRested]]) -> None:
    services.orders_rest(messages=messages)


@in_batches
def on_orders_refused(messages: Sequence[Received[market.OrderRefused]]) -> None:
    services.orders_reject(messages=messages, step=saga.REFUSED)


@in_batches
def on_orders_canceled(messages: Sequence[Received[market.OrderCanceledV2]]) -> None:
    services.orders_cancel(messages=messages, step=saga.CANCELED)


@in_batches
def on_whole_orders_canceled(messages: Sequence[Received[market.OrderCanceled]]) -> None:
    """Of orders that the version before submitted, or that were canceled before they came to the venue."""
    services.orders_cancel(messages=messages, step=saga.CANCELED_WHOLE)


@in_batches
def on_orders_expired(messages: Sequence[Received[market.OrderExpired]]) -> None:
    services.orders_cancel(messages=messages, step=saga.DAY_ENDED)
