"""The market goes on: its clock, its quotes, and the end of its days.

A day ends in steps, each of which may be repeated, so that whoever is killed in between goes on with the next
tick: every quote is told at its closing price; one transaction writes the closes and opens the next day; the
orders ``day`` of the day before are ended; and only then prices move again.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Max, Sum

from market_service.clock import services as clock
from market_service.clock.selectors import Moment, clock_now
from market_service.quotes import selectors as quotes_read
from market_service.quotes import services as quotes
from market_service.venue.models import Trade
from market_service.venue.services.orders_expire import LIMIT, orders_expire
from market_service.venue.services.quotes_advance import quotes_advance
from servicekit.audit.actors import Actor
from servicekit.faults import fault_point


def market_advance() -> int:
    """Move the clock on, close the day if it is over, and give the next open instruments their next quotes.

    Returns:
        How many quotes were told at the end.
    """
    moment = quotes.market_start()
    if moment.started:
        clock.clock_advance()
        moment = clock_now()
        if moment.closing:
            _close(moment)
        _end_day_orders()
    return quotes_advance()


def market_go(*, day: date, by: Actor, reason: str = "") -> None:
    """Go to a day of the history, at its opening, and tell every quote of it.

    Orders ``day`` are ended. Orders that rest longer meet the new prices.

    Raises:
        OnlyReplayed, DayNotPossible: see :func:`quotes.day_go`.
    """
    quotes.market_start()
    quotes.day_go(day=day, trades_before=_last_trade(), by=by, reason=reason)
    _end_day_orders()
    _publish_round()


def _close(moment: Moment) -> None:
    """Close the day, if nobody else tells quotes at the moment; otherwise the next tick will."""
    if not quotes.closes_are_published():
        _publish_round()
    if not quotes.closes_are_published():
        return
    fault_point("day.before_close")
    last = _last_trade()
    quotes.day_close(number=moment.number, volumes=_volumes(moment, last), trades_before=last)
    fault_point("day.after_close")


def _publish_round() -> None:
    """Tell quotes until a whole round of them has begun and ended."""
    before = quotes_read.quotes_number()
    while quotes_advance() and quotes_read.quotes_complete_since() <= before:
        pass


def _end_day_orders() -> None:
    moment = clock_now()
    if moment.day_orders_due:
        while orders_expire(day_before=moment.opened_at) == LIMIT:
            pass
        clock.clock_day_orders_ended()


def _last_trade() -> int:
    return Trade.objects.aggregate(last=Max("trade_seq", default=0))["last"]


def _volumes(moment: Moment, last: int) -> dict[UUID, int]:
    trades = Trade.objects.filter(trade_seq__gt=moment.trades_before, trade_seq__lte=last)
    volumes = trades.values_list("instrument_id").annotate(units=Sum("quantity")).order_by()
    return {id_: int(units) for id_, units in volumes}
