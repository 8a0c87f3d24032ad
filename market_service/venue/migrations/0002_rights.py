"""An answer of the venue is final: the application may add answers, never change or remove one."""

from typing import Any

from django.conf import settings
from django.db import migrations


def _run(schema_editor: Any, statement: str) -> None:
    """Run it with the application's role, on a server that knows that role."""
    role = settings.DATABASE_APP_ROLE
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone():
            cursor.execute(statement.format(role=schema_editor.quote_name(role)))


def forbid(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, "REVOKE UPDATE, DELETE, TRUNCATE ON venue_venueorder FROM {role}")


def allow(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, "GRANT UPDATE, DELETE ON venue_venueorder TO {role}")


class Migration(migrations.Migration):
    dependencies = [("venue", "0001_initial")]

    operations = [migrations.RunPython(forbid, allow)]
