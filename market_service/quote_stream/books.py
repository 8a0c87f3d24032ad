"""The books that somebody listens to, read again when they have changed, at most twice a second each.

A thread hears what has changed, from the first listener on; another reads it. Nobody waits for either: what
changes while a book is read is read the next time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from market_service.instruments.models import Instrument
from market_service.venue.selectors import depth, trade_list
from market_service.venue.serializers import book_shown, trade_shown
from servicekit import event_stream
from servicekit.event_stream.follower import Follower, StreamThread
from servicekit.messaging.threads import fresh_connections

#: Prices of each side, and trades, that are told.
LEVELS, TRADES = 5, 10
#: Seconds between two reads of the books that have changed.
PERIOD_S = 0.5

#: Those that were ever listened to, by the name under which they are.
_known: dict[str, Instrument] = {}
_changed: set[str] = set()
_wake = threading.Event()
_lock = threading.Lock()


def name_of(instrument_id: object) -> str:
    """Under which name an instrument's book is listened to."""
    return f"book/{instrument_id}"


def books_begin(instruments: Iterable[Instrument]) -> None:
    """Tell their books to who has just begun to listen, and from now on when they change."""
    _known.update({name_of(instrument.id): instrument for instrument in instruments})
    reader.begin()
    follower.begin()
    on_books_changed(str(instrument.id) for instrument in instruments)


def on_books_changed(instrument_ids: Iterable[str]) -> None:
    """Have those read again that somebody listens to."""
    names = {name_of(id_) for id_ in instrument_ids}
    if listened := {name for name in names if event_stream.listened(name)}:
        with _lock:
            _changed.update(listened)
        _wake.set()


def on_changes_missed() -> None:
    """Any of them may have changed."""
    on_books_changed([str(instrument.id) for instrument in tuple(_known.values())])


def changed_offer() -> None:
    """Read what has changed, and tell who listens to it."""
    with _lock:
        names = sorted(_changed)
        _changed.clear()
    for name in names:
        if event_stream.listened(name) and (data := _book(_known[name])):
            event_stream.offer(name, "book", 0, data)


def _read_on() -> None:
    while True:
        _wake.wait()
        _wake.clear()
        with fresh_connections():
            changed_offer()
        time.sleep(PERIOD_S)


def _book(instrument: Instrument) -> dict[str, Any] | None:
    """What the API's book shows, and its newest trades; None while it has no quote."""
    try:
        book = depth(instrument_id=instrument.id, levels=LEVELS)
    except LookupError:
        return None
    newest = trade_list(instrument_id=instrument.id).order_by("-trade_seq")[:TRADES]
    trades = [trade_shown(trade, instrument.price_step) for trade in newest]
    return {
        **book_shown(instrument.ticker, book),
        "trades": [{**each, "id": str(each["id"])} for each in trades],
    }


reader = StreamThread("books", _read_on)
follower = Follower(on_books_changed, on_changes_missed)
