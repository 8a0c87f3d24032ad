"""books_check: finds what does not agree, says so, and changes nothing."""

from __future__ import annotations

import sys

import pytest
from django.db.models import F

from servicekit.messaging.metrics import WORKER
from servicekit.money import Charge
from trading_service.orders import consistency
from trading_service.orders.models import Fill, Order, OrderDeadline
from trading_service.orders.services import orders_fill
from trading_service.orders.tasks import consistency_check
from trading_service.positions.models import Position
from trading_service.tests.conftest import overdue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_look() -> None:
    consistency._reached.clear()


@pytest.fixture
def books(aapl, world, user_id) -> dict[str, Order]:
    """Orders in all kinds of states."""
    bought = world.filled(user_id)
    sold = world.filled(user_id, side="sell", quantity=2)
    partly = world.working(user_id, side="sell", quantity=5)
    world.execute(partly, quantity=3)
    world.order(user_id)
    refused = world.working(user_id, side="sell", quantity=1)
    world.refuse(refused)
    return {"bought": bought, "sold": sold, "partly": partly}


def wrong(check: str) -> float | None:
    """The metric."""
    return WORKER.get_sample_value("birzha_trading_inconsistencies", {"check": check})


def test_books_that_agree(books) -> None:
    assert consistency_check() == dict.fromkeys(consistency.CHECKS, 0)


@pytest.mark.parametrize(
    ("check", "breach"),
    [
        ("an order and its fills", "fill"),
        ("an order and its fills", "amount"),
        ("held units and open sells", "held"),
        ("open orders and deadlines", "missing"),
        ("overdue orders", "recalled"),
    ],
)
def test_each_breach_is_found_reported_and_left(books, caplog, check: str, breach: str) -> None:
    if breach == "fill":
        Fill.objects.filter(order=books["bought"]).delete()
    elif breach == "amount":
        Fill.objects.filter(order=books["sold"]).update(amount=F("amount") + 1)
    elif breach == "held":
        Position.objects.update(held_quantity=3)
    elif breach == "missing":
        OrderDeadline.objects.filter(order=books["partly"]).delete()
    else:
        OrderDeadline.objects.filter(order=books["partly"]).update(recalls=2)
    rows = list(Order.objects.order_by("id").values()), list(Fill.objects.order_by("id").values())
    found = consistency_check()
    assert found[check] == 1 == wrong(check)
    assert check in caplog.text
    assert (list(Order.objects.order_by("id").values()), list(Fill.objects.order_by("id").values())) == rows


@pytest.mark.parametrize("wrongly", [Charge(100_000, 49), Charge(100_000, 51), Charge(99_999, 50)])
def test_what_was_not_charged_by_the_rule_is_found(
    aapl, world, user_id, monkeypatch, wrongly: Charge
) -> None:
    """Order, fill and position agree with each other, and all are wrong."""
    order = world.working(user_id)
    monkeypatch.setattr(sys.modules[orders_fill.__module__], "charge", lambda *_, **__: wrongly)
    world.execute(order)
    assert consistency_check()["an order and its fills"] == 1


def test_an_order_that_the_sweep_does_not_reach_is_overdue(books, settings) -> None:
    overdue(books["partly"])
    assert consistency_check()["overdue orders"] == 0
    settings.ORDER_DEADLINE = -1  # as if that were long ago
    assert consistency_check()["overdue orders"] == 1


def test_only_what_changed_since_the_look_before_last_is_looked_at(books, aapl, world, user_id) -> None:
    for _ in range(3):
        consistency_check()
    Fill.objects.filter(order=books["bought"]).delete()
    assert consistency_check()["an order and its fills"] == 0
    again = world.filled(user_id)
    Fill.objects.filter(order=again).update(fee=F("fee") + 1)
    assert [consistency_check()["an order and its fills"] for _ in range(3)] == [1, 1, 0]
