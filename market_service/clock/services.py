"""The use-cases of the clock, the only writer of its row. Whoever calls them has the quotes' feed locked,
or changes nothing that a day's end depends on."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from market_service.clock.errors import OnlyReplayed, SpeedNotPossible
from market_service.clock.models import LONGEST_STEP_S, SESSION_S, Feed, MarketClock
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record

#: Seconds of the market in a second: the slowest and the fastest, at which a day lasts 10 seconds.
SLOWEST, FASTEST = 0.1, SESSION_S / 10

_START = """
INSERT INTO clock_marketclock
    (id, feed, number, day, opened_at, elapsed_s, as_of, speed, paused, trades_before, day_orders_due)
VALUES (1, %s, 1, %s, statement_timestamp(), 0, statement_timestamp(), %s, false, 0, false)
ON CONFLICT DO NOTHING
"""

# How far it is now; a replay that nobody moved for long has stood still.
_ADVANCE = f"""
UPDATE clock_marketclock
SET elapsed_s = least(
        elapsed_s + least(extract(epoch FROM statement_timestamp() - as_of), {LONGEST_STEP_S}) * speed,
        {SESSION_S}
    ), as_of = statement_timestamp()
WHERE NOT paused
"""

_OPEN = """
UPDATE clock_marketclock
SET feed = %s, number = number + 1, day = %s, opened_at = statement_timestamp(), elapsed_s = 0,
    as_of = statement_timestamp(), closing_from = NULL, trades_before = %s,
    day_orders_due = true
"""


def clock_start(*, feed: str, day: date, speed: float) -> None:
    """Begin with a day; no-op when the clock was started before."""
    with connection.cursor() as cursor:
        cursor.execute(_START, [feed, day, speed])


def clock_advance() -> None:
    """Move the clock on to this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE)


def clock_closing(*, closing_from: int) -> None:
    """Note that the day is being closed."""
    MarketClock.objects.update(closing_from=closing_from)


def clock_open(*, feed: str, day: date, trades_before: int) -> None:
    """Open a day, as of now. The orders ``day`` that came before are to be ended."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [feed, day, trades_before])


def clock_day_orders_ended() -> None:
    """Note that the orders ``day`` of the days before have been ended."""
    MarketClock.objects.update(day_orders_due=False)


@transaction.atomic
def clock_pause(*, by: Actor, why: str = "") -> None:
    """Let the market stand still: no price moves and no day ends, until it is resumed. It goes on trading."""
    _switch("market.pause", paused=True, by=by, why=why)


@transaction.atomic
def clock_resume(*, by: Actor, why: str = "") -> None:
    """Let the market go on from where it was paused."""
    _switch("market.resume", paused=False, by=by, why=why)


@transaction.atomic
def clock_speed(*, speed: float, by: Actor, why: str = "") -> None:
    """Set how fast a replay goes, in seconds of the market a second.

    Raises:
        OnlyReplayed: another feed.
        SpeedNotPossible: too slow, or too fast.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise SpeedNotPossible(lowest=f"{SLOWEST:g}", limit=f"{FASTEST:g}", value=f"{speed:g}")
    clock_advance()
    clock = require_replay()
    before, clock.speed = clock.speed, speed
    clock.save(update_fields=["speed"])
    record(
        "market.speed", clock, by=by, reason=why, before={"speed": before}, after={"speed": speed}
    )  # fmt: skip


@transaction.atomic
def clock_end_day(*, by: Actor, why: str = "") -> None:
    """End the day of a replay at once, also while it is paused: the next tick closes it.

    Raises:
        OnlyReplayed: another feed.
    """
    clock = require_replay()
    MarketClock.objects.update(elapsed_s=SESSION_S)
    record("market.end_day", clock, by=by, reason=why, after={"day": clock.day})


def require_replay() -> MarketClock:
    """The clock, locked.

    Raises:
        OnlyReplayed: it is not a replay's.
    """
    clock = MarketClock.objects.select_for_update().get()
    if clock.feed != Feed.REPLAY:
        raise OnlyReplayed(feed=clock.feed)
    return clock


def _switch(action: str, *, paused: bool, by: Actor, why: str) -> None:
    clock_advance()
    clock = MarketClock.objects.select_for_update().get()
    before, clock.paused = clock.paused, paused
    if before == paused:
        return
    clock.save(update_fields=["paused"])
    if not paused:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clock_marketclock SET as_of = statement_timestamp()")
    record(action, clock, by=by, reason=why, before={"paused": before}, after={"paused": paused})
