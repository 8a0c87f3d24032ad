"""``manage import_prices FILE``: load a file of daily prices, all of it or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from market_service.file_errors import FileErrors
from market_service.instruments.selectors import instrument_ids
from market_service.quotes.errors import PricesInvalid
from market_service.quotes.services import PricesImported, prices_import
from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record


def print_prices(command: BaseCommand, imported: PricesImported) -> None:
    """One line of what an import did."""
    command.stdout.write(
        f"daily prices: {imported.total:,} rows: {imported.created:,} new, {imported.changed:,} changed, "
        f"{imported.unchanged:,} as before"
    )


def record_prices(imported: PricesImported, file: Path) -> None:
    """Put an import that did something on record, in its transaction."""
    if imported.created or imported.changed:
        after = {"created": imported.created, "changed": imported.changed}
        subject = Subject("file", file.name, str(file.absolute()))
        record("prices.import", subject, by=Actor.shell(), after=after)


def print_errors(command: BaseCommand, errors: FileErrors) -> None:
    """All that is wrong with a file, by kind."""
    for line in errors.lines():
        command.stderr.write(line)


class Command(BaseCommand):
    help = (
        "Load daily prices from a CSV file (also gzipped) with the columns "
        "Ticker,Date,Open,High,Low,Close,Volume,Adj Close. Bad rows are counted by kind and the first of "
        "each kind are named with line number and reason; nothing of a file with bad rows is loaded. "
        "Loading a file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with transaction.atomic():
                imported = prices_import(path=file, instrument_ids=instrument_ids())
                record_prices(imported, file)
            print_prices(self, imported)
        except PricesInvalid as error:
            print_errors(self, error.errors)
            raise CommandError(error.detail) from None
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror or error}") from None
