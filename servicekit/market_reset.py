"""``manage reset_market`` of every service: cash, positions and all that was traded start over.

It changes one database. Only all of them together, and the streams, are a consistent system:
``compose/local/market_reset.py`` does that, while nothing runs, after an archive was made.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record
from servicekit.messaging.operate.forget import OF_OTHERS, OWN_STREAM, events_forget

#: In every database: who did what, who is who, and which sessions have ended.
ALWAYS_KEPT = ("audit_entries", "people", "revoked_sessions")
#: Whose accounts stay, so its events and what they have caused do.
KEPT_PUBLISHER = "user"

# The application's role; whoever resets is the owner of the tables. The server's own view, which no model
# has.
_AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()
"""


class ResetMarketCommand(BaseCommand):
    """Attributes:
    emptied: tables of which nothing stays.
    changed: tables of which something stays: :meth:`change` says what.
    kept: tables that stay as they are. Every table of the service is in one of the three.
    """

    help = "Let cash, positions and trades start over; accounts stay. Run by make reset-market only."

    emptied: ClassVar[tuple[str, ...]] = ()
    changed: ClassVar[tuple[str, ...]] = ()
    kept: ClassVar[tuple[str, ...]] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--archive", required=True, help="where what is removed was kept")

    def handle(self, *args: Any, archive: str, **options: Any) -> None:
        """All of it or nothing; again, it does the same.

        Raises:
            CommandError: the service is at work, or a table is in none of the lists.
        """
        self._require_decided()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_AT_WORK, [settings.SERVICE_NAME])
            if cursor.fetchone()[0]:
                raise CommandError("The service is at work: make reset-market stops it first.")
            before = self.counts()
            events_forget(kept=KEPT_PUBLISHER)
            # of 100,000 rows the ORM's DELETE takes 6 times as long
            cursor.execute(f"TRUNCATE {', '.join(('idempotent_answers', *self.emptied))}")
            self.change()
            record(
                "market.reset", Subject("market", "", "market"),
                by=Actor.shell(), before=before, after={"archive": archive},
            )  # fmt: skip

    def counts(self) -> dict[str, Any]:
        """What mattered before, for the audit trail."""
        return {}

    def change(self) -> None:
        """What becomes of the tables of which something stays."""

    def _require_decided(self) -> None:
        decided = {*ALWAYS_KEPT, *OWN_STREAM, *OF_OTHERS, "idempotent_answers"}
        decided |= {*self.emptied, *self.changed, *self.kept}
        ours = {
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            if not model.__module__.startswith("django.")
        }
        if undecided := sorted(ours - decided):
            raise CommandError(f"Nobody has said what becomes of {', '.join(undecided)} in a reset.")
