"""The only writer of the copies. Both writes are set-based statements that ignore older data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from servicekit.arrays import columns
from servicekit.contracts import market, parse_id
from servicekit.database.bulk import Lock, Update, Upsert
from trading_service.reference.models import LatestQuote, ListedInstrument, MarketDay, QuoteFeed


class _InstrumentRow(NamedTuple):
    """A row of :class:`ListedInstrument`; ``version``: the sequence of the event it came with."""

    id: UUID
    version: int
    ticker: str
    name_en: str
    name_ru: str
    type: str
    currency: str
    lot_size: int
    price_step: Decimal
    issued_quantity: int
    status: str
    previous_close: Decimal
    splits: int


_DESCRIBED = _InstrumentRow._fields[2:]  # each under the same name in the event
_COPY = Upsert(ListedInstrument, _InstrumentRow, key="id", where="kept.version < excluded.version")

# Joined with the instruments, because a quote may overtake the event that lists its instrument; with what
# is known, because an upsert locks, and so writes, even the rows that it leaves as they are; ordered, so
# that two writers lock the rows in the same order. The ORM's locking read and bulk_create take 4 times
# as long for 1,000 quotes (by turns, 15 runs).
_QUOTES_UPSERT = """
INSERT INTO reference_latestquote AS known (instrument_id, price, price_at)
SELECT instrument.id, received.price, received.price_at
FROM unnest(%s::uuid[], %s::numeric[], %s::timestamptz[]) AS received (id, price, price_at)
JOIN reference_listedinstrument AS instrument USING (id)
LEFT JOIN reference_latestquote AS before ON before.instrument_id = instrument.id
WHERE before.price IS NULL OR (before.price_at < received.price_at AND (%s OR before.price <> received.price))
ORDER BY instrument.id
ON CONFLICT (instrument_id) DO UPDATE SET price = excluded.price, price_at = excluded.price_at
WHERE known.price_at < excluded.price_at
"""


class _Close(NamedTuple):
    id: UUID
    previous_close: Decimal


_LOCK = Lock(ListedInstrument, _Close, key="id")
_CLOSE = Update(ListedInstrument, _Close, key="id", where="kept.previous_close <> new.previous_close")


class ReceivedQuote(NamedTuple):
    """One instrument's quote; ``price`` in major units."""

    instrument_id: UUID
    price: Decimal
    price_at: datetime


@transaction.atomic
def instruments_copy(*, snapshots: Sequence[tuple[market.InstrumentChanged, int]]) -> int:
    """Copy market's descriptions of instruments, and the quotes that come with it, in two statements.

    Args:
        snapshots: the whole description of each, once, and the event's sequence. An older
            description than the known one is dropped; its quote is not, because a quote is judged by
            its own time.

    Returns:
        How many of the descriptions were newer than what was known.
    """
    newer = _COPY.run(
        _InstrumentRow(changed.instrument_id, version, *(getattr(changed, name) for name in _DESCRIBED))
        for changed, version in snapshots
    )
    quotes_copy(
        quotes=[ReceivedQuote(each.instrument_id, each.price, each.price_at) for each, _ in snapshots]
    )
    return newer


@transaction.atomic
def market_day_receive(*, message: market.MarketDayClosed) -> bool:
    """Take over that a day of the market is over, and the closes that changes are counted from now.

    A day before the one that is known changes nothing.

    Returns:
        Whether the day was not known to be over.
    """
    known = MarketDay.objects.select_for_update().first()
    if known and message.number < known.number:
        return False
    if message.closes:
        closes = [_Close(UUID(id_), Decimal(close)) for id_, close in message.closes]
        _LOCK.defer(close.id for close in closes)
        _CLOSE.run(closes)
    if known and message.number == known.number:
        return False
    values = {
        "number": message.number,
        "day": date.fromisoformat(message.next_day),
        "opened_at": message.closed_at,
    }
    MarketDay.objects.update_or_create(id=1, defaults=values)
    return True


@transaction.atomic
def quotes_receive(*, message: market.QuotesUpdated) -> int:
    """Copy a message of the stream of quotes. One that was received before changes nothing.

    After a message that was missed, the quotes that are not in what follows are no longer confirmed,
    until all of them have been sent again.

    Returns:
        How many instruments have another quote now.
    """
    feed = QuoteFeed.objects.select_for_update().first()
    if feed is None or message.number != feed.number + 1:
        if feed and (message.confirmed_at, message.number) <= (feed.confirmed_at, feed.number):
            return 0
        received_since = message.number
    else:
        received_since = feed.received_since
    progress = {
        "number": message.number,
        "received_since": received_since,
        "complete_since": message.complete_since,
        "confirmed_at": message.confirmed_at,
    }
    QuoteFeed.objects.bulk_create(
        [QuoteFeed(**progress)], update_conflicts=True, unique_fields=["id"], update_fields=list(progress)
    )
    quotes = [
        ReceivedQuote(parse_id(instrument), Decimal(price), message.confirmed_at)
        for instrument, price in message.quotes
    ]
    return quotes_copy(quotes=quotes, confirmed=received_since <= message.complete_since)


@transaction.atomic
def splits_expect(*, splits: Iterable[market.SplitRecorded]) -> None:
    """Take no orders for these instruments until their splits are applied."""
    for split in splits:
        ListedInstrument.objects.filter(id=split.instrument_id, splits_recorded__lt=split.number).update(
            splits_recorded=split.number
        )


def instrument_split(
    *, instrument_id: UUID, number: int, at: datetime, price: Decimal, **values: Any
) -> None:
    """Take over an instrument's prices and units after a split. To be called in its transaction.

    Args:
        number: of the split.
        at: the moment of its record, as of which ``price`` is the quote.
        values: the other columns of :class:`ListedInstrument` that it changes.
    """
    ListedInstrument.objects.filter(id=instrument_id).update(splits=number, **values)
    LatestQuote.objects.filter(instrument_id=instrument_id).update(
        price=price, price_at=Greatest("price_at", Value(at))
    )


def quotes_copy(*, quotes: Iterable[ReceivedQuote], confirmed: bool = False) -> int:
    """Copy the latest quotes in one statement, at most one per instrument; only newer ones win.

    Quotes of instruments that are not known here are left out: the event that lists the instrument
    brings a quote of its own.

    Args:
        quotes: any number of them.
        confirmed: a price that stays need not be written with its new time: the feed confirms it.

    Returns:
        How many instruments have a new quote now.
    """
    rows = list(quotes)
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_QUOTES_UPSERT, [*columns(rows), not confirmed])
        return cursor.rowcount
