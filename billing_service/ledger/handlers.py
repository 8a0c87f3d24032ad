"""Handlers of events about accounts."""

from __future__ import annotations

from collections.abc import Sequence

from billing_service.ledger.services import accounts_open
from servicekit.contracts import user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_register


@in_batches
def on_accounts_registered(messages: Sequence[Received[user.AccountRegistered]]) -> None:
    """Customers signed up: open their cash accounts, and know their names."""
    accounts_open(messages=messages)
    people_register(message.event for message in messages)
