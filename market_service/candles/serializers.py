"""Serializers of candles, and of their query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from market_service.candles.models import Interval
from market_service.candles.selectors import MAX_CANDLES
from market_service.clock.selectors import market_now
from servicekit.api.serializers import InstantField, MomentField, OutputSerializer
from servicekit.api.strict_fields import FlagField, OneOfField, RangeQuery, WholeNumberField

#: Public name → interval.
INTERVALS = {
    "1m": Interval.MINUTE,
    "5m": Interval.FIVE_MINUTES,
    "1h": Interval.HOUR,
    "1d": Interval.DAY,
}
#: Candles of an answer to who names neither a beginning nor a limit.
USUAL = 500

_PRICE = "decimal string, in the instrument's currency"
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class CandleOutput(OutputSerializer):
    """The prices of one interval. Quotes and trades count as prices."""

    time = InstantField(read_only=True, help_text="its first moment")
    open = serializers.CharField(read_only=True, help_text=_PRICE)
    high = serializers.CharField(read_only=True, help_text=_PRICE)
    low = serializers.CharField(read_only=True, help_text=_PRICE)
    close = serializers.CharField(read_only=True, help_text=_PRICE)
    volume = serializers.IntegerField(read_only=True, help_text="units traded; never adjusted")


class CandleQuery(RangeQuery):
    """The query of candles; blank parameters are ignored."""

    since = MomentField(
        required=False,
        source="since",
        help_text="candles that begin then or later; a date is taken in UTC",
    )
    interval = OneOfField(list(INTERVALS), required=False, help_text="default: 1d")
    to = MomentField(
        required=False,
        end_of_day=True,
        source="until",
        help_text="candles that begin before it; a date includes that day (UTC). Default: now",
    )
    limit = WholeNumberField(
        required=False,
        min_value=1,
        max_value=MAX_CANDLES,
        help_text=f"the newest of the range. Default: {USUAL}, or with `from` the whole range, of at most "
        f"{MAX_CANDLES} intervals",
    )
    adjusted = FlagField(
        required=False,
        help_text="prices adjusted for later splits; imported daily prices also as the source of the history "
        "adjusts them for splits and dividends. Default: false, as they were traded",
    )

    default_error_messages = {
        "range_invalid": _("The beginning must be before the end."),
        "range_too_long": _(
            "At most %(limit)s candles can be asked for at once: choose a shorter range, a longer interval "
            "or a limit."
        ),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of :func:`~market_service.candles.selectors.candle_list`."""
        now = market_now()
        interval = INTERVALS[attrs.get("interval") or "1d"]
        since, until = attrs.get("since"), attrs.get("until", now + timedelta(minutes=1))
        if since is not None and since >= until:
            raise self.range_refusal("range_invalid")
        limit = attrs.get("limit")
        if limit is None and since is not None:
            if (min(until, now) - since) / timedelta(minutes=interval) > MAX_CANDLES:
                raise self.range_refusal("range_too_long", limit=MAX_CANDLES)
            limit = MAX_CANDLES
        return {
            "interval": interval,
            "since": since or _BEGINNING,
            "until": until,
            "limit": limit or USUAL,
            "adjusted": attrs.get("adjusted", False),
            "now": now,
        }
