"""Fewer trips to PostgreSQL: what is sent together, what is planned once, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, transaction

from servicekit.database import Statement, execute_deferred, plan_for_any_size
from servicekit.testing.sent import Sent

pytestmark = pytest.mark.django_db(transaction=True)

PUT = Statement("INSERT INTO trip (number) VALUES (%s)")
COUNT = Statement("SELECT count(*), '100 %%' FROM trip WHERE number >= %s")


@pytest.fixture(autouse=True)
def _table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE trip (number int PRIMARY KEY)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE trip")


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [0])
        found, text = cursor.fetchone()
    assert text == "100 %"
    return int(found)


def another_connection_counts() -> int:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM trip")
            return int(cursor.fetchone()[0])
    finally:
        other.close()


def test_begin_goes_with_the_first_and_the_last_with_commit() -> None:
    execute_deferred(PUT, [0])  # outside of a transaction at once; and it is prepared from now on
    with transaction.atomic():
        assert not connection.connection.in_transaction
        execute_deferred(PUT, [1])
        assert not connection.connection.in_transaction
    assert another_connection_counts() == 2


def test_deferred_statements_go_before_a_query() -> None:
    assert count() == 0  # it is prepared
    with Sent() as sent, transaction.atomic():
        execute_deferred(PUT, [1])
        execute_deferred(PUT, [2])
        assert count() == 2
        assert another_connection_counts() == 0
    assert sent.statements == [str(PUT), str(PUT), str(COUNT)]


def test_an_error_of_what_waited_is_raised_by_the_commit_and_nothing_stays() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        execute_deferred(PUT, [1])
        execute_deferred(PUT, [1])
        execute_deferred(PUT, [2])
    assert another_connection_counts() == 0
    assert connection.get_autocommit()
    assert count() == 0


def test_an_exception_forgets_what_waits() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        execute_deferred(PUT, [1])
        raise KeyError
    with transaction.atomic():
        execute_deferred(PUT, [2])
    assert count() == 1


def test_a_savepoint_that_is_undone_leaves_what_was_before() -> None:
    with transaction.atomic():
        execute_deferred(PUT, [1])
        with pytest.raises(KeyError), transaction.atomic():
            execute_deferred(PUT, [2])
            raise KeyError
        with pytest.raises(IntegrityError), transaction.atomic():
            execute_deferred(PUT, [1])
    assert another_connection_counts() == 1


def test_a_statement_is_prepared_once_per_connection() -> None:
    for number in range(5):
        execute_deferred(PUT, [number])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%INTO trip%%'")
        assert cursor.fetchone()[0] == 1
    connection.close()
    execute_deferred(PUT, [5])
    assert count() == 6


def test_every_way_to_query_is_within_the_transaction() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO trip VALUES (%s)", [(1,), (2,)])
        with connection.chunked_cursor() as cursor:
            execute_deferred(PUT, [3])
            cursor.execute("SELECT number FROM trip ORDER BY number")
            assert cursor.fetchall() == [(1,), (2,), (3,)]
        raise KeyError
    assert another_connection_counts() == 0


def test_a_broken_transaction_takes_nothing_more() -> None:
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            execute_deferred(PUT, [1])
            execute_deferred(PUT, [1])
            count()
        execute_deferred(PUT, [2])
    assert count() == 0


def test_plans_for_tables_of_any_size() -> None:
    try:
        plan_for_any_size()
        with connection.cursor() as cursor:
            cursor.execute("SHOW plan_cache_mode")
            assert cursor.fetchone()[0] == "force_generic_plan"
            cursor.execute("SHOW enable_seqscan")
            assert cursor.fetchone()[0] == "off"
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_seqscan")  # a new connection as well
            assert cursor.fetchone()[0] == "off"
    finally:
        wrapper: Any = connections[DEFAULT_DB_ALIAS]
        wrapper.plans_for_any_size = False
        wrapper.close()
