"""Handlers of what billing_service decides."""

from __future__ import annotations

from servicekit.contracts import billing
from servicekit.messaging.consume import Received
from user_service.closings.services import closing_decide


def on_closing_decided(message: Received[billing.ClosingDecided]) -> None:
    """An account is closed, or is not."""
    closing_decide(decided=message.event)
