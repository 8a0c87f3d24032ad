"""The queries of every order stay queries of single rows, however many there are: their plans use indexes."""

from __future__ import annotations

from time import perf_counter

import pytest
from django.db import connection, transaction

from billing_service.ledger.selectors import operation_list
from billing_service.ledger.services import Draft, Posting, accounts_lock, journal_book
from billing_service.tests.orders import order_canceled, order_filled, order_placed
from servicekit.ids import new_id
from servicekit.testing.plans import plans_of, whole_reads

BIG = {"ledger_ledgeraccount", "ledger_journalentry", "ledger_ledgerentry", "holds_hold"}

GROWN = """
INSERT INTO ledger_ledgeraccount (id, kind, user_id, currency, balance, held, last_number)
SELECT gen_random_uuid(), 'customer_cash', gen_random_uuid(), 'USD', 0, 0, 0 FROM generate_series(1, 20000);
INSERT INTO holds_hold (id, order_id, account_id, user_id, amount, captured, released, state)
SELECT gen_random_uuid(), gen_random_uuid(), id, user_id, 10, 10, 0, 'captured' FROM ledger_ledgeraccount
WHERE kind = 'customer_cash';
"""


@pytest.fixture
def grown(customer):
    """A customer in a database with 20,000 others, as many past holds, and 3,000 journal entries."""
    account = customer(1_000_000)
    with transaction.atomic():
        mine = accounts_lock(user_ids=[account.user_id])[account.user_id]
        journal_book([_draft(mine) for _ in range(3000)])
    with connection.cursor() as cursor:
        connection.check_constraints()
        cursor.execute(GROWN)
        cursor.execute(f"ANALYZE {', '.join(BIG)}")
    return account


def _draft(account):
    return Draft(
        type="deposit",
        source_id=new_id(),
        request_id="",
        currency="USD",
        postings=[Posting(account, "deposit", 1), Posting("external", "deposit", -1)],
    )


def scanned(plans):
    """The big tables that are read from end to end, each with the statement that does."""
    return [(table, plan.sql) for plan in plans for table in plan.read_whole & BIG]


def test_an_orders_life(grown, deliver_many):
    orders = [order_placed(grown.user_id, hold_amount=100) for _ in range(20)]

    def live():
        deliver_many(orders)
        deliver_many([(order_filled(order, amount=90, fee=1), 2) for order in orders[:10]])
        deliver_many([(order_canceled(order), 2) for order in orders[10:]])

    plans = plans_of(live)
    assert len(plans) > 15  # all that is sent is looked at
    assert scanned(plans) == []


def test_what_is_planned_once_is_planned_for_large_tables(db):
    reads = whole_reads("billing_service", "servicekit.messaging")
    assert reads == {
        "servicekit.messaging.publish.relay._UNSENT": {"outbox_unsent", "stream_state"}
    }  # the oldest; one row


def test_a_journal_that_grew_since_the_connection_began(customer):
    """The guards in the database look rows up as well, though nothing is known of the tables yet."""
    account = customer(1)
    costs = []
    for size in (1, 3000, 1, 1, 1, 1):
        with transaction.atomic():
            mine = accounts_lock(user_ids=[account.user_id])[account.user_id]
            started = perf_counter()
            journal_book([_draft(mine) for _ in range(size)])
            costs.append(perf_counter() - started)

    assert min(costs[2:]) < 0.1  # the machine may stand still for one of them, or two
    assert costs[1] < 60  # with a plan from when the tables were empty it took minutes


@pytest.mark.parametrize("fees_included", [False, True])
def test_a_page_of_the_history(grown, fees_included):
    page = operation_list(user_id=grown.user_id, fees_included=fees_included)[:50]
    assert scanned(plans_of(lambda: list(page))) == []
    plan = page.explain()
    assert "Index Scan Backward using entry_number_in_account" in plan
    assert "Sort" not in plan
