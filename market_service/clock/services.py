"""The use-cases of the clock, the only writer of its row. Whoever calls them has the quotes' feed locked,
or changes nothing that a day's end depends on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, FloatField, Func, Value
from django.db.models.functions import Least, Now

from market_service.clock.errors import OnlyReplayed, SpeedNotPossible
from market_service.clock.models import LONGEST_STEP_S, SESSION_S, Feed, MarketClock
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record

#: Seconds of the market in a second: the slowest and the fastest, at which a day lasts 10 seconds.
SLOWEST, FASTEST = 0.1, SESSION_S / 10


class _Seconds(Func):
    template = "extract(epoch FROM %(expressions)s)::float8"
    output_field = FloatField()


#: How far it is now; a replay that nobody moved for long has stood still.
_STEP_S = Least(_Seconds(Now() - F("as_of")), Value(float(LONGEST_STEP_S)))
_ELAPSED_S = Least(F("elapsed_s") + _STEP_S * F("speed"), Value(float(SESSION_S)))


def clock_start(*, feed: str, day: date, speed: float) -> None:
    """Begin with a day; no-op when the clock was started before."""
    now: Any = Now()
    clock = MarketClock(feed=feed, day=day, opened_at=now, as_of=now, speed=speed)
    MarketClock.objects.bulk_create([clock], ignore_conflicts=True)


def clock_advance() -> None:
    """Move the clock on to this moment."""
    MarketClock.objects.filter(paused=False).update(elapsed_s=_ELAPSED_S, as_of=Now())


def clock_closing(*, closing_from: int) -> None:
    """Note that the day is being closed."""
    MarketClock.objects.update(closing_from=closing_from)


def clock_open(*, feed: str, day: date, trades_before: int) -> None:
    """Open a day, as of now. The orders ``day`` that came before are to be ended."""
    MarketClock.objects.update(
        feed=feed, number=F("number") + 1, day=day, opened_at=Now(), elapsed_s=0, as_of=Now(),
        closing_from=None, trades_before=trades_before, day_orders_due=True,
    )  # fmt: skip


def clock_day_orders_ended() -> None:
    """Note that the orders ``day`` of the days before have been ended."""
    MarketClock.objects.update(day_orders_due=False)


@transaction.atomic
def clock_pause(*, by: Actor, reason: str = "") -> None:
    """Let the market stand still: no price moves and no day ends, until it is resumed. It goes on trading."""
    _switch("market.pause", paused=True, by=by, reason=reason)


@transaction.atomic
def clock_resume(*, by: Actor, reason: str = "") -> None:
    """Let the market go on from where it was paused."""
    _switch("market.resume", paused=False, by=by, reason=reason)


@transaction.atomic
def clock_speed(*, speed: float, by: Actor, reason: str = "") -> None:
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
        "market.speed", clock, by=by, reason=reason, before={"speed": before}, after={"speed": speed}
    )  # fmt: skip


@transaction.atomic
def clock_end_day(*, by: Actor, reason: str = "") -> None:
    """End the day of a replay at once, also while it is paused: the next tick closes it.

    Raises:
        OnlyReplayed: another feed.
    """
    clock = require_replay()
    MarketClock.objects.update(elapsed_s=SESSION_S)
    record("market.end_day", clock, by=by, reason=reason, after={"day": clock.day})


def require_replay() -> MarketClock:
    """The clock, locked.

    Raises:
        OnlyReplayed: it is not a replay's.
    """
    clock = MarketClock.objects.select_for_update().get()
    if clock.feed != Feed.REPLAY:
        raise OnlyReplayed(feed=clock.feed)
    return clock


def _switch(action: str, *, paused: bool, by: Actor, reason: str) -> None:
    clock_advance()
    clock = MarketClock.objects.select_for_update().get()
    before, clock.paused = clock.paused, paused
    if before == paused:
        return
    clock.save(update_fields=["paused"])
    if not paused:
        MarketClock.objects.update(as_of=Now())
    record(action, clock, by=by, reason=reason, before={"paused": before}, after={"paused": paused})
