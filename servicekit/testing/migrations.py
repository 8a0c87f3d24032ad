"""Whether the migrations of a service make the tables that its models describe."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command


def missing_migrations() -> str:
    """What ``makemigrations`` would write; "" when nothing is missing."""
    output = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=output)
    except SystemExit:
        return output.getvalue()
    return ""
