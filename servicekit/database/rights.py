"""For migrations: the privileges of the application's role on a table. Another role owns the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.migrations import RunPython


def application_may(table: str, *rights: str) -> RunPython:
    """A migration step: of all rights on ``table`` the application's role has only these.

    It does nothing on a server that does not know the role. Undone, the application may again read
    and write rows.

    Args:
        rights: SQL privileges, such as ``"SELECT"`` and ``"UPDATE (balance)"``.
    """
    return RunPython(_grant(table, rights), _grant(table, ("SELECT", "INSERT", "UPDATE", "DELETE")))


def _grant(table: str, rights: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
            if cursor.fetchone() is None:
                return
            role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
            cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
            cursor.execute(f"GRANT {', '.join(rights)} ON {table} TO {role}")

    return run
