"""Settings of trading_service: what every service shares, and the terms of trade."""

from __future__ import annotations

from servicekit import terms
from servicekit.quotas import quota
from servicekit.settings.environment import settings_of

settings_of("trading_service")
from servicekit.settings.base import *

INSTALLED_APPS += [
    "trading_service.reference",
    "trading_service.positions",
    "trading_service.orders",
    "servicekit.people",
]
SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"] = {"OrderStatus": "trading_service.orders.models.Status"}

#: How far from the quote last heard a market order may execute: the cap price is the quote plus
#: (for a sell, minus) this share of it.
PRICE_PROTECTION = terms.PRICE_PROTECTION

#: The fee, as a share of the amount of an order; an order keeps the rate that it was placed at.
FEE_RATE = terms.FEE_RATE

#: Seconds from being placed after which an order that has not ended is ended: by trading itself while
#: billing has not answered, otherwise by asking the venue to give it back. By the database's clock.
ORDER_DEADLINE = float(env.get("BIRZHA_ORDER_DEADLINE", "20"))

#: Orders that a customer may place until midnight UTC, and how many of them may have been rejected
#: (docs/adr/0037-quotas-a-day.md).
ORDERS_A_DAY = quota(env.get("BIRZHA_ORDERS_A_DAY", "5000"))
REJECTED_ORDERS_A_DAY = max(1, ORDERS_A_DAY // 10)

#: A venue that says nothing is asked again after twice the time each time, up to so many seconds.
ORDER_DEADLINE_LONGEST = 6 * ORDER_DEADLINE

#: Seconds between two looks at what is due. Nothing due costs one small statement.
SWEEP_EVERY = min(5.0, ORDER_DEADLINE / 2)

CELERY_BEAT_SCHEDULE |= {
    "expire orders": {
        "task": "trading_service.orders.tasks.orders_sweep",
        "schedule": SWEEP_EVERY,
        "options": {"expires": SWEEP_EVERY},  # while the worker is away they do not pile up
    },
    "check the books": {
        "task": "trading_service.orders.tasks.consistency_check",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
}
