"""The first quote of an instrument, and its return after a halt."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import Subquery
from django.db.models.functions import Greatest, Now

from market_service.quotes.models import Quote, QuoteFeed, stepped


def quote_open(*, instrument_id: UUID, price: Decimal, previous_close: Decimal, price_step: Decimal) -> Quote:
    """Give a newly listed instrument its first quote, as of now.

    Args:
        price, previous_close: in the instrument's currency; rounded to the price step.
    """
    quote = Quote(
        instrument_id=instrument_id,
        price=stepped(price, price_step),
        previous_close=stepped(previous_close, price_step),
        price_at=Now(),
    )
    quote.save(force_insert=True)
    quote.refresh_from_db()
    return quote


def quote_stand(*, instrument_id: UUID) -> None:
    """Keep the time as of which a quote was last confirmed: from now on the feed does not confirm it."""
    confirmed_at = Subquery(QuoteFeed.objects.values("confirmed_at")[:1])
    Quote.objects.filter(instrument_id=instrument_id).update(price_at=Greatest("price_at", confirmed_at))


def quote_reaffirm(*, instrument_id: UUID) -> None:
    """Confirm the price of an instrument as of now, so that it trades at once when it is opened again."""
    Quote.objects.filter(instrument_id=instrument_id).update(price_at=Now())
