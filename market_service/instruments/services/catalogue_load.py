"""Listing what the catalogue says, once, and what changes in it later, while orders go on.

The whole file is checked before anything is written. Then it is applied in portions, each a transaction of
its own that locks only what changes, with a pause after each: an order waits for a portion at most, and
its events stand behind those of a few portions and not of all. Whoever is interrupted is run again, and
goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.db import IntegrityError, transaction

from market_service.file_errors import FileError, FileErrors
from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_ids
from market_service.instruments.services.catalogue_file import CatalogueEntry, catalogue_read
from market_service.instruments.services.instrument_edit import instruments_announce
from market_service.quotes import selectors as quotes_read
from market_service.quotes import services as quotes
from market_service.quotes.services import FirstQuote, PricesImported

#: Instruments of one transaction.
PORTION = 50
#: Seconds between two transactions: at least, and as long as the last one took.
PAUSE_S = 0.02


@dataclass(frozen=True)
class CatalogueLoaded:
    """Tickers that are new, that changed, and how many were as before; the prices, if any were loaded."""

    listed: list[str]
    changed: list[str]
    unchanged: int
    prices: PricesImported | None


class _Known(NamedTuple):
    """What the database has of an instrument."""

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
    prices = None if quotes_read.daily_prices_exist() else prices
    _check(entries, known, prices)
    imported = None
    if prices:
        for some in _portions([e for e in entries if e.price is None and e.ticker not in known]):
            _list(some)
        imported = quotes.prices_import(path=prices, instrument_ids=instrument_ids())
    new = [entry for entry in entries if entry.ticker not in known or not known[entry.ticker].quoted]
    for some in _portions(new):
        _list(some)
    changed = [
        entry for entry in entries if entry.ticker in known and known[entry.ticker].digest != entry.digest
    ]
    for some in _portions(changed):
        _apply(some)
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


def _check(entries: Sequence[CatalogueEntry], known: dict[str, _Known], prices: Path | None) -> None:
    """Everything that would stop the loading in the middle.

    Raises:
        CatalogueInvalid, PricesInvalid: see :func:`catalogue_load`.
    """
    errors = FileErrors()
    holders = {one.isin: one.ticker for one in known.values()}
    priced = quotes_read.tickers_with_prices()
    if prices:
        priced |= quotes.prices_check(path=prices, tickers=known.keys() | {entry.ticker for entry in entries})
    for entry in entries:
        before = known.get(entry.ticker)
        if (holder := holders.get(entry.isin, entry.ticker)) != entry.ticker:
            errors.add(FileError("isin taken", entry.ticker, f"{holder} has the isin {entry.isin}"))
        if before and entry.issued_quantity < before.sold:
            reason = f"issued_quantity {entry.issued_quantity} is less than the {before.sold} sold"
            errors.add(FileError("issued_quantity below what is sold", entry.ticker, reason))
        if entry.price is None and entry.ticker not in priced and not (before and before.quoted):
            reason = "it has neither a price in the catalogue nor a daily price to start from"
            errors.add(FileError("no price", entry.ticker, reason))
    if errors:
        raise CatalogueInvalid(errors=errors)


def _portions(entries: Sequence[CatalogueEntry]) -> Iterator[Sequence[CatalogueEntry]]:
    """So many at a time, with a pause in between."""
    for start in range(0, len(entries), PORTION):
        begun = time.monotonic()
        yield entries[start : start + PORTION]
        if start + PORTION < len(entries):
            _pause(max(PAUSE_S, time.monotonic() - begun))


def _pause(seconds: float) -> None:
    time.sleep(seconds)


@transaction.atomic
def _list(entries: Sequence[CatalogueEntry]) -> None:
    """List those that are not yet, and quote and announce those for which there is a price."""
    here = {
        instrument.ticker: instrument
        for instrument in Instrument.objects.filter(ticker__in=[entry.ticker for entry in entries])
    }
    new = [
        Instrument(**e.values, available_quantity=e.issued_quantity, catalogue_digest=e.digest)
        for e in entries
        if e.ticker not in here
    ]
    try:
        with transaction.atomic():
            Instrument.objects.bulk_create(new)
    except IntegrityError as error:
        raise _refused("an instrument listed meanwhile", str(error).splitlines()[0]) from None
    here |= {instrument.ticker: instrument for instrument in new}
    closes = quotes_read.last_closes(here[entry.ticker].id for entry in entries if entry.price is None)
    first = []
    for entry in entries:
        instrument = here[entry.ticker]
        start = (
            (entry.price, entry.previous_close)
            if entry.price and entry.previous_close
            else closes.get(instrument.id)
        )
        if start:
            first.append(FirstQuote(instrument.id, *start, instrument.price_step))
    quoted = quotes.quotes_open(first)
    opened = [instrument for instrument in here.values() if instrument.id in quoted]
    for instrument in opened:
        instrument.quote = quoted[instrument.id]
    instruments_announce(opened)


@transaction.atomic
def _apply(entries: Sequence[CatalogueEntry]) -> None:
    """Set what the entries say. More or less issued is more or less on offer; what is sold stays sold."""
    wanted = {entry.ticker: entry for entry in entries}
    instruments = list(
        Instrument.objects.select_related("quote")
        .select_for_update(no_key=True, of=("self",))
        .filter(ticker__in=wanted)
        .order_by("id")
    )
    for instrument in instruments:
        entry = wanted[instrument.ticker]
        sold = instrument.issued_quantity - instrument.available_quantity
        if entry.issued_quantity < sold:
            raise _refused(
                entry.ticker, f"issued_quantity {entry.issued_quantity} is less than the {sold} sold"
            )
        for name, value in entry.values.items():
            setattr(instrument, name, value)
        instrument.available_quantity = entry.issued_quantity - sold
        instrument.catalogue_digest = entry.digest
        instrument.version += 1
        try:
            with transaction.atomic():
                instrument.save()
        except IntegrityError as error:
            raise _refused(entry.ticker, str(error).splitlines()[0]) from None
    instruments_announce(instruments)


def _refused(where: str, reason: str) -> CatalogueInvalid:
    errors = FileErrors()
    errors.add(
        FileError("changed meanwhile", where, f"{reason}; what stands before it in the catalogue was loaded")
    )
    return CatalogueInvalid(errors=errors)
