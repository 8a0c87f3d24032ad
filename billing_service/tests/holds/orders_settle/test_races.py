"""Fills, cancels and expiries of the same orders at once: one of them wins."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.holds.services import holds_expire, holds_place, holds_void, orders_settle
from billing_service.ledger.models import JournalEntry, LedgerEntry
from billing_service.ledger.selectors import chain_breaks
from billing_service.tests.orders import (
    order_canceled,
    order_expired,
    order_filled,
    order_placed,
    received,
)
from servicekit.testing.threads import at_once


@pytest.mark.django_db(transaction=True)
def test_capture_against_void_against_expire_has_one_winner(customer):
    """150 racers, three for each of 50 holds, on 30 connections at once: ten holds at a time."""
    account = customer(10_000)
    orders = [order_placed(account.user_id, hold_amount=50) for _ in range(50)]
    holds_place(messages=[received(order) for order in orders])

    def capture(order):
        return lambda: len(orders_settle(messages=[received(order_filled(order, amount=40, fee=1))]))

    def void(order):
        return lambda: holds_void(messages=[received(order_canceled(order))])

    def expire(order):
        return lambda: holds_expire(messages=[received(order_expired(order))])

    rivals = [rival(order) for order in orders for rival in (capture, void, expire)]
    results = at_once(rivals, threads=30)

    refused = [result for result in results if isinstance(result, Exception)]
    assert {type(error) for error in refused} <= {FillNotCovered}
    for first in range(0, 150, 3):
        assert sum(result == 1 for result in results[first : first + 3]) == 1
    captured = sum(result == 1 for result in results[0::3])
    voided = sum(result == 1 for result in results[1::3])
    expired = sum(result == 1 for result in results[2::3])
    assert captured + voided + expired == 50
    assert Hold.objects.filter(state="captured", captured=41, released=9).count() == captured
    assert Hold.objects.filter(state="voided", captured=0, released=50).count() == voided
    assert Hold.objects.filter(state="expired", captured=0, released=50).count() == expired
    assert JournalEntry.objects.filter(type="order_settlement").count() == captured
    account.refresh_from_db()
    assert (account.balance, account.held) == (10_000 - 41 * captured, 0)
    assert LedgerEntry.objects.aggregate(Sum("amount")) == {"amount__sum": 0}
    assert chain_breaks(after=0, until=captured + 1) == []


@pytest.mark.django_db(transaction=True)
def test_one_fill_delivered_many_times_at_once_is_paid_once(customer):
    account = customer(0)
    fill = order_filled(order_placed(account.user_id, side="sell", hold_amount=0), amount=40, fee=1)

    booked = at_once([lambda: len(orders_settle(messages=[received(fill)]))] * 32)

    assert sorted(booked) == [0] * 31 + [1]
    account.refresh_from_db()
    assert account.balance == 39
    assert JournalEntry.objects.count() == 1
