"""Prepared statements: SQL that the server parses and plans once per connection."""

from __future__ import annotations


class Statement(str):
    """A statement that is executed again and again: ``cursor.execute(Statement("SELECT … %s::uuid"), […])``.

    It is an ordinary text with ``%s`` for its values, which psycopg2 would send whole every time, to be
    parsed and planned anew: for a single event that costs several times what running it does. The
    cursors of ``servicekit.database`` PREPARE it when a connection first sees it, and EXECUTE it.

    A value whose type PostgreSQL cannot infer from its place (a bare column of a SELECT) needs a
    cast: ``%s::text``.
    """

    __slots__ = ()

    @property
    def numbered(self) -> str:
        """With ``$1``, ``$2`` … in the place of each ``%s``, as PREPARE takes it."""
        first, *rest = self.replace("%%", "%").split("%s")
        return first + "".join(f"${number}{part}" for number, part in enumerate(rest, start=1))

    def command(self, name: str) -> str:
        """What executes it once it is prepared under a name; with its ``%s``."""
        count = self.count("%s")
        return f"EXECUTE {name} ({', '.join(['%s'] * count)})" if count else f"EXECUTE {name}"
