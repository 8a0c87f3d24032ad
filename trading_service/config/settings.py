"""Settings of trading_service: what every service shares, and the terms of trade."""

from __future__ import annotations

from decimal import Decimal

from servicekit.settings import service_settings

_settings = service_settings(
    "trading",
    apps=[
        "trading_service.reference",
        "trading_service.positions",
        "trading_service.orders",
    ],
)
_settings["SPECTACULAR_SETTINGS"]["ENUM_NAME_OVERRIDES"] = {
    "OrderStatus": "trading_service.orders.models.Status",
}
globals().update(_settings)

#: How far from the quote last heard a market order may execute: the cap price is the quote plus
#: (for a sell, minus) this share of it.
PRICE_PROTECTION = Decimal("0.01")

#: The fee, as a share of the amount of a fill.
FEE_RATE = Decimal("0.0005")
