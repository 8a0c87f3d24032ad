"""Deletes many rows in one statement, by key."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Model

from servicekit.arrays import array
from servicekit.database import execute_deferred
from servicekit.database.row_classes import Table
from servicekit.database.statements import Statement


class Delete:
    """Deletes rows by key; lock them first if there are other writers."""

    def __init__(self, model: type[Model], *, key: str) -> None:
        self._model, self._key = model, key

    def defer(self, keys: Iterable[Any]) -> None:
        """Delete rows at the latest with COMMIT (``execute_deferred``)."""
        if keys := list(keys):
            execute_deferred(self._statement, [array(keys)])

    def run(self, keys: Iterable[Any]) -> int:
        """Delete rows now. Returns how many there were."""
        if not (keys := list(keys)):
            return 0
        with connection.cursor() as cursor:
            cursor.execute(self._statement, [array(keys)])
            return int(cursor.rowcount)

    @cached_property
    def _statement(self) -> Statement:
        table, key = Table(self._model), self._key
        wanted = f"{table.column(key)} = ANY(%s::{table.type(key)}[])"
        return Statement(f"DELETE FROM {table.name} WHERE {wanted}")
