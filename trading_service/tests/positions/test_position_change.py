"""position_hold and positions_move: what orders do to positions, one at a time and many at once."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import pytest
from django.db import IntegrityError, transaction

from servicekit.ids import new_id
from servicekit.testing.sent import Sent
from trading_service.positions import services
from trading_service.positions.errors import InsufficientPosition, PositionInconsistent
from trading_service.positions.models import Position
from trading_service.positions.services import Move, Movement

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(aapl, user_id) -> dict:
    """Whose position, and of what."""
    return {"user_id": user_id, "instrument_id": aapl.instrument_id}


def move(key: dict, move: Move, quantity: int, money: int = 0) -> None:
    """One movement by itself."""
    services.positions_move([Movement(**key, move=move, quantity=quantity, money=money)])


def story(dice: random.Random, keys: list[dict], length: int) -> list[Movement]:
    """Buys, and sells and releases of what was held by then, of several positions mixed."""
    owned = {key["user_id"]: 0 for key in keys}
    movements = []
    for _ in range(length):
        key = dice.choice(keys)
        units, money, kind = dice.randint(1, 9), dice.randint(0, 10_000), dice.choice(list(Move))
        if kind is not Move.BUY and units > owned[key["user_id"]]:
            continue
        owned[key["user_id"]] += {Move.BUY: units, Move.SELL: -units, Move.RELEASE: 0}[kind]
        movements.append(Movement(**key, move=kind, quantity=units, money=money))
    return movements


def books() -> list[tuple[int, ...]]:
    """What there is, by whose it is."""
    fields = "user_id", "quantity", "held_quantity", "cost_basis", "realized_pnl"
    return list(Position.objects.order_by("user_id").values_list(*fields))


def test_the_cash_of_all_fills_is_realized_less_cost(key) -> None:
    """The books of the average cost method close to the cent, whatever is bought and sold."""
    dice = random.Random(7)
    cash = owned = 0
    for _ in range(300):
        quantity, money = dice.randint(1, 9), dice.randint(0, 10_000)
        if dice.random() < 0.5:
            move(key, Move.BUY, quantity, money)
            cash, owned = cash - money, owned + quantity
        elif quantity <= owned:
            services.position_hold(**key, quantity=quantity)
            move(key, Move.SELL, quantity, money)
            cash, owned = cash + money, owned - quantity
        position = Position.objects.filter(**key).first()
        if position:
            assert position.quantity == owned
            assert position.realized_pnl - position.cost_basis == cash


@pytest.mark.parametrize("seed", range(5))
def test_many_at_once_give_exactly_what_they_give_one_by_one(aapl, seed: int) -> None:
    # given three customers who own some, all of it held for sells
    dice = random.Random(seed)
    keys = [{"user_id": new_id(), "instrument_id": aapl.instrument_id} for _ in range(3)]
    movements = story(dice, keys, 120)
    for key in keys:
        move(key, Move.BUY, 200, 12_345)
    Position.objects.update(held_quantity=200)
    before = books()
    # when their movements are booked one by one, and again in one call
    for movement in movements:
        services.positions_move([movement])
    one_by_one = books()
    for user_id, quantity, held, cost, realized in before:
        Position.objects.filter(user_id=user_id).update(
            quantity=quantity, held_quantity=held, cost_basis=cost, realized_pnl=realized
        )
    services.positions_move(movements)
    # then nothing differs, not by a cent
    assert books() == one_by_one != before


def test_what_a_sell_takes_out_of_the_cost_is_rounded_half_away_from_zero(key) -> None:
    for quantity, cost, sold in [(2, 3, 1), (7, 10**15, 3), (3, 1, 1), (1000, 10**15 + 500, 1)]:
        move(key, Move.BUY, quantity, cost)
        Position.objects.update(held_quantity=quantity)
        move(key, Move.SELL, sold)
        taken = floor(Fraction(cost * sold, quantity) + Fraction(1, 2))
        assert Position.objects.get().cost_basis == cost - taken
        Position.objects.all().delete()


def test_it_is_a_handful_of_statements_however_many_there_are(key) -> None:
    move(key, Move.BUY, 500, 1)
    known = Movement(**key, move=Move.BUY, quantity=1, money=1)
    others = [{**key, "user_id": new_id()} for _ in range(50)]
    new = [Movement(**other, move=Move.BUY, quantity=1, money=1) for other in others]
    with Sent() as sent:
        services.positions_move([known, *new, known])
    assert len(sent.statements) == 3  # lock, update the known, insert the new
    assert Position.objects.count() == 51
    assert Position.objects.get(**key).quantity == 502


def test_no_more_is_held_than_is_there(key) -> None:
    move(key, Move.BUY, 5, 100)
    services.position_hold(**key, quantity=3)
    with pytest.raises(InsufficientPosition) as refusal:
        services.position_hold(**key, quantity=3)
    assert refusal.value.params == {"limit": 2, "value": 3}
    assert Position.objects.get().held_quantity == 3


def test_only_what_is_held_is_sold_or_released(key) -> None:
    move(key, Move.BUY, 5, 100)
    services.position_hold(**key, quantity=2)
    for kind in (Move.SELL, Move.RELEASE):
        with pytest.raises(PositionInconsistent):
            move(key, kind, 3, 1)
    move(key, Move.RELEASE, 2)
    assert Position.objects.get().held_quantity == 0


@pytest.mark.parametrize(
    "broken",
    [{"held_quantity": 6}, {"held_quantity": -1}, {"quantity": -1}, {"quantity": 0}, {"cost_basis": -1}],
)
def test_the_database_refuses_what_cannot_be(key, broken: dict) -> None:
    move(key, Move.BUY, 5, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.update(**broken)


def test_one_position_per_customer_and_instrument(key) -> None:
    move(key, Move.BUY, 5, 100)
    move(key, Move.BUY, 5, 200)
    assert Position.objects.get().cost_basis == 300
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.create(**key)
