"""The hot queries use their indexes, at a size where it matters; each test fails when its index is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from servicekit.ids import new_id
from servicekit.testing.plans import plan_of, plan_of_due_tasks, plans_of, whole_reads
from trading_service.config.celery import app
from trading_service.orders import consistency, selectors, services
from trading_service.orders.services.batch import orders_lock
from trading_service.positions.selectors import portfolio_get, portfolio_history, position_available
from trading_service.positions.services import Move, Movement, position_hold, positions_move

pytestmark = pytest.mark.django_db

#: Past orders; the customer of the tests has a hundredth of them.
ORDERS = 120_000

# Half a million checks of foreign keys would take most of the time, and tell nothing here.
_UNBIND = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text ~ '^(orders|positions)_'
"""

_SEED = """
INSERT INTO reference_listedinstrument
SELECT CASE number WHEN 1 THEN %(instrument)s::uuid ELSE gen_random_uuid() END, 'T' || number, 'A', 'A',
    'share', 'USD', 1, 0.01, 1000, 'open', 100, 1
FROM generate_series(1, 200) AS number;

INSERT INTO orders_order (
    id, version, user_id, client_order_id, instrument_id, side, type, time_in_force, quantity, cap_price,
    currency, hold_amount, status, filled_quantity, filled_value, amount, fee, reject_code, reject_limit,
    reject_value, request_id, created_at, updated_at
)
SELECT gen_random_uuid(), 1,
    CASE WHEN number %% 100 = 0 THEN %(user)s::uuid ELSE md5((number / 100)::text)::uuid END,
    number::text, %(instrument)s, 'buy', 'market', 'day', 1, 101, 'USD', 102,
    CASE WHEN number %% 3 = 0 THEN 'rejected' ELSE 'accepted' END, 0, 0, 0, 0,
    CASE WHEN number %% 3 = 0 THEN 'price_moved' ELSE '' END, '', '', '',
    now() - number * interval '1 minute', now()
FROM generate_series(1, %(count)s) AS number;

INSERT INTO orders_orderdeadline (order_id, due_at, recalls)
SELECT id, now() + interval '10 s', 0 FROM orders_order WHERE status = 'accepted';

INSERT INTO orders_ordertransition (order_id, sequence, from_status, to_status, at, cause, request_id)
SELECT id, 1, '', status, created_at, 'customer', '' FROM orders_order;

INSERT INTO orders_fill (id, order_id, quantity, price, amount, fee, executed_at)
SELECT gen_random_uuid(), id, 1, 100, 100, 0, now() FROM orders_order WHERE status = 'accepted';

INSERT INTO positions_position (
    id, user_id, instrument_id, quantity, held_quantity, cost_basis, realized_pnl, updated_at,
    bought_quantity, bought_cost
)
SELECT gen_random_uuid(), user_id, %(instrument)s, 10, 5, 0, 0, now(), 12, 12
FROM (SELECT DISTINCT user_id FROM orders_order UNION SELECT gen_random_uuid() FROM generate_series(1, 50000))
AS customers;

INSERT INTO positions_lot (position_id, bought_at, quantity, cost, bought_before, cost_before)
SELECT id, now(), 1, 1, number, number FROM positions_position CROSS JOIN generate_series(0, 11) AS number
WHERE user_id = %(user)s OR number = 0;

INSERT INTO positions_dailyflow
    (position_id, day, bought_quantity, bought_cost, sold_quantity, sold_proceeds)
SELECT id, current_date - day, 1, 1, 0, 0 FROM positions_position CROSS JOIN generate_series(0, 1) AS day;

INSERT INTO reference_dailyclose (instrument_id, day, price)
SELECT id, current_date - number, 1 FROM reference_listedinstrument
CROSS JOIN generate_series(1, 400) AS number;
"""

BIG = {
    "orders_order",
    "orders_fill",
    "orders_ordertransition",
    "orders_orderdeadline",
    "positions_position",
    "positions_lot",
    "positions_dailyflow",
    "reference_dailyclose",
}


@pytest.fixture(scope="module")
def customer(django_db_setup: Any, django_db_blocker: Any) -> Iterator[tuple[UUID, UUID]]:
    """Seeds the tables once for the module, in a transaction that is rolled back: (user, instrument)."""
    user, instrument = new_id(), new_id()
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '100s'")
            cursor.execute(_UNBIND)
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
            cursor.execute(_SEED, {"user": user, "instrument": instrument, "count": ORDERS})
            cursor.execute("ANALYZE reference_listedinstrument, " + ", ".join(sorted(BIG)))
        yield user, instrument
        transaction.set_rollback(True)


