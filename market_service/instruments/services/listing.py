"""Lists, changes and quotes instruments in portions, without stopping trading.

Each portion is a transaction of its own that locks only what changes, with a pause after it: an order waits
for a portion at most, and its events stand behind those of a few portions and not of all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, Func, IntegerField, Max, OuterRef, Value
from django.db.models.functions import Greatest

from market_service.file_errors import FileError, FileErrors
from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.models import HaltReason, Instrument
from market_service.instruments.services.catalogue_file import CatalogueEntry
from market_service.instruments.services.instrument_edit import instruments_announce, instruments_word
from market_service.quotes import services as quotes
from market_service.quotes.models import DailyPrice
from market_service.quotes.services import FirstQuote

#: Instruments of one transaction.
PORTION = 50
#: Seconds between two transactions: at least, and as long as the last one took.
PAUSE_S = 0.02

#: A condition of a query of instruments: there are daily prices.
PRICED = Exists(DailyPrice.objects.filter(instrument_id=OuterRef("id")))

Some = TypeVar("Some")


def portions(all_of_them: Sequence[Some]) -> Iterator[Sequence[Some]]:
    """So many at a time, with a pause in between."""
    for start in range(0, len(all_of_them), PORTION):
        begun = time.monotonic()
        yield all_of_them[start : start + PORTION]
        if start + PORTION < len(all_of_them):
            _pause(max(PAUSE_S, time.monotonic() - begun))


def _pause(seconds: float) -> None:
    time.sleep(seconds)


@transaction.atomic
def entries_list(
    entries: Sequence[CatalogueEntry], *, unstated: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    """List those that are not yet, and quote and announce those for which there is a price.

    Args:
        unstated: ticker → fields that were guessed.

    Returns:
        The tickers of those that are quoted now.

    Raises:
        CatalogueInvalid: somebody else has listed one meanwhile.
    """
    here = {
        instrument.ticker: instrument
        for instrument in Instrument.objects.filter(ticker__in=[entry.ticker for entry in entries])
    }
    new = [
        Instrument(
            **e.values,
            available_quantity=e.issued_quantity,
            catalogue_digest=e.digest,
            unstated=list((unstated or {}).get(e.ticker, ())),
        )
        for e in entries
        if e.ticker not in here
    ]
    try:
        with transaction.atomic():
            Instrument.objects.bulk_create(new)
    except IntegrityError as error:
        raise refused("an instrument listed meanwhile", str(error).splitlines()[0]) from None
    here |= {instrument.ticker: instrument for instrument in new}
    closes = quotes.opening_closes(here[entry.ticker].id for entry in entries if entry.price is None)
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
    return _opened(list(here.values()), first)


def waiting_quote() -> list[str]:
    """Quote and announce, in portions, what waited for its prices and has them now.

    Returns:
        Their tickers.
    """
    waiting = list(
        Instrument.objects.filter(PRICED, quote=None).order_by("ticker").values_list("id", flat=True)
    )
    quoted: list[str] = []
    for some in portions(waiting):
        quoted += _quote(some)
    return quoted


@transaction.atomic
def _quote(ids: Sequence[UUID]) -> list[str]:
    instruments = list(Instrument.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    steps = _steps([instrument.id for instrument in instruments if "price_step" in instrument.unstated])
    for instrument in instruments:
        if instrument.id in steps:
            instrument.price_step = steps[instrument.id]
            instrument.save(update_fields=["price_step", "updated_at"])
    closes = quotes.opening_closes(ids)
    first = [FirstQuote(one.id, *closes[one.id], one.price_step) for one in instruments if one.id in closes]
    return _opened(instruments, first)


def _steps(ids: Sequence[UUID]) -> dict[UUID, Decimal]:
    """A price step as fine as the prices are, a hundredth at most."""
    prices = DailyPrice.objects.filter(instrument_id__in=ids).values_list("instrument_id")
    digits = prices.annotate(most=Greatest(Value(2), *(Max(_Digits(name)) for name in ("open", "close"))))
    return {id_: Decimal(1).scaleb(-most) for id_, most in digits}


class _Digits(Func):
    """How many digits a number has after the point, trailing zeros left out."""

    template = "scale(trim_scale(%(expressions)s))"
    output_field = IntegerField()


def _opened(instruments: Sequence[Instrument], first: Sequence[FirstQuote]) -> list[str]:
    """Open the quotes, and announce those that had none; from now on they are seen, by the search too."""
    quoted = quotes.quotes_open(first)
    opened = [instrument for instrument in instruments if instrument.id in quoted]
    for instrument in opened:
        instrument.quote = quoted[instrument.id]
    instruments_word(opened)
    instruments_announce(opened)
    return [instrument.ticker for instrument in opened]


@transaction.atomic
def values_apply(wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Set fields of listed instruments, by ticker, and announce those that are quoted.

    More or less issued is more or less on offer; what is sold stays sold. Each counts as one change.

    Raises:
        CatalogueInvalid: less would be issued than is sold; or another instrument has that ISIN.
    """
    instruments = list(
        Instrument.objects.select_related("quote")
        .select_for_update(no_key=True, of=("self",))
        .filter(ticker__in=wanted)
        .order_by("id")
    )
    for instrument in instruments:
        values = wanted[instrument.ticker]
        if instrument.halt_reason == HaltReason.SPLIT:
            raise refused(instrument.ticker, "its units are being split")
        sold = instrument.issued_quantity - instrument.available_quantity
        issued = values.get("issued_quantity", instrument.issued_quantity)
        if issued < sold:
            raise refused(instrument.ticker, f"issued_quantity {issued} is less than the {sold} sold")
        for name, value in values.items():
            setattr(instrument, name, value)
        instrument.available_quantity = issued - sold
        instrument.version += 1
        try:
            with transaction.atomic():
                instrument.save()
        except IntegrityError as error:
            raise refused(instrument.ticker, str(error).splitlines()[0]) from None
    quoted = [one for one in instruments if hasattr(one, "quote")]
    instruments_word(quoted)
    instruments_announce(quoted)


def refused(where: str, reason: str) -> CatalogueInvalid:
    """What contradicts something that changed while this went on."""
    errors = FileErrors()
    errors.add(FileError("changed meanwhile", where, f"{reason}; what stands before it was loaded"))
    return CatalogueInvalid(errors=errors)
