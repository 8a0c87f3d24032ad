"""The house enters the book: its quote moves, it is switched on, an instrument opens, more is issued.

Resting orders that its prices reach then execute, each at its own price, before anybody else comes. What
an operator changes and what follows from it are one transaction.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from market_service.instruments import services as instruments
from market_service.instruments.models import Instrument
from market_service.quotes.services import Move
from market_service.venue.matching import BUY, SELL, house_prices
from market_service.venue.services.books import Books
from market_service.venue.services.outcome import outcome_write
from servicekit.audit.actors import Actor


def house_meet(*, instrument_id: UUID, move: Move | None = None, at_most: int = sys.maxsize) -> bool:
    """Execute what the house reaches in a book. To be called in a transaction.

    Args:
        move: the next quote counts, unless the present one is not the one before it any more.
        at_most: so many executions.

    Returns:
        Whether nothing more is reached.

    Emits:
        See :func:`outcome_write`.
    """
    books = Books(instrument_ids=[instrument_id])
    if instrument_id not in books.locked:
        return True
    instrument, quote = books.locked[instrument_id], books.quotes[instrument_id].price
    if move is not None:
        if move.before != quote:
            return True
        quote = move.price
    ask, bid = house_prices(quote=quote, half_spread=instrument.half_spread, step=instrument.price_step)
    books.open([(instrument_id, BUY, -ask), (instrument_id, SELL, bid)], quote=quote)
    book = books[instrument_id]
    done = book.meet_house(at_most=at_most)
    outcome_write(books)
    return done


@transaction.atomic
def instrument_open(*, instrument_id: UUID, by: Actor | None = None, reason: str = "") -> Instrument:
    """As :func:`instruments.instrument_open`; then the house comes to the book."""
    instrument = instruments.instrument_open(instrument_id=instrument_id, by=by, reason=reason)
    house_meet(instrument_id=instrument_id)
    return instrument


@transaction.atomic
def instrument_reprice(*, instrument_id: UUID, price: Decimal, by: Actor, reason: str) -> Instrument:
    """As :func:`instruments.instrument_reprice`; then the house comes to the book."""
    instrument = instruments.instrument_reprice(
        instrument_id=instrument_id, price=price, by=by, reason=reason
    )
    house_meet(instrument_id=instrument_id)
    return instrument


@transaction.atomic
def instrument_reissue(*, instrument_id: UUID, issued_quantity: int, by: Actor, reason: str) -> Instrument:
    """As :func:`instruments.instrument_reissue`; then the house comes to the book."""
    instrument = instruments.instrument_reissue(
        instrument_id=instrument_id, issued_quantity=issued_quantity, by=by, reason=reason
    )
    house_meet(instrument_id=instrument_id)
    return instrument


@transaction.atomic
def instrument_house(
    *, instrument_id: UUID, house: bool, half_spread: Decimal | None, by: Actor, reason: str
) -> Instrument:
    """As :func:`instruments.instrument_house`; then the house comes to the book."""
    instrument = instruments.instrument_house(
        instrument_id=instrument_id, house=house, half_spread=half_spread, by=by, reason=reason
    )
    house_meet(instrument_id=instrument_id)
    return instrument
