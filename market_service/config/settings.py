"""Settings of market_service: what every service shares, and how quotes move."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from servicekit.settings.environment import settings_of
from servicekit.terms import QUOTE_MAX_AGE_S

settings_of("market_service")
from servicekit.settings.base import *
from servicekit.settings.schedule import due_task
from servicekit.settings.time_zone import venue_time_zone

INSTALLED_APPS += [
    "market_service.candles",
    "market_service.clock",
    "market_service.quotes",
    "market_service.instruments",
    "market_service.search",
    "market_service.venue",
    "market_service.corporate_actions",
]

SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"] = {
    "InstrumentType": "market_service.instruments.models.InstrumentType",
    "InstrumentStatus": "market_service.instruments.models.InstrumentStatus",
    "ActionType": "market_service.corporate_actions.models.ActionType",
}

STREAM_URLCONF = "market_service.config.stream_urls"

#: The shipped markets, a folder for each currency.
DATA = Path(__file__).resolve().parent.parent / "data"

#: What a new system lists: the shipped market of its currency, or a folder with a market of one's own, whose
#: import has these options.
MARKET = env.get("BIRZHA_MARKET") or HOME_CURRENCY.lower()
MARKET_OPTIONS = env.get("BIRZHA_MARKET_OPTIONS")

#: Where prices come from: ``replay``, the imported history once more; ``simulated``, a small random walk; or
#: ``manual``, where operators set them.
QUOTE_FEED = env.get("BIRZHA_FEED") or "simulated"
if QUOTE_FEED not in ("replay", "simulated", "manual"):
    raise ImproperlyConfigured(f"BIRZHA_FEED is replay, simulated or manual, not {QUOTE_FEED!r}")

#: Seconds that a replayed day lasts at first; operators change its speed.
DAY_S = float(env.get("BIRZHA_DAY_S") or 480)
if not 10 <= DAY_S <= 288_000:
    raise ImproperlyConfigured(f"BIRZHA_DAY_S is from 10 to 288000 seconds, not {DAY_S:g}")

#: The day with which a replay begins; None: so many trading days before the last that was imported.
REPLAY_FROM = date.fromisoformat(env.get("BIRZHA_REPLAY_FROM")) if env.get("BIRZHA_REPLAY_FROM") else None
REPLAY_DAYS = 180

#: Where the market's days end at midnight, unless they are replayed, and whose time of day is shown.
VENUE_TIME_ZONE = venue_time_zone(env.get("BIRZHA_VENUE_TIME_ZONE"))

#: Seconds between two ticks of the feed, which is looked at every second (DUE_TASKS).
QUOTE_PERIOD = 5.0

#: How many instruments a tick moves and tells at most, by turns; all the others it confirms.
QUOTE_PORTION = 4_000

#: The random walk's standard deviation in a day of the market (8 hours), as a part of the price: what real
#: ones of the type do. A day of a replay is that of its history, however fast it goes.
QUOTE_DAY_SIGMA = {"share": 0.015, "fund": 0.010, "future": 0.015, "currency": 0.005, "bond": 0.0025}

#: How much of the distance to the previous close the walk goes back per tick, so that a system left
#: alone for months still shows sensible prices: of a share within about ±4 % of it.
QUOTE_PULL = 0.0001

#: The walk's seed: the same seed, instrument and tick number give the same step.
QUOTE_SEED = 2013

#: The venue executes at no quote older than this.
QUOTE_MAX_AGE = timedelta(seconds=QUOTE_MAX_AGE_S)

#: Seconds between two comparisons of what is on offer with what was sold.
RECONCILE_PERIOD = 60.0

#: Minutes of a candle → days for which it is kept; those of a day are kept for ever.
CANDLE_DAYS = {
    1: int(env.get("BIRZHA_CANDLES_1M_DAYS", "30")),
    5: int(env.get("BIRZHA_CANDLES_5M_DAYS", "180")),
    60: int(env.get("BIRZHA_CANDLES_1H_DAYS", "1825")),
}

#: Seconds between two looks whether an hour of candles is over, and whether some are too old.
ROLL_UP_PERIOD, PURGE_PERIOD = 60.0, 3600.0

#: Seconds that a browser or the gateway's cache may keep a list of instruments.
PUBLIC_MAX_AGE = 5

DUE_TASKS = [
    due_task("market_service.venue", "market_advance", when="tick_due"),
    due_task("market_service.venue", "orders_expire", when="orders_expired"),
    due_task("market_service.corporate_actions", "dividends_record", when="dividends_due"),
    due_task("market_service.corporate_actions", "splits_advance", when="splits_due"),
]
CELERY_BEAT_SCHEDULE |= {
    "candles roll up": every(ROLL_UP_PERIOD, "market_service.candles.tasks.candles_roll_up"),
    "candles purge": every(PURGE_PERIOD, "market_service.candles.tasks.candles_purge"),
    "quantities reconcile": every(RECONCILE_PERIOD, "market_service.venue.tasks.quantities_reconcile"),
}
