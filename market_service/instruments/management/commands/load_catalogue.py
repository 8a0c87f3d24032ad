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
from servicekit.home_currency import home_currency


def shipped() -> tuple[Path, Path]:
    """The catalogue and the daily prices that are shipped for the exchange's currency."""
    folder = settings.DATA / home_currency().lower()
    return folder / "catalogue.json", next(folder.glob("*.csv.gz"))


class Command(BaseCommand):
    help = (
        "List the instruments of a catalogue, in portions, while orders go on. All errors are reported "
        "first, and nothing is listed if there are any. The shipped catalogue comes with daily prices."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=None)

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        prices = None
        if file is None:
            file, prices = shipped()
        try:
            loaded = catalogue_load(catalogue=file, prices=prices)
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
            if prices and loaded.prices:
                after = {"created": loaded.prices.created, "changed": loaded.prices.changed}
                subject = Subject("file", prices.name, str(prices))
                record("prices.import", subject, by=Actor.shell(), after=after)
        if loaded.prices:
            self.stdout.write(f"daily prices: {loaded.prices.total:,} rows: {loaded.prices.created:,} new")
        self.stdout.write(
            f"instruments: {len(loaded.listed)} listed, {len(loaded.changed)} changed, "
            f"{loaded.unchanged} unchanged"
        )
