"""positions_move: buys, sells and releases of positions, one at a time and many in one call."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from fractions import Fraction
from math import floor

import pytest
from django.db import IntegrityError, connection, transaction

from servicekit.ids import new_id
from servicekit.testing.sent import Sent
from trading_service.positions import services
from trading_service.positions.errors import PositionInconsistent
from trading_service.positions.models import DailyFlow, Lot, Position
from trading_service.positions.services import Move, Movement

pytestmark = pytest.mark.django_db


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


def books() -> list[list[tuple[int, ...]]]:
    """What there is, by whose it is: positions, lots and days."""
    fields = "quantity", "held_quantity", "cost_basis", "realized_pnl", "bought_quantity", "bought_cost"
    lot = "quantity", "cost", "bought_before", "cost_before"
    flow = "day", "bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds"
    return [
        list(Position.objects.order_by("user_id").values_list("user_id", *fields)),
        list(Lot.objects.order_by("position__user_id", "id").values_list("position__user_id", *lot)),
        list(DailyFlow.objects.order_by("position__user_id").values_list("position__user_id", *flow)),
    ]


def own_some(keys: list[dict]) -> None:
    """Each of them buys 200, and means to sell them."""
    for key in keys:
        move(key, Move.BUY, 200, 12_345)
    Position.objects.update(held_quantity=200)


def forget() -> None:
    """Nobody has ever owned anything."""
    Lot.objects.all().delete()
    DailyFlow.objects.all().delete()
    Position.objects.all().delete()


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
    own_some(keys)
    before = books()
    # when their movements are booked one by one, and again in one call
    for movement in movements:
        services.positions_move([movement])
    one_by_one = books()
    forget()
    own_some(keys)
    services.positions_move(movements)
    # then nothing differs, not by a cent
    assert books() == one_by_one != before


def test_each_buy_is_a_lot_that_says_what_was_bought_before_it(key) -> None:
    # given buys, a sell and a buy of nothing's worth, two of them in one call
    move(key, Move.BUY, 3, 100)
    services.positions_move(
        [Movement(**key, move=Move.BUY, quantity=n, money=m) for n, m in [(5, 7), (2, 0)]]
    )
    Position.objects.update(held_quantity=4)
    move(key, Move.SELL, 4, 50)
    move(key, Move.BUY, 1, 9)
    # then there is a lot a buy, and the sell changed none
    fields = "quantity", "cost", "bought_before", "cost_before"
    assert list(Lot.objects.order_by("id").values_list(*fields)) == [
        (3, 100, 0, 0), (5, 7, 3, 100), (2, 0, 8, 107), (1, 9, 10, 107),
    ]  # fmt: skip
    position = Position.objects.get()
    assert (position.bought_quantity, position.bought_cost, position.sold_quantity) == (11, 116, 4)
    assert position.sold_proceeds == 50


def test_what_is_executed_counts_on_its_day_in_utc_however_late_it_comes(key) -> None:
    def booked(kind: Move, quantity: int, money: int, at: str) -> Movement:
        return Movement(
            **key, move=kind, quantity=quantity, money=money, at=datetime.fromisoformat(f"2025-{at}")
        )

    services.positions_move([booked(Move.BUY, 5, 50, "02-01T00:00:00+00:00")])
    Position.objects.update(held_quantity=3)
    services.positions_move(
        [
            booked(Move.BUY, 2, 30, "02-01T01:00:00+02:00"),  # the day before, in UTC
            booked(Move.SELL, 1, -1, "02-01T09:00:00+00:00"),
            booked(Move.BUY, 1, 0, "02-01T23:59:59+00:00"),
        ]
    )
    fields = "bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds"
    assert list(DailyFlow.objects.order_by("day").values_list("day", *fields)) == [
        (date(2025, 1, 31), 2, 30, 0, 0),
        (date(2025, 2, 1), 6, 50, 1, -1),
    ]
    services.positions_move([Movement(**key, move=Move.RELEASE, quantity=2)])
    assert DailyFlow.objects.count() == 2


def test_what_a_sell_takes_out_of_the_cost_is_rounded_half_away_from_zero(key) -> None:
    for quantity, cost, sold in [(2, 3, 1), (7, 10**15, 3), (3, 1, 1), (1000, 10**15 + 500, 1)]:
        move(key, Move.BUY, quantity, cost)
        Position.objects.update(held_quantity=quantity)
        move(key, Move.SELL, sold)
        taken = floor(Fraction(cost * sold, quantity) + Fraction(1, 2))
        assert Position.objects.get().cost_basis == cost - taken
        forget()


def test_it_is_a_handful_of_statements_however_many_there_are(key) -> None:
    move(key, Move.BUY, 500, 1)
    known = Movement(**key, move=Move.BUY, quantity=1, money=1)
    others = [{**key, "user_id": new_id()} for _ in range(50)]
    new = [Movement(**other, move=Move.BUY, quantity=1, money=1) for other in others]
    with Sent() as sent:
        services.positions_move([known, *new, known])
    assert len(sent.statements) == 3  # lock the known, open the new, write all of it
    assert Position.objects.count() == 51
    assert Position.objects.get(**key).quantity == 502
    with Sent() as sent:
        services.positions_move([known, known])
    assert len(sent.statements) == 2


def test_a_first_position_is_one_write_of_its_row(key) -> None:
    def writes() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT n_tup_ins, n_tup_upd FROM pg_stat_xact_user_tables "
                "WHERE relid = 'positions_position'::regclass"
            )
            return cursor.fetchone()

    inserted, updated = writes()  # of earlier transactions, as far as the server has not added them up
    move(key, Move.BUY, 5, 100)
    assert writes() == (inserted + 1, updated)
    move(key, Move.BUY, 1, 20)
    assert writes() == (inserted + 1, updated + 1)


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_to_a_first_position_goes_on_from_there(key) -> None:
    made, waits = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                move(key, Move.BUY, 5, 100)
                made.set()
                assert waits.wait(60)
        finally:
            connection.close()

    def second() -> None:
        try:
            move(key, Move.BUY, 3, 90)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert made.wait(60)
        other = pool.submit(second)
        with connection.cursor() as cursor:
            while not other.done():
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cursor.fetchone()[0]:
                    break
        waits.set()
        one.result(), other.result()
    positions, lots, days = books()
    assert [position[1:] for position in positions] == [(8, 0, 190, 0, 8, 190)]
    assert [lot[1:] for lot in lots] == [(5, 100, 0, 0), (3, 90, 5, 100)]
    assert [day[2:] for day in days] == [(8, 190, 0, 0)]


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
