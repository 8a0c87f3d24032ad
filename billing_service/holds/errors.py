"""Errors that only a bug elsewhere can cause; the event is retried, then becomes a dead letter."""

from __future__ import annotations

from uuid import UUID

from servicekit.errors import DomainError


class FillNotCovered(DomainError):
    """No pending hold covers the fill; nothing was booked."""

    code = "fill_not_covered"
    status = 409
    title = "The fill is not covered"
    message = "No pending hold of order %(order_id)s covers %(due)s for fill %(fill_id)s."


class FillMissing(RuntimeError):
    """An earlier fill of the order is not booked yet: it was taken from us, and is sent again."""

    def __init__(self, order_id: UUID, *, booked: int, charged: int) -> None:
        super().__init__(f"of order {order_id}, {booked} of {charged} is booked: an earlier fill is missing")


class HoldChanged(DomainError):
    """A hold was changed without its account's lock; the batch is handled again."""

    code = "hold_changed"
    status = 409
    title = "A hold has changed"
    message = "%(changed)s of %(expected)s holds were still pending."
