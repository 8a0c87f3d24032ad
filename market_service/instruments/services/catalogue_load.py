"""Listing what the catalogue says, once, and what changes in it later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_ids
from market_service.instruments.services.catalogue_file import CatalogueEntry, catalogue_read
from market_service.instruments.services.instrument_edit import instrument_announce
from market_service.quotes import selectors as quotes_read
from market_service.quotes import services as quotes
from market_service.quotes.services import PricesImported


@dataclass(frozen=True)
class CatalogueLoaded:
    """Tickers that are new, that changed, and how many were as before; the prices, if any were loaded."""

    listed: list[str]
    changed: list[str]
    unchanged: int
    prices: PricesImported | None


@transaction.atomic
def catalogue_load(*, catalogue: Path, prices: Path | None = None) -> CatalogueLoaded:
    """List the instruments of a catalogue, and apply what changed in it since it was last loaded.

    An unchanged entry is left alone, so an operator's edits stay until the entry itself changes.
    Nothing is ever delisted. Emits one ``InstrumentChanged`` per listing and per change.

    Args:
        catalogue: see :mod:`market_service.instruments.services.catalogue_file`.
        prices: daily prices to load if there are none at all yet: the first quote of an instrument
            without a price in the catalogue is its last close.

    Raises:
        CatalogueInvalid: nothing was loaded.
        PricesInvalid: nothing was loaded.
        OSError: a file cannot be read.
    """
    entries = catalogue_read(catalogue)
    locked = Instrument.objects.select_for_update(no_key=True).order_by("id")
    known = {instrument.ticker: instrument for instrument in locked}
    new: list[tuple[CatalogueEntry, Instrument]] = []
    changed: list[str] = []
    for entry in entries:
        instrument = known.get(entry.ticker)
        try:
            with transaction.atomic():
                if instrument is None:
                    new.append((entry, _list(entry)))
                elif instrument.catalogue_digest != entry.digest:
                    _apply(entry, instrument)
                    changed.append(entry.ticker)
        except IntegrityError as error:
            raise CatalogueInvalid(reason=f"{entry.ticker}: {str(error).splitlines()[0]}") from None
    imported = None
    if prices and not quotes_read.daily_prices_exist():
        imported = quotes.prices_import(path=prices, instrument_ids=instrument_ids())
    for entry, instrument in new:
        _open_quote(entry, instrument)
        instrument_announce(instrument)
    return CatalogueLoaded(
        listed=[entry.ticker for entry, _ in new],
        changed=changed,
        unchanged=len(entries) - len(new) - len(changed),
        prices=imported,
    )


def _list(entry: CatalogueEntry) -> Instrument:
    return Instrument.objects.create(
        **entry.values, available_quantity=entry.issued_quantity, catalogue_digest=entry.digest
    )


def _apply(entry: CatalogueEntry, instrument: Instrument) -> None:
    """Set what the entry says. More or less issued is more or less on offer; what is sold stays sold."""
    sold = instrument.issued_quantity - instrument.available_quantity
    if entry.issued_quantity < sold:
        raise CatalogueInvalid(
            reason=f"{entry.ticker}: issued_quantity {entry.issued_quantity} is less than the {sold} sold"
        )
    for name, value in entry.values.items():
        setattr(instrument, name, value)
    instrument.available_quantity = entry.issued_quantity - sold
    instrument.catalogue_digest = entry.digest
    instrument.version += 1
    instrument.save()
    instrument_announce(instrument)


def _open_quote(entry: CatalogueEntry, instrument: Instrument) -> None:
    closes = quotes_read.last_closes(instrument.id)
    if entry.price is not None and entry.previous_close is not None:
        closes = entry.price, entry.previous_close
    if closes is None:
        raise CatalogueInvalid(
            reason=f"{entry.ticker} has neither a price in the catalogue nor a daily price to start from"
        )
    price, previous_close = closes
    quotes.quote_open(
        instrument_id=instrument.id,
        price=price,
        previous_close=previous_close,
        price_step=instrument.price_step,
    )
