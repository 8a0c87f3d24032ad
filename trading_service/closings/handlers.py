"""Handlers of events about accounts that are to be closed, and that are."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import billing, user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_forget
from trading_service.alerts.services import alerts_forget
from trading_service.closings.services import closing_check
from trading_service.watchlist.services import watchlists_forget


def on_closing_prepared(message: Received[billing.ClosingPrepared]) -> None:
    """billing_service has frozen an account without cash that is to be closed."""
    closing_check(prepared=message.event)


@in_batches
def on_accounts_closed(messages: Sequence[Received[user.AccountClosed]]) -> None:
    """Accounts were closed: nobody waits for prices, or keeps an eye on anything, any more."""
    user_ids = [message.event.user_id for message in messages]
    alerts_forget(user_ids=user_ids)
    watchlists_forget(user_ids=user_ids)
    people_forget((message.event, message.sequence) for message in messages)
