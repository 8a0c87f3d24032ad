"""What cannot happen while the other services keep their word; the event is retried, then set aside."""

from __future__ import annotations

from servicekit.errors import DomainError


class FillNotCovered(DomainError):
    """A fill came for which no pending hold has enough left: nothing was booked."""

    code = "fill_not_covered"
    status = 409
    title = "The fill is not covered"
    message = "No pending hold of order %(order_id)s covers %(due)s for fill %(fill_id)s."


class HoldChanged(DomainError):
    """A hold was changed by somebody without its account's lock: the batch is handled again."""

    code = "hold_changed"
    status = 409
    title = "A hold has changed"
    message = "%(changed)s of %(expected)s holds were still pending."
