"""position_hold, _release, _buy, _sell: conditional statements over one row."""

from __future__ import annotations

import random

import pytest
from django.db import IntegrityError, transaction

from trading_service.positions import services
from trading_service.positions.errors import InsufficientPosition, PositionInconsistent
from trading_service.positions.models import Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(aapl, user_id) -> dict:
    """Whose position, and of what."""
    return {"user_id": user_id, "instrument_id": aapl.instrument_id}


def test_the_cash_of_all_fills_is_realized_less_cost(key) -> None:
    """The books of the average cost method close to the cent, whatever is bought and sold."""
    dice = random.Random(7)
    cash = owned = 0
    for _ in range(300):
        quantity, money = dice.randint(1, 9), dice.randint(0, 10_000)
        if dice.random() < 0.5:
            services.position_buy(**key, quantity=quantity, cost=money)
            cash, owned = cash - money, owned + quantity
        elif quantity <= owned:
            services.position_hold(**key, quantity=quantity)
            services.position_sell(**key, quantity=quantity, proceeds=money)
            cash, owned = cash + money, owned - quantity
        position = Position.objects.filter(**key).first()
        if position:
            assert position.quantity == owned
            assert position.realized_pnl - position.cost_basis == cash


def test_no_more_is_held_than_is_there(key) -> None:
    services.position_buy(**key, quantity=5, cost=100)
    services.position_hold(**key, quantity=3)
    with pytest.raises(InsufficientPosition) as refusal:
        services.position_hold(**key, quantity=3)
    assert refusal.value.params == {"limit": 2, "value": 3}
    assert Position.objects.get().held_quantity == 3


def test_only_what_is_held_is_sold_or_released(key) -> None:
    services.position_buy(**key, quantity=5, cost=100)
    services.position_hold(**key, quantity=2)
    with pytest.raises(PositionInconsistent):
        services.position_sell(**key, quantity=3, proceeds=1)
    with pytest.raises(PositionInconsistent):
        services.position_release(**key, quantity=3)
    services.position_release(**key, quantity=2)
    assert Position.objects.get().held_quantity == 0


@pytest.mark.parametrize(
    "broken",
    [{"held_quantity": 6}, {"held_quantity": -1}, {"quantity": -1}, {"quantity": 0}, {"cost_basis": -1}],
)
def test_the_database_refuses_what_cannot_be(key, broken: dict) -> None:
    services.position_buy(**key, quantity=5, cost=100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.update(**broken)


def test_one_position_per_customer_and_instrument(key) -> None:
    services.position_buy(**key, quantity=5, cost=100)
    services.position_buy(**key, quantity=5, cost=200)
    assert Position.objects.get().cost_basis == 300
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.create(**key)
