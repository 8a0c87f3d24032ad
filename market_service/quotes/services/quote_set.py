"""An operator's price, from which the feed goes on."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce, Greatest, Least, Now

from market_service.candles.services import Change, candles_record
from market_service.clock.selectors import market_now
from market_service.quotes.errors import PriceNotPossible
from market_service.quotes.models import Quote
from servicekit.contracts.values import PRICE_LIMIT


@transaction.atomic
def quote_set(*, instrument_id: UUID, price: Decimal, price_step: Decimal) -> Decimal:
    """Set the latest price, as of now. The previous close stays. Returns the price of before.

    Args:
        price: in the instrument's currency.

    Raises:
        PriceNotPossible: not above zero, too high, or not a multiple of the price step.
    """
    if not price.is_finite() or not 0 < price < PRICE_LIMIT or price % price_step:
        raise PriceNotPossible(limit=price_step.normalize(), value=price)
    quote = Quote.objects.select_for_update().get(instrument_id=instrument_id)
    before = quote.price
    Quote.objects.filter(instrument_id=instrument_id).update(
        price=price,
        price_at=Now(),
        day_open=Coalesce("day_open", price),
        day_high=Greatest(Coalesce("day_high", price), price),
        day_low=Least(Coalesce("day_low", price), price),
    )
    candles_record([Change(instrument_id, price)], at=market_now())
    return before
