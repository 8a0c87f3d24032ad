"""``manage load_catalogue``: list the instruments of the catalogue."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.services import catalogue_load
from market_service.quotes.errors import PricesInvalid
from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record

SHIPPED = settings.DATA / "catalogue.json"
SHIPPED_PRICES = settings.DATA / "us_ohlcv_daily.csv.gz"


class Command(BaseCommand):
    help = (
        "List the instruments of a catalogue, in portions, while orders go on. All errors are reported "
        "first, and nothing is listed if there are any. The shipped catalogue comes with daily prices."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            loaded = catalogue_load(catalogue=file, prices=SHIPPED_PRICES if file == SHIPPED else None)
        except (CatalogueInvalid, PricesInvalid) as error:
            for line in error.errors.lines():
                self.stderr.write(line)
            raise CommandError(error.detail) from None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}") from None
        with transaction.atomic():
            if loaded.listed or loaded.changed:
                after = {"listed": len(loaded.listed), "changed": len(loaded.changed)}
                subject = Subject("file", file.name, str(file.absolute()))
                record("catalogue.load", subject, by=Actor.shell(), after=after)
            if loaded.prices:
                after = {"created": loaded.prices.created, "changed": loaded.prices.changed}
                subject = Subject("file", SHIPPED_PRICES.name, str(SHIPPED_PRICES))
                record("prices.import", subject, by=Actor.shell(), after=after)
        if loaded.prices:
            self.stdout.write(f"daily prices: {loaded.prices.total:,} rows: {loaded.prices.created:,} new")
        self.stdout.write(
            f"instruments: {len(loaded.listed)} listed, {len(loaded.changed)} changed, "
            f"{loaded.unchanged} as before"
        )
