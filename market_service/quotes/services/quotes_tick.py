"""The quote feed's tick: the next prices, published and confirmed; where they come from: ``quotes.feeds``.

A tick continues where the last one stopped: the next ``QUOTE_PORTION`` open instruments get a new price,
which is published, whether it changed or not; one row, :class:`QuoteFeed`, confirms all the others. So the
cost of a tick does not depend on the number of instruments, every quote is fresh, and a subscriber that has
missed messages has received every quote again after one round.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Least, Now

from market_service.candles.services import Change, candles_record
from market_service.clock.selectors import clock_now, market_now
from market_service.quotes.feeds import CurrentQuote, feed_at
from market_service.quotes.models import Quote, QuoteFeed
from servicekit.arrays import array
from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging.publish import publish_quotes
from servicekit.messaging.publish.quotes import MAX_QUOTES
from servicekit.money import price_text
from servicekit.portions import portions_of

# Every tick, for up to QUOTE_PORTION quotes. Measured by turns with 200, the fastest of 41 runs: by the ORM
# _NEXT takes 2.7 times as long, _MOVE (a locking read, bulk_update) 13 times, _CONFIRM (an update, a read) 3.
_NEXT = """
SELECT quote.instrument_id, ticker, type, price_step, price, previous_close, tick
FROM quotes_quote AS quote JOIN instruments_instrument AS instrument ON instrument.id = quote.instrument_id
WHERE quote.instrument_id > %s AND status = 'open' ORDER BY quote.instrument_id LIMIT %s
"""

_MOVE = """
UPDATE quotes_quote AS quote
SET price = next.price, price_at = statement_timestamp(), tick = quote.tick + 1,
    day_open = coalesce(day_open, next.price), day_high = greatest(day_high, next.price),
    day_low = least(day_low, next.price)
FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[]) AS next (instrument_id, before, price)
WHERE quote.instrument_id = next.instrument_id AND quote.price = next.before
RETURNING quote.instrument_id
"""

_CONFIRM = """
UPDATE quotes_quotefeed SET confirmed_at = statement_timestamp(), number = %s, told_to = %s, round_from = %s,
    complete_since = %s
RETURNING confirmed_at
"""

_BEGIN = UUID(int=0)


class Move(NamedTuple):
    """A quote and the one after it, in the instrument's currency."""

    before: Decimal
    price: Decimal


#: The next quotes by instrument, and whether any moves → the instruments that keep what they have.
HoldBack = Callable[[Mapping[UUID, Move], bool], Collection[UUID]]


@transaction.atomic
def quotes_tick(*, hold_back: HoldBack | None = None) -> int:
    """Give the next open instruments their next quote, confirm all, and tell it after the commit.

    Where the feed is ``manual``, or the market is paused, prices stay and only their time moves on. Halted
    instruments keep price and time. Of two ticks at once the second does nothing.

    Args:
        hold_back: called in the transaction with the next quotes, and whether any of them moves; the
            instruments that it returns keep the quotes that they have, and are not published.

    Returns:
        How many quotes were published. Emits a ``QuotesUpdated`` per ``MAX_QUOTES`` of them.
    """
    QuoteFeed.objects.bulk_create([QuoteFeed()], ignore_conflicts=True)
    feed = QuoteFeed.objects.select_for_update(skip_locked=True).first()
    if feed is None:
        return 0
    rows = _next_rows(feed.published_up_to)
    if not rows and feed.published_up_to != _BEGIN:  # the last portion ended with the last instrument
        feed.complete_since, feed.round_from = feed.round_from, feed.number + 1
        rows = _next_rows(_BEGIN)
    if not rows:
        feed.published_up_to = _BEGIN
        _confirm(feed)
        return 0
    published = _moved(rows, hold_back)
    parts = list(portions_of(published, MAX_QUOTES)) or [[]]
    before, feed.number = feed.number, feed.number + len(parts)
    complete_before = feed.complete_since
    if len(rows) < settings.QUOTE_PORTION:  # that were the last of them
        feed.published_up_to = _BEGIN
        feed.complete_since, feed.round_from = feed.round_from, feed.number + 1
    else:
        feed.published_up_to = rows[-1].instrument_id
    confirmed_at = _confirm(feed)
    messages = [
        QuotesUpdated(
            quotes=[[str(row.instrument_id), price_text(price, row.price_step)] for row, price in part],
            confirmed_at=confirmed_at,
            number=number,
            complete_since=feed.complete_since if number == feed.number else complete_before,
        )
        for number, part in enumerate(parts, start=before + 1)
    ]
    transaction.on_commit(lambda: publish_quotes(messages))
    return len(rows)


def quote_follow(*, instrument_id: UUID, move: Move) -> None:
    """Write the next price of an instrument that a tick held back; the next tick tells it.

    No-op when the instrument is halted by now, or an operator has set its price meanwhile.
    """
    if move.price == move.before:
        return
    quote = Quote.objects.filter(instrument_id=instrument_id, instrument__status="open", price=move.before)
    if quote.update(
        price=move.price, price_at=Now(), tick=F("tick") + 1, day_open=Coalesce("day_open", move.price),
        day_high=Greatest("day_high", move.price), day_low=Least("day_low", move.price),
    ):  # fmt: skip
        candles_record([Change(instrument_id, move.price)], at=market_now())


def _next_rows(after: UUID) -> list[CurrentQuote]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after, settings.QUOTE_PORTION])
        return [CurrentQuote(*row) for row in cursor.fetchall()]


def _moved(rows: Sequence[CurrentQuote], hold_back: HoldBack | None) -> list[tuple[CurrentQuote, Decimal]]:
    """Write the instruments' next prices, and return them, less those that an operator has just set."""
    moment = clock_now()
    feed = feed_at(moment)
    moves = list(zip(rows, feed.prices(rows, moment), strict=True))
    if hold_back is not None:
        held = hold_back({row.instrument_id: Move(row.price, price) for row, price in moves}, feed.moves)
        moves = [move for move in moves if move[0].instrument_id not in held]
    if not feed.moves or not moves:
        return moves
    with connection.cursor() as cursor:
        ids, before = array(row.instrument_id for row, _ in moves), array(row.price for row, _ in moves)
        cursor.execute(_MOVE, [ids, before, array(price for _, price in moves)])
        moved = {id_ for (id_,) in cursor.fetchall()}
    done = [(row, price) for row, price in moves if row.instrument_id in moved]
    candles_record((Change(row.instrument_id, price) for row, price in done), at=moment.time)
    return done


def _confirm(feed: QuoteFeed) -> datetime:
    """Write down how far the feed is. Returns the moment as of which every quote is confirmed."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, [feed.number, feed.published_up_to, feed.round_from, feed.complete_since])
        (confirmed_at,) = cursor.fetchone()
    return confirmed_at
