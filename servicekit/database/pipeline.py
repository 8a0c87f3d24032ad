"""A psycopg2 connection with fewer round trips.

Plain psycopg2 needs one round trip for BEGIN, one for each statement and one for COMMIT. These are most of
the cost of a small transaction, on both sides. Here BEGIN is sent with the first statement, statements whose
result is not needed are sent with the next one (:meth:`Connection.defer`), and the last of them with COMMIT:
in one text, whose statements the server runs in order and stops at the first that fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg2 import ProgrammingError, extensions

from servicekit.database.statements import Statement

_IDLE = extensions.TRANSACTION_STATUS_IDLE


class Connection(extensions.connection):
    """Begins and ends its transactions itself; to psycopg2 it is always in autocommit mode.

    Attributes:
        prepared: statement → the command that executes it, on this connection.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        extensions.connection.autocommit.__set__(self, True)  # type: ignore[attr-defined]
        self.prepared: dict[Statement, str] = {}
        self._waiting: list[bytes] = []
        self._transactional = False

    @property
    def in_transaction(self) -> bool:
        """Whether the server has a transaction open, failed or not."""
        return bool(self.get_transaction_status() != _IDLE)

    @property
    def autocommit(self) -> bool:
        """As psycopg2's own: without it the next statement begins a transaction."""
        return not self._transactional

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if value and (self._waiting or self.in_transaction):
            raise ProgrammingError("a transaction is open: commit or roll back first")
        self._transactional = not value

    def cursor(self, name: str | None = None, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]
        """As psycopg2's own. One with a name is WITH HOLD: otherwise psycopg2 wants a BEGIN of its own."""
        if name is not None:
            options["withhold"] = True
        return super().cursor(name, *arguments, **options)

    def defer(self, query: str, values: Sequence[Any] = ()) -> None:
        """Run a statement whose answer nobody needs, at the latest with COMMIT; outside of one, now.

        What it raises is raised by whatever it is sent with.
        """
        with self.cursor() as cursor:
            if self._transactional:
                command = cursor.written(query, values)  # may send what waits, to prepare it
                self._waiting.append(command)
            else:
                cursor.execute(query, values)

    def take_waiting(self) -> list[bytes]:
        """What is to be sent before the next statement; it waits no more."""
        waiting, self._waiting = self._waiting, []
        if self._transactional and not self.in_transaction:
            waiting.insert(0, b"BEGIN")
        return waiting

    def flush(self) -> None:
        """Send what waits now: before what psycopg2 sends in ways of its own."""
        if waiting := self.take_waiting():
            self._send(waiting)

    def commit(self) -> None:
        """End the transaction, with what waits before its end. No-op when nothing is pending."""
        if self._waiting or self.in_transaction:
            self._send([*self.take_waiting(), b"COMMIT"])

    def rollback(self) -> None:
        """Undo the transaction, and forget what waits."""
        self._waiting = []
        if self.in_transaction:
            self._send([b"ROLLBACK"])

    def _send(self, commands: list[bytes]) -> None:
        with self.cursor() as cursor:
            cursor.send(commands)


class Cursor(extensions.cursor):
    """Sends what waits before its own, and prepares a :class:`Statement` at its first use."""

    connection: Connection

    def execute(self, query: Any, vars: Any = None) -> None:
        """As psycopg2's own."""
        if self.name:  # a server-side cursor: psycopg2 puts DECLARE before the query
            self.connection.flush()
            super().execute(query, vars)
            return
        command = self.written(query, vars)
        self.send([*self.connection.take_waiting(), command])

    def executemany(self, query: Any, vars_list: Any) -> None:
        """As psycopg2's own."""
        self.connection.flush()
        super().executemany(query, vars_list)

    def callproc(self, *arguments: Any) -> Any:
        """As psycopg2's own."""
        self.connection.flush()
        return super().callproc(*arguments)

    def copy_expert(self, *arguments: Any, **options: Any) -> None:
        """As psycopg2's own."""
        self.connection.flush()
        super().copy_expert(*arguments, **options)

    def copy_from(self, *arguments: Any, **options: Any) -> None:
        """As psycopg2's own."""
        self.connection.flush()
        super().copy_from(*arguments, **options)

    def copy_to(self, *arguments: Any, **options: Any) -> None:
        """As psycopg2's own."""
        self.connection.flush()
        super().copy_to(*arguments, **options)

    def written(self, query: Any, values: Any) -> bytes:
        """A statement with its values, as it is sent."""
        if isinstance(query, Statement):
            query = self.connection.prepared.get(query) or self._prepare(query)
        return self.mogrify(query, values)

    def send(self, commands: list[bytes]) -> None:
        """Send commands in one text; the answer is that of the last."""
        super().execute(b"; ".join(commands))

    def _prepare(self, statement: Statement) -> str:
        connection = self.connection
        name = f"s{len(connection.prepared) + 1}"
        self.send([*connection.take_waiting(), f"PREPARE {name} AS {statement.numbered}".encode()])
        connection.prepared[statement] = command = statement.command(name)
        return command
