"""Handlers of the events that carry users' names; they need the app ``servicekit.people``."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_forget, people_register, people_rename


@in_batches
def on_accounts_registered(messages: Sequence[Received[user.AccountRegistered]]) -> None:
    """People signed up."""
    people_register(message.event for message in messages)


@in_batches
def on_profiles_changed(messages: Sequence[Received[user.ProfileChanged]]) -> None:
    """People changed their names."""
    people_rename((message.event, message.sequence) for message in messages)


@in_batches
def on_accounts_closed(messages: Sequence[Received[user.AccountClosed]]) -> None:
    """Accounts were closed."""
    people_forget((message.event, message.sequence) for message in messages)
