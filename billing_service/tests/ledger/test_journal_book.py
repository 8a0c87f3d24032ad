"""Booking: balances, running balances, numbers, the chain, and all or nothing."""

from __future__ import annotations

from decimal import Decimal, Inexact
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import chain_breaks, journal_head, operation_list
from billing_service.ledger.services import Draft, LockedAccount, Posting, accounts_lock, journal_book
from servicekit.ids import new_id
from servicekit.testing.sent import Sent
from servicekit.testing.threads import at_once

Kind, System = LedgerEntry.Kind, LedgerAccount.Kind


def draft(*postings: Posting, request_id: str = "", **fields) -> Draft:
    values: dict[str, Any] = {"type": "deposit", "source_id": new_id(), "currency": "USD"} | fields
    return Draft(request_id=request_id, postings=postings, **values)


def locked(*accounts: LedgerAccount) -> list[LockedAccount]:
    found = accounts_lock(user_ids=[account.user_id for account in accounts])
    return [found[account.user_id] for account in accounts]


def test_each_leg_has_the_balance_after_it_and_counts_on(customer):
    account = customer(100)

    with transaction.atomic():
        (mine,) = locked(account)
        (booked,) = journal_book(
            [
                draft(
                    Posting(mine, Kind.BUY, -60),
                    Posting(mine, Kind.FEE, -1),
                    Posting(System.HOUSE_CASH, Kind.BUY, 60),
                    Posting(System.FEES, Kind.FEE, 1),
                    request_id="click-1",
                )
            ]
        )

    lines = operation_list(user_id=account.user_id).values_list("number", "kind", "amount", "balance_after")
    assert list(lines) == [(3, "fee", -1, 39), (2, "buy", -60, 40), (1, "deposit", 100, 100)]
    assert booked.balances[account.id] == 39
    entry = JournalEntry.objects.get(id=booked.id)
    assert (entry.request_id, entry.number, entry.occurred_at) == ("click-1", 2, booked.occurred_at)


def test_a_leg_of_nothing_is_left_out(customer):
    account = customer(100)

    with transaction.atomic():
        (mine,) = locked(account)
        (booked,) = journal_book(
            [
                draft(
                    Posting(mine, Kind.BUY, -60),
                    Posting(mine, Kind.FEE, 0),
                    Posting(System.HOUSE_CASH, Kind.BUY, 60),
                    Posting(System.FEES, Kind.FEE, 0),
                )
            ]
        )

    assert LedgerEntry.objects.filter(journal_entry=booked.id).count() == 2


def test_what_a_customer_has_not_is_not_booked(customer):
    account = customer(100)

    with (
        pytest.raises(IntegrityError, match="account_customer_never_below_zero"),
        transaction.atomic(),
    ):
        (mine,) = locked(account)
        journal_book(
            [draft(Posting(mine, Kind.WITHDRAWAL, -101), Posting(System.EXTERNAL, Kind.WITHDRAWAL, 101))]
        )

    account.refresh_from_db()
    assert (account.balance, account.last_number, JournalEntry.objects.count()) == (100, 1, 1)


def test_a_price_finer_than_the_journal_keeps_is_refused_not_rounded(customer):
    account = customer(100)

    with pytest.raises(Inexact), transaction.atomic():
        (mine,) = locked(account)
        journal_book(
            [
                draft(
                    Posting(mine, Kind.BUY, -1),
                    Posting(System.HOUSE_CASH, Kind.BUY, 1),
                    price=Decimal("0.000000001"),
                )
            ]
        )


def test_a_batch_is_a_handful_of_statements_and_one_change_of_the_house(customer):
    accounts = [customer(1000) for _ in range(3)]

    with transaction.atomic(), Sent() as sent:
        mine = locked(*accounts)
        journal_book(
            [
                draft(
                    Posting(mine[number % 3], Kind.BUY, -1 - number),
                    Posting(System.HOUSE_CASH, Kind.BUY, 1 + number),
                    ticker='A"B\\C{}',
                    description="Ру́сский, 'quotes' | \x01 and a\nline",
                )
                for number in range(40)
            ]
        )

    assert len(sent.statements) == 6  # lock, head, system's accounts, save, legs, entries
    assert sum("UPDATE ledger_ledgeraccount" in sql for sql in sent.statements) == 1
    assert LedgerAccount.objects.get(kind="house_cash").balance == sum(range(1, 41))
    assert JournalEntry.objects.filter(ticker='A"B\\C{}').count() == 40
    head = journal_head()
    assert head.number == 43
    assert chain_breaks(after=0, until=43) == []


@pytest.mark.django_db(transaction=True)
def test_two_hundred_bookings_at_once_lose_nothing(customer):
    accounts = [customer(1000) for _ in range(4)]

    def move(number):
        a, b = accounts[number % 4], accounts[(number + 1) % 4]

        def run():
            with transaction.atomic():
                one, other = locked(a, b) if number % 2 else reversed(locked(b, a))  # no order, no deadlock
                journal_book(
                    [
                        draft(
                            Posting(one, Kind.SELL, 7),
                            Posting(other, Kind.BUY, -5),
                            Posting(System.HOUSE_CASH, Kind.SELL, -2),
                        )
                    ]
                )

        return run

    results = at_once([move(number) for number in range(200)])

    assert [result for result in results if isinstance(result, Exception)] == []
    for account in LedgerAccount.objects.all():
        legs = list(account.entries.order_by("number"))
        assert [leg.number for leg in legs] == list(range(1, account.last_number + 1))
        running = 0
        for leg in legs:
            running += leg.amount
            assert leg.balance_after == running
        assert account.balance == running
    assert sum(LedgerAccount.objects.values_list("balance", flat=True)) == 0
    numbers = list(JournalEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 205))
    assert chain_breaks(after=0, until=204) == []
