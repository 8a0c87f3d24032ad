"""Once a month has ended everywhere, whoever had operations in it is told, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from billing_service.ledger.models import LedgerAccount
from billing_service.statements.models import StatementMonth
from billing_service.statements.services import statements_announce
from billing_service.tests.booked import booked_at
from servicekit.contracts.billing import StatementReady
from servicekit.ids import new_id
from servicekit.testing.plans import plans_of

#: Half an hour after October has ended where it ends last.
NOVEMBER = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)


def announce(now: datetime = NOVEMBER, *, limit: int = 2) -> None:
    while statements_announce(now=now, limit=limit):
        pass


@pytest.fixture
def accounts(customer) -> dict[str, LedgerAccount]:
    """Who had operations when; ``both`` in September and November, and so none in October."""
    moments = {
        "before": [datetime(2026, 9, 30, 23, 59, tzinfo=UTC)],
        "in it": [datetime(2026, 10, 31, 23, 59, tzinfo=UTC)],
        "in it and after": [datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)],
        "both": [datetime(2026, 9, 3, tzinfo=UTC), datetime(2026, 11, 1, 1, tzinfo=UTC)],
        "never": [],
    }
    made = {name: customer(0) for name in moments}
    booked = sorted((moment, name) for name in moments for moment in moments[name])
    for moment, name in booked:
        booked_at(made[name], 5_00, moment=moment)
    return made


def test_who_had_operations_is_told_once(accounts, published):
    for _ in range(2):
        announce()
    told = published(StatementReady)
    assert {(each.account_id, each.user_id, each.month) for each in told} == {
        (accounts[name].id, accounts[name].user_id, "2026-10") for name in ("in it", "in it and after")
    }
    assert len(told) == 2
    month = StatementMonth.objects.get()
    assert (month.month, month.announced, month.completed_at) == ("2026-10", 2, NOVEMBER)


def test_not_before_it_has_ended_everywhere(accounts, published):
    announce(datetime(2026, 11, 1, 11, 59, tzinfo=UTC))
    assert {each.month for each in published(StatementReady)} == {"2026-09"}
    announce()
    assert {each.month for each in published(StatementReady)} == {"2026-09", "2026-10"}


def test_no_month_is_left_out_by_a_system_that_was_off(accounts, published):
    announce(datetime(2026, 10, 2, tzinfo=UTC))
    announce(datetime(2027, 2, 2, tzinfo=UTC))
    assert list(StatementMonth.objects.order_by("month").values_list("month", "announced")) == [
        ("2026-09", 2), ("2026-10", 2), ("2026-11", 2), ("2026-12", 0), ("2027-01", 0),
    ]  # fmt: skip
    assert len(published(StatementReady)) == 6


def test_who_dies_between_two_portions_goes_on_where_it_was(accounts, published):
    statements_announce(now=NOVEMBER, limit=2)
    assert StatementMonth.objects.get().completed_at is None
    announce(limit=1)
    assert len(published(StatementReady)) == 2


def test_the_next_accounts_are_found_by_their_ids(customer, published):
    account = customer(0)
    LedgerAccount.objects.bulk_create(
        LedgerAccount(kind="customer_cash", user_id=new_id(), currency="USD") for _ in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_ledgeraccount")
    StatementMonth.objects.create(month="2026-10", announced_until=account.id)
    plans = [
        plan
        for plan in plans_of(lambda: statements_announce(now=NOVEMBER, limit=10))
        if "ledger_ledgeraccount" in plan.tables and "ledger_ledgerentry" not in plan.tables
    ]
    assert plans
    assert all("ledger_ledgeraccount_pkey" in plan.indexes for plan in plans), plans
