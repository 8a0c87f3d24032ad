"""The connection to PostgreSQL: asked now and then whether it is alive, and replaced when it is not."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import OperationalError, close_old_connections, connection

from servicekit.contracts import parse_id
from servicekit.database import base
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


def end_connection() -> None:
    """The server ends this test's connection, from another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


def ask() -> None:
    """One request's worth of work."""
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    close_old_connections()


def test_an_id_is_read_once() -> None:
    id, other = new_id(), new_id()
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::uuid, %s::uuid, NULL::uuid, ARRAY[%s, NULL]::uuid[]", [id, id, other])
        first, second, none, several = cursor.fetchone()
    assert type(first) is UUID
    assert first is second is parse_id(str(id))
    assert (first, none, several) == (id, None, [other, None])


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_HEALTH_CHECKS", True)
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    connection.close()


def test_a_dead_connection_is_replaced_before_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    end_connection()
    monkeypatch.setattr(base, "TRUSTED", 0.0)
    ask()


def test_within_the_second_one_request_fails_and_the_next_is_answered() -> None:
    ask()
    end_connection()
    with pytest.raises(OperationalError):
        ask()
    ask()


def test_one_that_has_just_answered_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    queries: list[bool] = []
    usable = connection.is_usable

    def is_usable() -> bool:
        queries.append(usable())
        return queries[-1]

    monkeypatch.setattr(connection, "is_usable", is_usable)
    for _ in range(5):
        ask()
    assert len(queries) <= 1
    monkeypatch.setattr(base, "TRUSTED", 0.0)
    ask()
    assert len(queries) >= 1
