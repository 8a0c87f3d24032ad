"""Given many orders, then it is a few statements, by an index, in transactions that end in time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market_service.quotes.services import Move
from market_service.tests.venue.book import alone, ended, order, trades
from market_service.venue.models import Trade
from market_service.venue.services import quote_step
from market_service.venue.services.orders_execute import MAX_EXECUTIONS
from market_service.venue.services.quotes_advance import MAX_EXECUTIONS as OF_A_TICK
from servicekit.ids import new_id
from servicekit.messaging.consume import BatchTooLarge

pytestmark = pytest.mark.django_db


def test_a_long_way_into_the_book_is_read_page_by_page(listed: Any, deliver: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver_many([order(instrument, "sell", 1, f"{430 + n / 100:.2f}") for n in range(150)])
    buy = order(instrument, "buy", 150, "440.00")
    deliver(buy)
    assert ended(buy) == ("executed", 150, "")
    assert [price for _, price in trades(instrument)] == [f"{430 + n / 100:.2f}" for n in range(150)]


def test_so_many_executions_end_a_transaction(listed: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    for _ in range(6):
        deliver_many([order(instrument, "sell", 1, "430.00") for _ in range(200)])
    takers = [order(instrument, "buy", 400, "430.00", time_in_force="ioc") for _ in range(3)]
    late = order(instrument, "buy", 1, "430.00")

    with pytest.raises(BatchTooLarge) as stopped:
        deliver_many([*takers, late], ids=(ids := [new_id() for _ in range(4)]))

    assert stopped.value.first_left == ids[3]
    assert not Trade.objects.exists()
    deliver_many(takers, ids=ids[:3])
    assert Trade.objects.count() == 1200 > MAX_EXECUTIONS


def test_matching_many_is_a_few_statements(listed: Any, deliver_many: Any) -> None:
    instruments = [alone(listed(ticker)) for ticker in ("AAPL", "FB", "IBM")]

    def statements(count: int) -> int:
        deliver_many([order(instruments[n % 3], "sell", 2, "430.00") for n in range(count)])
        with CaptureQueriesContext(connection) as queries:
            deliver_many([order(instruments[n % 3], "buy", 1, "430.00") for n in range(count)])
        return len(queries)

    assert statements(200) == statements(6)


def test_a_tick_through_many_is_bounded_transactions_that_do_not_grow(listed: Any, deliver_many: Any) -> None:
    """However many more wait behind, and however many transactions have been before."""

    def steps(ticker: str, orders: int) -> list[tuple[int, int]]:
        """Executions and statements of each transaction."""
        instrument, made, done = listed(ticker, issued_quantity=10_000), [], False
        for _ in range(orders // 200):
            deliver_many([order(instrument, "buy", 1, "430.00") for _ in range(200)])
        while not done:
            before = len(trades(instrument))
            with CaptureQueriesContext(connection) as queries:
                move = Move(Decimal("430.47"), Decimal("430.00"))
                done = quote_step(instrument_id=instrument.pk, move=move)
            made.append((len(trades(instrument)) - before, len(queries)))
        return made

    few, many = steps("AAPL", 600), steps("FB", 2200)
    statements = few[0][1]
    assert [executions for executions, _ in few] == [OF_A_TICK, 100]
    assert many[:-1] == [(OF_A_TICK, statements)] * 4
    assert many[-1][0] == 200
    assert many[-1][1] <= statements


def test_partial_fills_write_no_index_entry(listed: Any, deliver: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 5, "430.00"))
    counted = (
        "SELECT pg_stat_get_xact_tuples_hot_updated(oid), pg_stat_get_xact_tuples_updated(oid) "
        "FROM pg_class WHERE relname = 'venue_restingorder'"
    )
    with connection.cursor() as cursor:
        cursor.execute(counted)
        before = cursor.fetchone()
        deliver(order(instrument, "buy", 1, "430.00"))
        cursor.execute(counted)
        after = cursor.fetchone()
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
