"""Prices in responses."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.money import price_text


@extend_schema_field({"type": "string", "format": "decimal", "example": "430.47", "nullable": True})
class StepPriceField(serializers.Field):
    """A price with the digits of its instrument's price step; null when there is none.

    Args:
        price, step: where both are, as ``order.instrument.price_step``.
    """

    def __init__(self, price: str, *, step: str = "instrument.price_step", **kwargs: Any) -> None:
        self._price, self._step = attrgetter(price), attrgetter(step)
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> str | None:
        price: Decimal | None = self._price(value)
        return None if price is None else price_text(price, self._step(value))
