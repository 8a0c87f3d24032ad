"""With many instruments and past orders, answering reads what it needs by an index."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from market_service.config.celery import app
from market_service.instruments.models import Instrument
from market_service.tests.venue.orders import cancel_requested, submitted
from market_service.venue.services.books import Books
from servicekit.ids import new_id
from servicekit.testing.plans import plan_of_due_tasks, plans_of, whole_reads

pytestmark = pytest.mark.django_db

TABLES = {
    "instruments_instrument", "quotes_quote", "venue_restingorder", "venue_trade", "venue_venueorder",
}  # fmt: skip


def test_answering_reads_no_table_whole(many_past_orders: Instrument, deliver_many: Any) -> None:
    some = list(Instrument.objects.order_by("id")[:20])
    plans = plans_of(lambda: deliver_many([submitted(instrument, quantity=1) for instrument in some]))

    read = {index for plan in plans for index in plan.indexes}
    assert {"instruments_instrument_pkey", "quotes_quote_pkey"} <= read
    for plan in plans:
        assert not plan.read_whole & TABLES, plan.sql


def test_canceling_and_looking_answers_up_read_no_table_whole(
    many_past_orders: Instrument, deliver_many: Any
) -> None:
    (look,) = plans_of(lambda: Books(instrument_ids=[], order_ids=[new_id() for _ in range(20)]))
    assert look.indexes == {"quotes_quote_pkey", "venue_venueorder_pkey", "venue_restingorder_pkey"}
    for plan in plans_of(lambda: deliver_many([cancel_requested(new_id()) for _ in range(20)])):
        assert not plan.read_whole & TABLES, plan.sql


def test_without_its_index_a_lookup_is_seen_to_read_otherwise(many_past_orders: Instrument) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE venue_venueorder DROP CONSTRAINT venue_venueorder_pkey")
    (look,) = plans_of(lambda: Books(instrument_ids=[], order_ids=[new_id() for _ in range(20)]))
    assert look.read_whole == {"quotes_quotefeed", "venue_venueorder"}  # the first has one row


def test_an_execution_needs_no_new_index_entry(listed: Any, deliver: Any) -> None:
    """A changed quantity stays on its page (HOT): there is room, and no index has the column."""
    instrument = listed("AAPL")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'instruments_instrument'")
        assert cursor.fetchone()[0] == ["fillfactor=50"]
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_hot_updated(oid), pg_stat_get_xact_tuples_updated(oid) "
            "FROM pg_class WHERE relname = 'instruments_instrument'"
        )
        hot_before, all_before = cursor.fetchone()
        deliver(submitted(instrument))
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_hot_updated(oid), pg_stat_get_xact_tuples_updated(oid) "
            "FROM pg_class WHERE relname = 'instruments_instrument'"
        )
        hot, updated = cursor.fetchone()
    assert (hot - hot_before, updated - all_before) == (1, 1)


def test_what_is_planned_once_is_planned_for_large_tables() -> None:
    reads = whole_reads("market_service", "servicekit.messaging", "servicekit.api")
    assert reads == {
        "servicekit.messaging.publish.relay._UNSENT": {"outbox_unsent", "stream_state"},  # the oldest; 1 row
        "market_service.clock.selectors._CLOCK": {"clock_marketclock"},  # one row
        "market_service.search.selectors.typos._BEGINNINGS": {"search_searchletter"},  # a row a letter
        "market_service.search.selectors.typos._WORDS": {"search_searchletter"},  # a row a letter
        "market_service.venue.selectors.depth._DEPTH": {"quotes_quotefeed"},  # one row
        "market_service.venue.services.books._STATE": {"quotes_quotefeed"},  # one row
    }


def test_what_is_due_is_found_by_its_indexes() -> None:
    plan = plan_of_due_tasks(app)
    assert {"venue_resting_expires", "action_due"} <= plan.indexes
    assert not plan.read_whole & {"venue_restingorder", "corporate_actions_corporateaction"}
