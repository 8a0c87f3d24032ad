"""The latest quotes that this process has received, for its listeners: see servicekit/event_stream.

A thread follows the stream of quotes in Redis, from the first listener on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from market_service.instruments.models import Instrument
from market_service.quote_stream.books import on_books_changed
from servicekit import event_stream
from servicekit.contracts.market import QuotesUpdated
from servicekit.event_stream import Listener
from servicekit.event_stream.follower import StreamThread
from servicekit.messaging.consume.quotes import follow_quotes
from servicekit.money import price_text

#: Instrument → its ticker and price step, of those that were ever listened to.
_known: dict[str, tuple[str, Decimal]] = {}
#: Of the same: the number of the message that told the quote, the price, its time.
_latest: dict[str, tuple[int, Decimal, datetime]] = {}
_lock = threading.Lock()


def stream_begin(listener: Listener, instruments: Iterable[Instrument], *, number: int, after: int) -> None:
    """Tell a new listener the present quotes, those that it has not had.

    Args:
        instruments: with their quotes.
        number: of the last message that told quotes, when these were read.
        after: the number of the last event that it had; 0: it had none.
    """
    with _lock:
        for instrument in instruments:
            key, quote = str(instrument.id), instrument.quote
            _known[key] = (instrument.ticker, instrument.price_step)
            had = _latest.get(key)
            if had is None or (number > had[0] and quote.price != had[1]):
                _latest[key] = (number, quote.price, quote.price_at)
            published_in, price, at = _latest[key]
            if not after or published_in > after:
                listener.offer("quote", key, published_in, _data(key, price, at))
    follower.begin()


def on_quotes_updated(message: QuotesUpdated) -> None:
    """Tell the listeners of each quote that is another than before, of what was ever listened to."""
    moved = []
    with _lock:
        for key, text in message.quotes:
            if had := _latest.get(key):
                price = Decimal(text)
                if message.number > had[0] and price != had[1]:
                    _latest[key] = (message.number, price, message.confirmed_at)
                    data = _data(key, price, message.confirmed_at)
                    event_stream.offer(key, "quote", message.number, data)
                    moved.append(key)
    on_books_changed(moved)  # the house stands there by the quote


def _data(key: str, price: Decimal, at: datetime) -> dict[str, str]:
    ticker, step = _known[key]
    shown = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"ticker": ticker, "price": price_text(price, step), "price_at": shown}


follower = StreamThread("quotes", lambda: follow_quotes(on_quotes_updated, threading.Event()))
