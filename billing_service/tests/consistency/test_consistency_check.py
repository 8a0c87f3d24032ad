"""The job that looks whether the books agree: finds, freezes, tells, and never adjusts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY, generate_latest

from billing_service.consistency import services
from billing_service.consistency.models import ConsistencyMark
from billing_service.consistency.services import consistency_check
from billing_service.ledger.models import AccountFreeze, JournalEntry, LedgerAccount
from billing_service.ledger.services import account_unfreeze
from billing_service.tests.ledger.test_chain import unguarded
from billing_service.tests.orders import order_canceled, order_filled, order_placed
from servicekit.audit.actors import Actor
from servicekit.ids import new_id


def frozen():
    return set(LedgerAccount.objects.filter(frozen_at__isnull=False).values_list("id", flat=True))


@pytest.fixture
def trader(customer, deliver):
    """A customer who has deposited, bought, taken an order back, and has one open."""
    account = customer(1000)
    orders = [order_placed(account.user_id, hold_amount=100) for _ in range(3)]
    for order in orders:
        deliver(order)
    deliver(order_filled(orders[0], amount=90, fee=1))
    deliver(order_canceled(orders[1]))
    return account


def test_books_that_agree(trader, customer):
    customer(0)
    assert consistency_check() == []

    mark = ConsistencyMark.objects.get()
    assert (mark.number, mark.breaches, mark.checked_at is not None) == (2, 0, True)
    assert frozen() == set()


def test_only_what_is_new_is_looked_at(trader, customer):
    consistency_check()
    with CaptureQueriesContext(connection) as queries:
        assert consistency_check() == []
    assert any("number > 2 AND number <= 2" in query["sql"] for query in queries)

    with unguarded() as cursor:  # an old entry is the business of verify_journal
        cursor.execute("UPDATE ledger_journalentry SET description = 'x' WHERE number = 1")
    assert consistency_check() == []
    customer(5)
    assert consistency_check() == []
    assert ConsistencyMark.objects.get().number == 3


def test_a_long_journal_is_checked_in_parts(customer, monkeypatch):
    monkeypatch.setattr(services, "PART", 2)
    for _ in range(5):
        customer(1)
    assert consistency_check() == []
    assert ConsistencyMark.objects.get().number == 5


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (
            "UPDATE ledger_ledgeraccount SET balance = balance + 1 WHERE id = %s",
            "the balance is 910, after leg 3",
        ),
        (
            "UPDATE ledger_ledgeraccount SET held = held - 1 WHERE id = %s",
            "99 is held, the pending holds are 100",
        ),
        ("UPDATE ledger_ledgeraccount SET last_number = 2 WHERE id = %s", "after leg 2 it was"),
        ("UPDATE ledger_ledgeraccount SET last_number = 9 WHERE id = %s", "after leg 9 it was 0"),
        ("UPDATE holds_hold SET amount = 101 WHERE state = 'pending' AND account_id = %s", "are 101"),
        (
            "UPDATE ledger_ledgerentry SET amount = amount + 1 WHERE account_id = %s AND number = 2",
            "has hash",
        ),
        (
            "UPDATE ledger_ledgerentry SET amount = amount + 1 WHERE account_id = %s AND number = 2",
            "out of balance: USD 1",
        ),
        (
            "UPDATE ledger_ledgerentry SET balance_after = 5 WHERE account_id = %s AND number = 2",
            "do not make 5",
        ),
    ],
)
def test_what_does_not_agree_freezes_the_account(trader, customer, caplog, change, detail):
    other = customer(100)
    with unguarded() as cursor:
        cursor.execute(change, [trader.id])
    before = LedgerAccount.objects.get(id=trader.id)

    found = consistency_check()

    assert detail in "\n".join(breach.detail for breach in found)
    assert frozen() == {trader.id}
    assert other.id not in frozen()
    after = LedgerAccount.objects.get(id=trader.id)
    assert (after.balance, after.held, after.last_number) == (before.balance, before.held, before.last_number)
    assert AccountFreeze.objects.get().account_id == trader.id
    assert "the books do not agree" in caplog.text
    assert ConsistencyMark.objects.get().breaches == len(found)


def test_a_quiet_account_comes_in_its_turn(customer, monkeypatch):
    """A balance that changed without a booking is found though nothing is booked on the account."""
    accounts = [customer(100) for _ in range(5)]
    consistency_check()
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_ledgeraccount SET balance = 99 WHERE id = %s", [accounts[4].id])
    monkeypatch.setattr(services, "SLICE", 2)

    runs = 0
    while not consistency_check():
        runs += 1
        assert runs < 5
    assert frozen() == {accounts[4].id}


def test_a_changed_balance_is_found_by_the_next_booking(trader, deliver):
    """Were only the balance compared with the latest leg, this booking would make both agree again."""
    consistency_check()
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_ledgeraccount SET balance = balance + 7 WHERE id = %s", [trader.id])
    deliver(order_filled(order_placed(trader.user_id, side="sell", hold_amount=0), amount=5, fee=0))

    assert "leg 4: 909 and 5 do not make 921" in [breach.detail for breach in consistency_check()]
    assert frozen() == {trader.id}


def test_what_was_let_go_and_is_still_wrong_is_frozen_again(trader):
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_ledgeraccount SET held = 99 WHERE id = %s", [trader.id])
    consistency_check()
    account_unfreeze(account_id=trader.id, reason="looked fine to me", by=Actor.shell("ann"))
    consistency_check()

    assert frozen() == {trader.id}
    freezes = AccountFreeze.objects.order_by("frozen_at")
    assert [(f.lifted_by, f.lifted_reason) for f in freezes] == [("shell:ann", "looked fine to me"), ("", "")]


def test_a_frozen_account_takes_no_deposit(customer, api):
    account = customer(100)
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_ledgeraccount SET balance = 99 WHERE id = %s", [account.id])
    consistency_check()

    def deposit(**headers):
        key = {"Idempotency-Key": str(new_id())}
        return api(account.user_id).post("/api/v1/deposits", {"amount": "5.00"}, headers=key | headers)

    assert api(account.user_id).get("/api/v1/account").json()["status"] == "frozen"
    refused = deposit(**{"Accept-Language": "ru"})
    assert (refused.status_code, refused.json()["code"]) == (409, "account_frozen")
    assert "заморожен" in refused.json()["detail"]
    assert JournalEntry.objects.count() == 1

    account_unfreeze(account_id=account.id, reason="a clerk's mistake", by=Actor.shell("ann"))
    assert deposit().status_code == 201
    assert api(account.user_id).get("/api/v1/account").json()["status"] == "open"


def test_metrics_show_it(trader, customer):
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_ledgeraccount SET held = 99 WHERE id = %s", [trader.id])
    customer(1)
    consistency_check()
    customer(1)

    text = generate_latest(REGISTRY).decode()
    for line in (
        "billing_journal_entries 4.0",
        "billing_journal_unchecked_entries 1.0",
        "billing_consistency_breaches_total 1.0",
        "billing_accounts_frozen 1.0",
        "billing_holds_overdue 0.0",
    ):
        assert line in text
