"""Lists the instruments of the catalogue, and applies later changes of it, without stopping trading.

The whole file is checked before anything is written. Then it is applied in portions (``listing``). Whoever is
interrupted is run again, and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils import timezone

from market_service.file_errors import FileError, FileErrors
from market_service.imports.options import ImportOptions
from market_service.imports.prices import PriceFile, prices_read
from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_ids
from market_service.instruments.services.catalogue_file import CatalogueEntry, catalogue_read
from market_service.instruments.services.listing import PRICED, entries_list, portions, values_apply
from market_service.quotes import selectors as quotes_read
from market_service.quotes import services as quotes
from market_service.quotes.errors import PricesInvalid
from market_service.quotes.services import PricesImported


@dataclass(frozen=True)
class CatalogueLoaded:
    """Tickers that are new, that changed, and how many were as before; the prices, if any were loaded."""

    listed: list[str]
    changed: list[str]
    unchanged: int
    prices: PricesImported | None


class _Known(NamedTuple):
    """An instrument as the database has it."""

    ticker: str
    isin: str
    digest: str
    sold: int
    quoted: bool


def catalogue_load(*, catalogue: Path, prices: Path | None = None) -> CatalogueLoaded:
    """List the instruments of a catalogue, and apply what changed in it since it was last loaded.

    An unchanged entry is left alone, so an operator's edits stay until the entry itself changes.
    Nothing is ever delisted. Emits one ``InstrumentChanged`` per listing and per change.

    Args:
        catalogue: see :mod:`market_service.instruments.services.catalogue_file`.
        prices: daily prices to load if there are none at all yet: the first quote of an instrument
            without a price in the catalogue is its last close.

    Raises:
        CatalogueInvalid: nothing was loaded; or, when somebody else changed an instrument meanwhile in a
            way that the catalogue contradicts, only the portions before.
        PricesInvalid: nothing was loaded.
        OSError: a file cannot be read.
    """
    entries = catalogue_read(catalogue)
    known = _known()
    imported = None
    with ExitStack() as stack:
        file = None
        if prices and not quotes_read.daily_prices_exist():
            file = _prices(prices, known.keys() | {entry.ticker for entry in entries})
            stack.callback(file.close)
        _check(entries, known, file)
        if file:
            for some in portions([e for e in entries if e.price is None and e.ticker not in known]):
                entries_list(some)
            imported = quotes.prices_import(rows=file.prices(), instrument_ids=instrument_ids())
    new = [entry for entry in entries if entry.ticker not in known or not known[entry.ticker].quoted]
    for some in portions(new):
        entries_list(some)
    changed = [
        entry for entry in entries if entry.ticker in known and known[entry.ticker].digest != entry.digest
    ]
    for some in portions(changed):
        values_apply({e.ticker: e.values | {"catalogue_digest": e.digest, "unstated": []} for e in some})
    return CatalogueLoaded(
        listed=[entry.ticker for entry in new],
        changed=[entry.ticker for entry in changed],
        unchanged=len(entries) - len({entry.ticker for entry in (*new, *changed)}),
        prices=imported,
    )


def _known() -> dict[str, _Known]:
    return {
        ticker: _Known(ticker, isin, digest, issued - available, quoted is not None)
        for ticker, isin, digest, issued, available, quoted in Instrument.objects.values_list(
            "ticker", "isin", "catalogue_digest", "issued_quantity", "available_quantity", "quote"
        )
    }


def _prices(path: Path, tickers: set[str]) -> PriceFile:
    file = prices_read(path, listed=tickers, options=ImportOptions(), today=timezone.now().date())
    if file.errors:
        file.close()
        raise PricesInvalid(errors=file.errors, file=path.name)
    return file


def _check(entries: Sequence[CatalogueEntry], known: dict[str, _Known], prices: PriceFile | None) -> None:
    """Everything that would stop the loading in the middle.

    Raises:
        CatalogueInvalid: see :func:`catalogue_load`.
    """
    errors = FileErrors()
    holders = {one.isin: one.ticker for one in known.values()}
    priced = set(Instrument.objects.filter(PRICED).values_list("ticker", flat=True))
    if prices:
        priced |= set(prices.tickers.values())
    for entry in entries:
        before = known.get(entry.ticker)
        if entry.isin and (holder := holders.get(entry.isin, entry.ticker)) != entry.ticker:
            errors.add(FileError("isin taken", entry.ticker, f"{holder} has the isin {entry.isin}"))
        if before and entry.issued_quantity < before.sold:
            reason = f"issued_quantity {entry.issued_quantity} is less than the {before.sold} sold"
            errors.add(FileError("issued_quantity below what is sold", entry.ticker, reason))
        if entry.price is None and entry.ticker not in priced and not (before and before.quoted):
            reason = "it has neither a price in the catalogue nor a daily price to start from"
            errors.add(FileError("no price", entry.ticker, reason))
    if errors:
        raise CatalogueInvalid(errors=errors)
