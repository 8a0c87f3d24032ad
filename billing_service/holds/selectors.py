"""Reads of holds."""

from __future__ import annotations

from uuid import UUID

from billing_service.holds.models import Hold


def hold_exists(*, order_id: UUID) -> bool:
    """Whether the order has a hold, of any state."""
    return Hold.objects.filter(order_id=order_id).exists()
