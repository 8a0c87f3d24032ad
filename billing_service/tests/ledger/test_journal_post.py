"""Booking: balances, running balances, numbers, and all or nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import operation_list
from billing_service.ledger.services import Posting, journal_post
from billing_service.tests.threads import race
from servicekit.ids import new_id
from servicekit.telemetry import request_context

Kind, System = LedgerEntry.Kind, LedgerAccount.Kind


def post(*postings: Posting):
    with transaction.atomic():
        return journal_post(
            type=JournalEntry.Type.DEPOSIT, source_id=new_id(), currency="USD", postings=postings
        )


def test_each_leg_has_the_balance_after_it_and_counts_on(customer):
    account = customer(100)

    with request_context("click-1"):
        booking = post(
            Posting(account.id, Kind.BUY, -60),
            Posting(account.id, Kind.FEE, -1),
            Posting(System.HOUSE_CASH, Kind.BUY, 60),
            Posting(System.FEES, Kind.FEE, 1),
        )

    lines = operation_list(user_id=account.user_id).values_list("number", "kind", "amount", "balance_after")
    assert list(lines) == [(3, "fee", -1, 39), (2, "buy", -60, 40), (1, "deposit", 100, 100)]
    assert booking.balances[account.id] == 39
    assert booking.entry.request_id == "click-1"


def test_a_leg_of_nothing_is_left_out(customer):
    account = customer(100)

    booking = post(
        Posting(account.id, Kind.BUY, -60),
        Posting(account.id, Kind.FEE, 0),
        Posting(System.HOUSE_CASH, Kind.BUY, 60),
        Posting(System.FEES, Kind.FEE, 0),
    )

    assert booking.entry.legs.count() == 2


def test_what_a_customer_has_not_is_not_booked(customer):
    account = customer(100)

    with pytest.raises(IntegrityError, match="account_customer_never_below_zero"):
        post(Posting(account.id, Kind.WITHDRAWAL, -101), Posting(System.EXTERNAL, Kind.WITHDRAWAL, 101))

    account.refresh_from_db()
    assert (account.balance, account.last_number, JournalEntry.objects.count()) == (100, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_bookings_at_once_lose_nothing(customer):
    accounts = [customer(1000) for _ in range(4)]

    def move(number):
        a, b = accounts[number % 4].id, accounts[(number * 3 + 1) % 4].id
        first, second = (a, b) if number % 2 else (b, a)  # written down in either order: no deadlock
        return lambda: post(
            Posting(first, Kind.SELL, 7),
            Posting(second, Kind.BUY, -5),
            Posting(System.HOUSE_CASH, Kind.SELL, -2),
        )

    results = race([move(number) for number in range(200)])

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
