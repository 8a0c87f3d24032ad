"""Rows that are made or locked, and several writes as one statement."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from servicekit.database.bulk import Insert, Update
from servicekit.database.combined import Combined
from servicekit.database.insert_or_lock import InsertOrLock
from servicekit.testing.sent import Sent
from servicekit.tests.test_database_bulk import INSERT, Known, Person, Row, _table, rows, stored

__all__ = ["_table"]  # the fixture that makes the table

pytestmark = pytest.mark.django_db(transaction=True)


class First(NamedTuple):
    user_id: UUID
    username: str
    display_name: str


OPEN = InsertOrLock(Person, First, Known, key="user_id", shared=("version",))


def test_a_row_that_somebody_else_makes_is_waited_for_and_read() -> None:
    """And the other way round: who comes second finds what the first made, and neither is lost."""
    user_id = uuid4()
    made = threading.Event()

    def make() -> None:
        try:
            with transaction.atomic():
                OPEN([First(user_id, "theirs", "")], version=1)
                made.set()
                time.sleep(0.3)
                Person._default_manager.update(username="changed")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(make)
        made.wait(60)
        with transaction.atomic():
            assert OPEN([First(user_id, "ours", "")], version=2) == [Known(user_id, "changed", 2)]
        other.result()
    assert stored() == {(user_id, "changed", "", 2)}


def test_rows_that_are_not_there_are_made_in_the_order_of_their_key() -> None:
    given = [First(uuid4(), f"user {number}", "") for number in range(20)]
    with transaction.atomic():
        assert OPEN([], version=1) == []
        assert [row.user_id for row in OPEN(given, version=1)] == sorted(row.user_id for row in given)


def test_several_writes_are_one_statement() -> None:
    known = rows(2)
    INSERT.run(known)
    write = Combined(
        Update(Person, Known, key="user_id", columns=("version",), shared=("display_name",)),
        Insert(Person, Row),
    )
    changed, new = [Known(known[0].user_id, "not written", 7)], rows(2)
    with transaction.atomic(), Sent() as sent:
        write.defer([], [], display_name="x")
        write.defer(changed, new, display_name="x")
        write.defer([Known(known[1].user_id, "not written", 8)], [], display_name="y")
    assert len(sent.statements) == 2
    assert stored() == {
        known[0]._replace(version=7, display_name="x"), known[1]._replace(version=8, display_name="y"), *new,
    }  # fmt: skip
