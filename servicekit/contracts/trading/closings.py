"""What trading_service says of an account that is to be closed."""

from __future__ import annotations

from uuid import UUID

from servicekit.contracts.base import Event, event


@event("trading.closing.checked.v1", subject="closing/{closing_id}/{attempt}")
class ClosingChecked(Event):
    """What a customer has here whose account is to be closed, counted after billing_service froze the cash.

    Attributes:
        open_orders, positions: how many.
        payments_due: dividends and splits of what they held that are not worked out yet.
        fill_ids: their latest fills that cost or brought something, as texts: billing_service closes once
            these are booked.
        payment_ids: their latest shares of dividends and of splits that were paid, likewise.
    """

    closing_id: UUID
    user_id: UUID
    attempt: int
    open_orders: int
    positions: int
    payments_due: int
    fill_ids: list[str]
    payment_ids: list[str]
