"""Handlers of events about accounts that are closed."""

from __future__ import annotations

from collections.abc import Sequence

from notification_service.closings.services import users_forget
from servicekit.contracts import user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_forget


@in_batches
def on_accounts_closed(messages: Sequence[Received[user.AccountClosed]]) -> None:
    """Accounts were closed: whoever had them is not known here any more."""
    users_forget(
        closed=[(message.event.user_id, message.sequence, message.event.closed_at) for message in messages]
    )
    people_forget((message.event, message.sequence) for message in messages)
