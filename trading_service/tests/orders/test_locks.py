"""Whoever holds one row up holds up only who needs that row, and not for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Model

from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.orders.models import Order
from trading_service.positions.models import Position
from trading_service.reference.models import LatestQuote, ListedInstrument
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db(transaction=True)

#: Milliseconds a statement waits for a row here; the services' own limit is 5,000.
LOCK_TIMEOUT_MS = 300


@contextmanager
def held(model: type[Model], **which: Any) -> Iterator[None]:
    """A transaction that has a row locked against any change, as one that is stuck would."""
    with transaction.atomic():
        rows = model._default_manager.filter(**which).select_for_update(no_key=True)
        assert list(rows)
        yield


def meanwhile(call: Any) -> Any:
    """What a call gives in another connection that waits at most ``LOCK_TIMEOUT_MS``."""

    def run() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s", [LOCK_TIMEOUT_MS])
        return call()

    (outcome,) = at_once([run], threads=1)
    return outcome


def test_a_hot_account_holds_nobody_else_up(aapl, world, user_id) -> None:
    """A stuck order and position of one customer: others place, hold, fill and sell as ever."""
    other = new_id()
    world.filled(user_id)
    world.filled(other)
    stuck = world.working(user_id, side="sell", quantity=3)
    with held(Order, id=stuck.id), held(Position, user_id=user_id):
        assert meanwhile(lambda: world.filled(other).status) == "filled"
        assert meanwhile(lambda: world.filled(other, side="sell", quantity=10).status) == "filled"
        # the customer of the stuck order can still buy: only its fill waits, for the position
        order = meanwhile(lambda: world.working(user_id))
        assert order.status == "working"
    world.execute(order)
    world.execute(stuck)
    assert fresh(stuck).status == "filled"


def test_a_hot_instrument_holds_nobody_up(aapl, world, user_id) -> None:
    """Its description and its quote are being written, for long: orders for it go through."""
    instrument = aapl.instrument_id
    with held(ListedInstrument, id=instrument), held(LatestQuote, instrument_id=instrument):
        assert meanwhile(lambda: world.filled(user_id).status) == "filled"
        assert meanwhile(lambda: world.filled(user_id, side="sell").status) == "filled"


def test_many_orders_of_one_instrument_are_in_hand_at_once(aapl, world) -> None:
    """Nothing of an instrument is locked by its orders: ten open transactions, each with its own."""
    users = [new_id() for _ in range(10)]
    orders = [world.working(user) for user in users]
    with held(Order, id__in=[order.id for order in orders[:5]]):
        for order in orders[5:]:
            assert meanwhile(lambda order=order: world.execute(order)) is True


def test_a_batch_waits_for_its_own_rows_only_so_long_and_then_goes_in_parts(
    aapl, world, user_id, deliver_many
) -> None:
    # given a batch of four, one of whose orders somebody holds
    orders = [world.order(user_id) for _ in range(4)]
    with held(Order, id=orders[2].id):
        outcome = meanwhile(lambda: deliver_many([world.hold_placed(order) for order in orders]))
        # when it has waited its time it fails as a whole
        assert isinstance(outcome, OperationalError)
        assert "lock timeout" in str(outcome)
        assert {fresh(order).status for order in orders} == {"accepted"}
        # then its parts go through, but the one that is held
        rest = [world.hold_placed(order) for order in orders if order is not orders[2]]
        assert meanwhile(lambda: deliver_many(rest)) == 3
    assert [fresh(order).status for order in orders] == ["working", "working", "accepted", "working"]


def test_every_connection_waits_a_bounded_time() -> None:
    with connection.cursor() as cursor:
        for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute("SELECT setting::int FROM pg_settings WHERE name = %s", [limit])
            assert 0 < cursor.fetchone()[0] <= 15_000
