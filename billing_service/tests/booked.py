"""A customer who traded, and operations of any moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from unittest.mock import patch

from django.db import transaction

from billing_service.holds.services import holds_place, orders_settle
from billing_service.ledger.models import InstrumentName, JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import Draft, Posting, accounts_lock, journal, journal_book
from billing_service.tests.orders import order_filled, order_placed, received
from servicekit.ids import new_id


def trader_of(customer: Callable[[int], LedgerAccount]) -> LedgerAccount:
    """Deposited 1,000.00, bought 10 AAPL for 430.40 and a fee of 0.22, sold 4 TSLA for 100.00, no fee.

    What AAPL is called is known, and what TSLA is called is not. The account has ``buy`` and ``sell``: the
    orders as they were placed.
    """
    account = customer(1000_00)
    assert account.user_id
    buy = order_placed(account.user_id, hold_amount=435_00)
    holds_place(messages=[received(buy)])
    InstrumentName.objects.create(ticker="AAPL", name_en="Apple Inc.", name_ru="Эппл")
    orders_settle(messages=[received(order_filled(buy, amount=430_40, fee=22))])
    sell = order_placed(account.user_id, hold_amount=0, side="sell", ticker="TSLA", quantity=4)
    orders_settle(messages=[received(order_filled(sell, amount=100_00, fee=0))])
    account.buy, account.sell = buy, sell  # type: ignore[attr-defined]
    return account


def booked_at(account: LedgerAccount, *amounts: int, moment: datetime, ticker: str = "") -> None:
    """Book deposits as if the database's clock said ``moment``; amounts in minor units."""
    kind = LedgerEntry.Kind.DEPOSIT
    assert account.user_id
    head = journal._head_lock
    with transaction.atomic(), patch.object(journal, "_head_lock", lambda: (*head()[:2], moment)):
        locked = accounts_lock(user_ids=[account.user_id])[account.user_id]
        journal_book(
            [
                Draft(
                    type=JournalEntry.Type.DEPOSIT,
                    source_id=new_id(),
                    request_id="",
                    currency=account.currency,
                    postings=[
                        Posting(locked, kind, amount),
                        Posting(LedgerAccount.Kind.EXTERNAL, kind, -amount),
                    ],
                    ticker=ticker,
                )
                for amount in amounts
            ]
        )
