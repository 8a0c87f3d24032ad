"""What the market has to do now, by the database's clock: for ``DUE_TASKS``."""

from __future__ import annotations

from django.db.models import Exists, QuerySet
from django.db.models.functions import Now

from market_service.instruments.models import Instrument
from market_service.quotes.selectors import confirmed_lately
from market_service.venue.models import RestingOrder


def orders_expired() -> QuerySet[RestingOrder]:
    """Resting orders whose time is over."""
    return RestingOrder.objects.filter(expires_at__lte=Now())


def tick_due() -> QuerySet[Instrument]:
    """The instruments, all of them, once it is time for the next tick of the quotes; none before."""
    return Instrument.objects.filter(~Exists(confirmed_lately()))
