"""What the payments of all corporate actions have in common: each holder's share is booked once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.selectors import sources_booked
from billing_service.ledger.services import Booked, Draft, LockedAccount, accounts_lock, journal_book
from servicekit.contracts.trading import DividendAllocated, SplitAllocated
from servicekit.messaging.consume import Received

Share = TypeVar("Share", DividendAllocated, SplitAllocated)


class Paid(NamedTuple):
    """A share that was booked now: its event, the holder's account, and the journal entry."""

    message: Received  # type: ignore[type-arg]
    account: LockedAccount
    entry: Booked


def shares_pay(
    messages: Sequence[Received[Share]], draft: Callable[[Received[Share], LockedAccount], Draft]
) -> list[Paid]:
    """Book shares that are not booked yet, one journal entry each; the allocation is its source.

    Args:
        draft: the entry of a share.

    Raises:
        AccountNotReady: a customer has no account; nothing of the batch is booked.
    """
    accounts = accounts_lock(user_ids=[message.event.user_id for message in messages])
    known = sources_booked(source_ids=[message.event.allocation_id for message in messages])
    fresh: list[Received[Share]] = []
    for message in messages:
        if message.event.allocation_id in known:
            continue
        if message.event.user_id not in accounts:
            raise AccountNotReady
        known.add(message.event.allocation_id)
        fresh.append(message)
    if not fresh:
        return []
    own = [accounts[message.event.user_id] for message in fresh]
    booked = journal_book([draft(message, account) for message, account in zip(fresh, own, strict=True)])
    return [Paid(*each) for each in zip(fresh, own, booked, strict=True)]
