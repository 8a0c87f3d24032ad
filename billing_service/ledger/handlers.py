"""Events that concern accounts."""

from __future__ import annotations

from billing_service.ledger.services import account_open
from servicekit.contracts import user
from servicekit.messaging import Received


def on_account_registered(message: Received[user.AccountRegistered]) -> None:
    """Somebody signed up: open the cash account."""
    account_open(user_id=message.event.user_id)
