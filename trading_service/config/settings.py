"""Settings of trading_service: what every service shares, and the terms of trade."""

from __future__ import annotations

from servicekit import terms
from servicekit.quotas import quota
from servicekit.settings.environment import settings_of

settings_of("trading_service")
from servicekit.settings.base import *
from servicekit.settings.schedule import due_task
from servicekit.settings.time_zone import venue_time_zone
from trading_service.positions.cost_methods import cost_method

INSTALLED_APPS += [
    "trading_service.reference",
    "trading_service.positions",
    "trading_service.orders",
    "trading_service.dividends",
    "trading_service.splits",
    "trading_service.watchlist",
    "trading_service.alerts",
    "servicekit.people",
]
SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"] = {"OrderStatus": "trading_service.orders.models.Status"}

STREAM_URLCONF = "trading_service.config.stream_urls"

#: How far from the latest quote a market order may execute: the cap price is the quote plus
#: (for a sell, minus) this share of it.
PRICE_PROTECTION = terms.PRICE_PROTECTION

#: The fee schedule: shares of the amount of what executes as it comes (taker) and of what executes while
#: it rests (maker), and the least fee of an order, in minor units. An order keeps what it was placed at.
FEE_RATE = terms.FEE_RATE
MAKER_FEE_RATE = terms.MAKER_FEE_RATE
MINIMUM_FEE = terms.MINIMUM_FEE

#: How the cost of what was sold is found, ``average`` or ``fifo``. Both are known at any time, so it may be
#: changed: the next read says what it is by the other (docs/adr/0046-lots.md).
COST_METHOD = cost_method(env.get("BIRZHA_COST_METHOD") or "average")

#: How far from the latest quote a limit may be, as a share of it.
LIMIT_RANGE = terms.LIMIT_RANGE

#: Where a day of trading ends at midnight, unless the market replays days: see DAYS_ARE_REPLAYED.
VENUE_TIME_ZONE = venue_time_zone(env.get("BIRZHA_VENUE_TIME_ZONE"))

#: Whether the venue replays days, which end when its clock says so: nobody knows beforehand when an order
#: ``day`` will be ended.
DAYS_ARE_REPLAYED = env.get("BIRZHA_FEED") == "replay"

#: Orders that may rest which a customer may have open, in all and of one instrument.
OPEN_ORDERS = 200
OPEN_ORDERS_OF_INSTRUMENT = 50

#: Seconds from being placed after which an order that neither rests nor has ended is ended: by trading itself
#: while billing has not answered, otherwise by requesting a cancel from the venue. By the database's clock.
ORDER_DEADLINE = float(env.get("BIRZHA_ORDER_DEADLINE", "20"))

#: Seconds past its expiry after which the cancel of a resting order is requested.
RESTING_DEADLINE = 60.0

#: Orders that a customer may place until midnight UTC, and how many of them may have been rejected
#: (docs/adr/0037-quotas-a-day.md).
ORDERS_A_DAY = quota(env.get("BIRZHA_ORDERS_A_DAY", "5000"))
REJECTED_ORDERS_A_DAY = max(1, ORDERS_A_DAY // 10)

#: A venue that says nothing is asked again after twice the time each time, up to so many seconds.
ORDER_DEADLINE_LONGEST = 6 * ORDER_DEADLINE

DUE_TASKS = [
    due_task("trading_service.orders", "orders_sweep", when="deadlines_passed"),
    due_task("trading_service.alerts", "alerts_announce", when="alerts_unannounced"),
    due_task("trading_service.dividends", "dividends_allocate", when="dividends_pending"),
    due_task("trading_service.splits", "splits_apply", when="splits_pending"),
]
CELERY_BEAT_SCHEDULE |= {
    "check the books": every(60.0, "trading_service.orders.tasks.consistency_check"),
}
