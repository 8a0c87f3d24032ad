"""The market's clock as the API tells it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from market_service.clock.models import Feed
from market_service.clock.selectors import Moment
from servicekit.api.serializers import InstantField
from servicekit.home_currency import home_currency

#: Whether the market is being traded at, or closes a day at this moment.
STATUSES = ("open", "closed")


class MarketOutput(serializers.Serializer):
    day = serializers.DateField(help_text="The market's day: in a replay a past one.")
    time = serializers.DateTimeField(
        help_text="The market's date and time: in a replay those of the replayed day."
    )
    status = serializers.ChoiceField(
        STATUSES, help_text="`closed` for the moment in which a day is closed. A paused market is open."
    )
    feed = serializers.ChoiceField(
        Feed.values,
        help_text="Where prices come from: past days once more, a simulation, or operators.",
    )
    speed = serializers.CharField(help_text="Seconds of the market in a second; 0 while it is paused.")
    paused = serializers.BooleanField(
        help_text="Prices and time stand still, and orders execute at the prices that stand."
    )
    next_close_at = InstantField(
        allow_null=True, help_text="When the day will end, in real time; null while the market is paused."
    )
    currency = serializers.CharField()
    simulated = serializers.BooleanField(help_text="Nobody trades at these prices elsewhere now.")


def market_shown(moment: Moment) -> dict[str, Any]:
    """The clock's answer."""
    return {
        "day": moment.day.isoformat(),
        "time": moment.time.isoformat(timespec="seconds"),
        "status": "closed" if moment.closing else "open",
        "feed": moment.feed,
        "speed": "0" if moment.paused else f"{moment.scale:.6g}",
        "paused": moment.paused,
        "next_close_at": moment.next_close_at and moment.next_close_at.isoformat().replace("+00:00", "Z"),
        "currency": home_currency(),
        "simulated": True,
    }
