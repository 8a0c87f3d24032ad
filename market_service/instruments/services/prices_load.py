"""Imports a price file: read and checked as a whole, then loaded, then quoted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from market_service.imports.instruments import defaults
from market_service.imports.options import ImportOptions
from market_service.imports.prices import PriceFile, prices_read
from market_service.imports.tickers import Tickers
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_ids
from market_service.instruments.services.listing import waiting_quote
from market_service.quotes import services as quotes
from market_service.quotes.errors import PricesInvalid
from market_service.quotes.models import ImportedFile
from market_service.quotes.services import PricesImported
from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record

#: Told how far it is: bytes of the file that are read, rows that are loaded.
Progress = Callable[[int], None]


@dataclass(frozen=True)
class PricesLoaded:
    """The result of importing one file (of a dry run: what it would do).

    Attributes:
        file: as it was read; None when it was in the database already.
        listed: tickers that were listed by their prices.
        quoted: tickers that have their first quote now.
    """

    imported: PricesImported
    file: PriceFile | None = None
    listed: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)


def prices_load(
    *,
    path: Path,
    options: ImportOptions,
    by: Actor,
    dry_run: bool = False,
    expected: Collection[str] = (),
    reading: Progress | None = None,
    loading: Progress | None = None,
) -> PricesLoaded:
    """Import a file of prices, all of it or nothing; again, it does nothing.

    What is listed and had no prices is quoted at its last close.
    Emits one ``InstrumentChanged`` for each of them.

    Args:
        dry_run: read, check and count it; nothing changes.
        expected: tickers that would be listed by then, of a dry run.

    Raises:
        PricesInvalid: there are errors; nothing was loaded.
        OSError: the file cannot be read.
    """
    listed = instrument_ids()
    digest = quotes.imported_digest(path=path, options=options.text)
    if not dry_run and (before := quotes.imported_before(digest=digest)) and _same(before, listed, options):
        return PricesLoaded(PricesImported(0, 0, before.days), quoted=waiting_quote())
    names = listed.keys() | set(expected)
    file = prices_read(path, listed=names, options=options, today=timezone.now().date(), progress=reading)
    try:
        if file.errors:
            raise PricesInvalid(errors=file.errors, file=path.name)
        with transaction.atomic():
            new = sorted(set(file.tickers.values()) - listed.keys())
            instruments = [_unlisted(ticker, options) for ticker in new]
            Instrument.objects.bulk_create(instruments)
            listed |= {instrument.ticker: instrument.id for instrument in instruments}
            imported = quotes.prices_import(rows=file.prices(), instrument_ids=listed, progress=loading)
            if imported.created or imported.changed:
                after = {"created": imported.created, "changed": imported.changed}
                record("prices.import", Subject("file", path.name, str(path.absolute())), by=by, after=after)
            quotes.imported_note(
                digest=digest,
                name=path.name,
                tickers=file.tickers,
                days=imported.total,
                replaced=imported.changed,
            )
            transaction.set_rollback(dry_run)
    finally:
        file.close()
    new = [ticker for ticker in new if ticker not in expected]
    return PricesLoaded(imported, file, new, [] if dry_run else waiting_quote())


def _same(before: ImportedFile, listed: dict, options: ImportOptions) -> bool:
    """Whether the names in a file stand for the same tickers as when it was imported."""
    tickers = Tickers(listed, given=options.ticker.strip(), list_unlisted=options.list_unlisted)
    return all(ticker in listed and tickers.means(name, ticker) for name, ticker in before.tickers.items())


def _unlisted(ticker: str, options: ImportOptions) -> Instrument:
    """An instrument of which only its prices are known, and its step by them; a list may say the rest."""
    values = defaults(options) | {"name_en": ticker, "name_ru": ticker}
    unstated = sorted(values.keys() - options.stated)
    return Instrument(
        ticker=ticker, **values, available_quantity=values["issued_quantity"], unstated=unstated
    )
