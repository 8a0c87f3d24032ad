"""What the database refuses by itself, and that it and the models say the same."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from servicekit.ids import new_id
from trading_service.orders.models import FINAL, TRANSITIONS, Fill, Order, OrderTransition, Status
from trading_service.tests.conftest import NOON, fresh

FILLED = {"filled": 10, "partially_filled": 4}


def state(status: str, after: str = "") -> dict[str, Any]:
    """Field values that fit a status, and that what is filled stays filled."""
    return {
        "status": status,
        "filled_quantity": FILLED.get(status, 4 if after == "partially_filled" else 0),
        "reject_code": {"rejected": "price_moved", "expired": "timed_out"}.get(status, ""),
    }


def refused(write: Any) -> bool:
    """Whether the database refuses a write."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def bring_to(order: Order, status: str) -> None:
    """Write an order into a state by a legal way."""
    ways = {"filled": ["working"], "partially_filled": ["working"]}
    for version, step in enumerate([*ways.get(status, []), status], start=2):
        if step != "accepted":
            Order.objects.filter(id=order.id).update(version=version, **state(step))


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), list(itertools.product(Status.values, Status.values)))
def test_the_database_allows_exactly_the_transitions_of_the_models(aapl, world, user_id, old, new) -> None:
    order = world.order(user_id)
    bring_to(order, old)
    allowed = old not in FINAL and (new == old or new in TRANSITIONS[Status(old)])
    rows = Order.objects.filter(id=order.id)
    assert refused(lambda: rows.update(version=9, **state(new, after=old))) is not allowed
    row = OrderTransition(order=order, sequence=9, from_status=old, to_status=new, cause="customer")
    assert refused(row.save) is (new not in TRANSITIONS[Status(old)])


@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted(FINAL))
def test_after_a_final_state_not_one_field_changes(aapl, world, user_id, status: str) -> None:
    order = world.order(user_id)
    bring_to(order, status)
    assert refused(lambda: Order.objects.filter(id=order.id).update(version=9, request_id="x"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"version": 9, "quantity": 11},
        {"version": 9, "side": "sell"},
        {"version": 9, "user_id": new_id()},
        {"version": 9, "cap_price": Decimal(1)},
        {"version": 9, "hold_amount": 0},
        {"version": 9, "maker_fee_rate": Decimal(1)},
        {"version": 9, "minimum_fee": 2},
        {"version": 9, "maker_value": Decimal(1)},
        {"version": 9, "filled_quantity": 1},
        {"version": 9, "filled_quantity": -1},
        {"version": 9, "status": "nonsense"},
        {"version": 9, "amount": -1},
    ],
    ids=str,
)
def test_an_orders_terms_do_not_change(aapl, world, user_id, change: dict[str, Any]) -> None:
    order = world.order(user_id)
    assert refused(lambda: Order.objects.filter(id=order.id).update(**change))
    assert fresh(order).version == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "side"), list(itertools.product(Status.values, ["buy", "sell"])))
def test_an_order_begins_as_accepted_or_rejected_a_sell_at_the_venue(
    aapl, world, user_id, status: str, side: str
) -> None:
    order = world.order(user_id)
    order.pk, order.client_order_id, order.side = new_id(), "other", side
    for name, value in state(status).items():
        setattr(order, name, value)
    begins = status in ("accepted", "rejected") or (status, side) == ("working", "sell")
    assert refused(lambda: order.save(force_insert=True)) is not begins


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["rejected", "expired", "working"])
def test_what_was_rejected_or_expired_has_its_reason(aapl, world, user_id, status: str) -> None:
    rows = Order.objects.filter(id=world.order(user_id).id)
    wrong = {"rejected": "", "expired": "", "working": "timed_out"}[status]
    assert refused(lambda: rows.update(version=2, status=status, reject_code=wrong))


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "unfilled"])
def test_what_was_canceled_may_have_one(aapl, world, user_id, code: str) -> None:
    rows = Order.objects.filter(id=world.order(user_id).id)
    assert rows.update(version=2, status="canceled", reject_code=code) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "terms",
    [
        {"limit_price": Decimal(99)},
        {"expires_at": NOON},
        {"type": "limit"},
        {"type": "limit", "limit_price": Decimal(99), "worst_price": Decimal(99)},
    ],
    ids=str,
)
def test_prices_and_expiry_fit_the_type(aapl, world, user_id, terms: dict[str, Any]) -> None:
    order = world.order(user_id)
    order.pk, order.client_order_id = new_id(), "other"
    for name, value in terms.items():
        setattr(order, name, value)
    assert refused(lambda: order.save(force_insert=True))


@pytest.mark.django_db
def test_one_order_per_customer_and_key(aapl, world, user_id) -> None:
    order = world.order(user_id, key="once")
    order.pk = new_id()
    assert refused(lambda: order.save(force_insert=True))


@pytest.mark.django_db
@pytest.mark.parametrize("price", ["NaN", "0", "-1"])
def test_a_price_is_a_number_above_zero(aapl, world, user_id, price: str) -> None:
    order = world.working(user_id)
    columns = "(id, order_id, quantity, price, amount, fee, executed_at)"

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO orders_fill {columns} VALUES (%s, %s, 1, %s::numeric, 1, 0, now())",
                [new_id(), order.id, price],
            )

    assert refused(insert)


@pytest.mark.django_db
def test_a_fill_exists_once(aapl, world, user_id) -> None:
    order = world.filled(user_id)
    fill = Fill.objects.get(order=order)
    copy = Fill(id=fill.id, order=order, quantity=1, price=Decimal(1), amount=1, fee=0, executed_at=NOON)
    assert refused(lambda: copy.save(force_insert=True))


@pytest.mark.django_db
def test_the_application_cannot_rewrite_what_happened() -> None:
    def may(table: str, right: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, %s)", [settings.DATABASE_APP_ROLE, table, right]
            )
            return bool(cursor.fetchone()[0])

    rights = {
        table: {right for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE") if may(table, right)}
        for table in ("orders_order", "orders_fill", "orders_ordertransition")
    }
    assert rights["orders_fill"] == rights["orders_ordertransition"] <= {"SELECT", "INSERT"}
    assert rights["orders_order"] <= {"SELECT", "INSERT", "UPDATE"}
