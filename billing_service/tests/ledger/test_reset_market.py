"""After ``reset_market`` accounts are there with nothing in them, and a new journal begins."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from billing_service.cash.models import Deposit
from billing_service.cash.services import deposit_make
from billing_service.holds.models import Hold
from billing_service.ledger.models import (
    AccountFreeze,
    InstrumentName,
    JournalEntry,
    JournalHead,
    LedgerAccount,
    LedgerEntry,
)
from billing_service.ledger.selectors import chain_breaks
from billing_service.tests.orders import order_filled, order_placed
from servicekit.audit.models import AuditEntry
from servicekit.ids import new_id
from servicekit.messaging.models import InboxEvent, OutboxEvent


def test_every_account_begins_with_nothing(customer, deliver):
    account, frozen = customer(1000_00), customer(5_00)
    AccountFreeze.objects.create(account=frozen, reason="asked for", frozen_by="olga")
    InstrumentName.objects.create(ticker="AAPL", name_en="Apple Inc.", name_ru="Эппл")
    order = order_placed(account.user_id, hold_amount=435_00)
    deliver(order)
    deliver(order_filled(order, amount=430_40, fee=22))
    deliver(order_placed(account.user_id, hold_amount=100_00))
    head = JournalHead.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # of the test's own transaction

    call_command("reset_market", archive="/kept")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    for emptied in (JournalEntry, LedgerEntry, JournalHead, Hold, Deposit, OutboxEvent):
        assert not emptied.objects.exists(), emptied
    assert set(LedgerAccount.objects.values_list("balance", "held", "last_number")) == {(0, 0, 0)}
    assert set(InboxEvent.objects.values_list("type", flat=True)) <= {"user.account.registered.v1"}
    assert AccountFreeze.objects.get().account_id == frozen.id
    assert InstrumentName.objects.get().ticker == "AAPL"
    entry = AuditEntry.objects.get(action="market.reset")
    assert entry.before == {"entries": head.number, "head": head.hash}

    deposit_make(user_id=account.user_id, amount=7, currency="USD", idempotency_key=str(new_id()))
    assert JournalEntry.objects.get().number == 1
    assert chain_breaks(after=0, until=1) == []
    account.refresh_from_db()
    assert (account.balance, account.last_number) == (7, 1)


@pytest.mark.django_db
def test_a_table_that_nobody_decided_about_stops_it(monkeypatch):
    from billing_service.ledger.management.commands.reset_market import Command

    monkeypatch.setattr(Command, "kept", ())
    with pytest.raises(Exception, match="what becomes of ledger_accountfreeze"):
        call_command("reset_market", archive="/kept")