def first(count: int, user: UUID) -> list[UUID]:
    """Ids of some of the customer's open orders."""
    orders = selectors.order_list(user_id=user, statuses=["accepted"]).order_by("-created_at")
    return list(orders.values_list("id", flat=True)[:count])


def _by_fifo(user: UUID) -> None:
    with override_settings(COST_METHOD="fifo"):
        portfolio_get(user_id=user)


def _ago(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)


def page(**filters: Any) -> Callable[[UUID, UUID], Any]:
    """The first page of a customer's list."""
    order = "-created_at", "-id"
    return lambda user, _: list(selectors.order_list(user_id=user, **filters).order_by(*order)[:51])


#: What is asked all day, and (the beginning of the name of) the index each stands on.
HOT: dict[str, tuple[Callable[[UUID, UUID], Any], str]] = {
    "my orders": (page(), "order_of_user"),
    "my open orders": (page(statuses=["accepted", "working"]), "order_of_user"),
    "my orders of a ticker": (page(ticker="T1"), "order_"),
    "my order by its key": (page(client_order_id="100"), "order_client_id_unique"),
    "an order with fills and history": (
        lambda user, _: selectors.order_get(user_id=user, order_id=first(1, user)[0]),
        "orders_fill_order_id_",
    ),
    "a batch of orders": (lambda user, _: orders_lock(first(200, user)), "orders_order_pkey"),
    "the sweep": (lambda *_: services.orders_expire(), "deadline_due"),
    "deadlines too far ahead": (lambda *_: services.deadlines_clamp(), "deadline_due"),
    "my portfolio": (lambda user, _: portfolio_get(user_id=user), "position_unique"),
    "the last closes of what I own": (lambda user, _: portfolio_get(user_id=user), "close_unique"),
    "what I bought and sold today": (lambda user, _: portfolio_get(user_id=user), "daily_flow_unique"),
    "the lot that is sold next": (lambda user, _: _by_fifo(user), "lot_place_unique"),
    "my portfolio by day": (
        lambda user, _: portfolio_history(user_id=user, since=_ago(30), until=_ago(0)),
        "daily_flow_unique",
    ),
    "its closes": (
        lambda user, _: portfolio_history(user_id=user, since=_ago(30), until=_ago(0)),
        "close_unique",
    ),
    "what I can sell": (
        lambda user, instrument: position_available(user_id=user, instrument_id=instrument),
        "position_unique",
    ),
    "units set aside": (
        lambda user, instrument: position_hold(user_id=user, instrument_id=instrument, quantity=1),
        "position_unique",
    ),
    "a batch of fills in positions": (
        lambda user, instrument: positions_move([Movement(user, instrument, Move.SELL, 1, 1)]),
        "position_unique",
    ),
}


@pytest.mark.parametrize("name", HOT)
def test_a_hot_query_uses_its_index(customer, name: str) -> None:
    ask, index = HOT[name]
    plans = plans_of(lambda: ask(*customer))
    used = {index for plan in plans for index in plan.indexes}
    assert any(name.startswith(index) for name in used), used
    assert [plan.sql for plan in plans if plan.read_whole & BIG] == []


def test_the_check_of_the_books_looks_only_at_what_changed(customer) -> None:
    """Its three checks of touched orders; the deadlines are few, and read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) - 1000 FROM orders_ordertransition")
        since = cursor.fetchone()[0]
        query = consistency.CHECKS["an order and its fills"]
        bound = cursor.mogrify(query, {"since": since, "deadline_s": 10}).decode()
    plan = plan_of(bound)
    assert "orders_ordertransition_pkey" in plan.indexes
    assert not plan.read_whole & BIG


@pytest.mark.django_db
def test_what_is_planned_once_is_planned_for_large_tables() -> None:
    reads = whole_reads("trading_service", "servicekit.messaging", "servicekit.api")
    assert reads == {
        "servicekit.messaging.publish.relay._UNSENT": {"outbox_unsent", "stream_state"}
    }  # the oldest; one row


def test_what_is_due_is_found_by_its_indexes() -> None:
    indexes = {"deadline_due_of_kind", "alert_to_announce", "dividend_pending", "split_pending"}
    assert plan_of_due_tasks(app).indexes == indexes
