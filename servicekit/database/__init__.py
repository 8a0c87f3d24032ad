"""Django's PostgreSQL backend with prepared statements and pipelining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from servicekit.database.statements import Statement

__all__ = ["Statement", "execute_deferred", "plan_for_any_size", "send_deferred"]


def execute_deferred(query: str, values: Sequence[Any] = ()) -> None:
    """Run a statement whose answer nobody needs: with the transaction's next one, or with its COMMIT.

    What it raises (an IntegrityError, say) is raised there: an ``atomic`` block that ends without an
    error has run it.
    """
    wrapper: Any = connections[DEFAULT_DB_ALIAS]  # django.db.connection would look it up for each of these
    wrapper.ensure_connection()
    wrapper.validate_no_broken_transaction()
    with wrapper.wrap_database_errors:
        wrapper.connection.defer(query, values)


def send_deferred() -> None:
    """Run what was deferred now, and raise what it raises. No-op when nothing was."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    if wrapper.connection is not None:
        with wrapper.wrap_database_errors:
            wrapper.connection.flush()


def plan_for_any_size() -> None:
    """From now on, plan this thread's statements as for large tables, each only once.

    For a thread that runs the same statements for weeks, on tables that may have been empty when it
    began: left to itself, PostgreSQL would plan to read a small table from end to end, and go on doing
    so while it grows, until it is analyzed the next time.
    """
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    if not wrapper.plans_for_any_size:
        wrapper.plans_for_any_size = True
        wrapper.close()
