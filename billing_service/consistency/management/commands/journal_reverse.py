"""``manage journal_reverse``: reverse a journal entry."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from billing_service.ledger.models import JournalEntry
from billing_service.ledger.services import journal_reverse
from servicekit.audit.actors import Actor
from servicekit.errors import DomainError


class Command(BaseCommand):
    help = "Book the opposite of every leg of a journal entry, for a reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entry", type=UUID, help="the journal entry's id")
        parser.add_argument(
            "--reason", required=True, help="shown in the books and in the customer's history"
        )
        parser.add_argument("--by", default="", help="who reverses it (default: you)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            booked = journal_reverse(
                entry_id=options["entry"], reason=options["reason"], by=Actor.shell(options["by"])
            )
        except JournalEntry.DoesNotExist:
            raise CommandError(f"there is no journal entry {options['entry']}") from None
        except DomainError as error:
            raise CommandError(error.detail) from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"reversed by entry {booked.number} ({booked.id})")
