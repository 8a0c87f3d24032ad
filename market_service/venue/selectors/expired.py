"""Reads of resting orders whose time is over."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Now

from market_service.venue.models import RestingOrder


def orders_expired() -> QuerySet[RestingOrder]:
    """Resting orders whose time is over, by the database's clock."""
    return RestingOrder.objects.filter(expires_at__lte=Now())
