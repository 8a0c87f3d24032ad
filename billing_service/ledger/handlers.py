"""Handlers of events about accounts."""

from __future__ import annotations

from collections.abc import Sequence

from billing_service.ledger.services import account_close_decide, account_close_prepare, accounts_open
from servicekit.contracts import trading, user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_register


@in_batches
def on_accounts_registered(messages: Sequence[Received[user.AccountRegistered]]) -> None:
    """Customers signed up: open their cash accounts, and know their names."""
    accounts_open(messages=messages)
    people_register(message.event for message in messages)


def on_closing_requested(message: Received[user.ClosingRequested]) -> None:
    """A customer wants the account closed."""
    account_close_prepare(wanted=message.event)


def on_closing_checked(message: Received[trading.ClosingChecked]) -> None:
    """trading_service has looked for orders and positions of an account that is to be closed."""
    account_close_decide(checked=message.event)
