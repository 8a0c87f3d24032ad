"""What was filled before there were lots gets them: the migration makes what the use-case would have made."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from servicekit.ids import new_id
from trading_service.positions.models import DailyFlow, Lot, Position
from trading_service.reference.models import DailyClose
from trading_service.tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def made() -> list[Any]:
    position = "position__user_id", "position__instrument"
    return [
        sorted(Position.objects.values_list("user_id", "instrument", "bought_quantity", "bought_cost")),
        sorted(
            Lot.objects.values_list(
                *position, "bought_before", "cost_before", "quantity", "cost", "bought_at"
            )
        ),
        sorted(
            DailyFlow.objects.values_list(
                *position, "day", "bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds"
            )
        ),
    ]


def test_it_makes_what_would_have_been_made(aapl, world, user_id) -> None:
    # given two customers' fills of two instruments over three days, orders filled in parts among them
    world.list_instrument("MSFT")
    for day in range(3):
        at = NOON + timedelta(days=day)
        for customer in (user_id, new_id()):
            order = world.working(customer, quantity=5)
            for number, quantity in enumerate((2, 1, 2)):
                later = at + timedelta(minutes=number)
                world.execute(order, quantity=quantity, price=f"{99 + day}.37", executed_at=later)
            world.filled(customer, ticker="MSFT", quantity=3, at=at)
            world.filled(customer, side="sell", quantity=4, price="101.00", at=at + timedelta(hours=1))
    known = made()
    world.quote("AAPL", "77.00", at=NOON + timedelta(days=2))
    # when the versions before come back, and then this one again
    try:
        call_command("migrate", "positions", "0002", verbosity=0)
        call_command("migrate", "reference", "0002", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    # then nothing differs
    assert made() == known
    # and the days before the latest price have one: that of their last fill
    closes = DailyClose.objects.order_by("day").values_list("instrument__ticker", "day", "price")
    assert list(closes) == [("AAPL", (NOON + timedelta(days=day)).date(), Decimal(101)) for day in (0, 1)]
