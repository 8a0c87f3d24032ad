"""Serializers of positions: the JSON of the public contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.prices import StepPriceField
from servicekit.api.serializers import InstantField, OutputSerializer, refusal
from servicekit.api.strict_fields import OneOfField, RangeQuery
from servicekit.home_currency import home_currency
from servicekit.money import to_text
from trading_service.positions.cost_methods import COST_METHODS
from trading_service.positions.selectors import LONGEST_DAYS

#: How many days of history are given unless others are asked for.
USUAL_DAYS = 30


@extend_schema_field({"type": "string", "format": "decimal", "example": "-12.50", "nullable": True})
class SignedMoneyField(serializers.Field):
    """Minor units of the home currency as a decimal string; may be negative; null when unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: int) -> str:
        return to_text(value, home_currency())


@extend_schema_field({"type": "string", "format": "decimal", "example": "-2.48", "nullable": True})
class PercentField(serializers.Field):
    """A share in percent with two digits; null when unknown."""

    def to_representation(self, value: Decimal) -> str:
        return str(value + 0)  # + 0 makes "-0.00" into "0.00"


class HoldingOutput(OutputSerializer):
    """One position, valued at the latest quote. Fees belong to the cost: what a unit cost includes the
    fee of its buy, and what a sale brought is less its fee. Null: no price is known."""

    ticker = serializers.CharField(source="instrument.ticker")
    name = serializers.CharField(source="instrument.name", help_text="In the language of the request.")
    quantity = serializers.IntegerField(help_text="0 for a closed position.")
    held_quantity = serializers.IntegerField(help_text="The part set aside for open sells.")
    average_cost = StepPriceField("average_cost", help_text="Per unit, fees included; null when closed.")
    price = StepPriceField("price")
    price_at = InstantField(allow_null=True, help_text="Time of the price.")
    previous_close = StepPriceField("previous_close", help_text="The close of the market's day before.")
    day_change = SignedMoneyField(
        help_text="The value now, less the value at the previous close, less what was put in today: units "
        "bought today count from their cost, units sold today up to what they brought."
    )
    day_change_percent = PercentField(
        help_text="`day_change` in percent of the value at the previous close plus what was bought today."
    )
    market_value = SignedMoneyField(help_text="Quantity × price, without the fee.")
    weight = PercentField(help_text="Its share of the market value of all positions, in percent.")
    unrealized_pnl = SignedMoneyField(help_text="Market value less the cost of the units.")
    realized_pnl = SignedMoneyField(help_text="Profit on the units sold so far, fees deducted.")
    total_pnl = SignedMoneyField(help_text="Realized and unrealized together.")
    return_percent = PercentField(help_text="`total_pnl` in percent of `bought_cost`.")
    bought_quantity = serializers.IntegerField(
        source="ever.bought_quantity", help_text="All units ever bought."
    )
    bought_cost = SignedMoneyField(source="ever.bought_cost", help_text="Their cost, fees included.")
    sold_proceeds = SignedMoneyField(
        source="ever.sold_proceeds", help_text="Proceeds of all units sold, fees deducted."
    )
    closed_at = InstantField(allow_null=True, help_text="When the last unit was sold; null while it is open.")
    currency = serializers.CharField(source="instrument.currency")


class TotalsOutput(OutputSerializer):
    """Sums over all positions, those that were sold completely included."""

    currency = serializers.CharField()
    cost_method = serializers.ChoiceField(
        COST_METHODS,
        help_text="The cost method: `average`, or `fifo` (first in, first out). "
        "Only how the profit is split into realized and unrealized depends on it.",
    )
    market_value = SignedMoneyField()
    cost = SignedMoneyField(help_text="The cost of the open positions, fees included.")
    unrealized_pnl = SignedMoneyField()
    realized_pnl = SignedMoneyField()
    total_pnl = SignedMoneyField(
        help_text="Realized and unrealized together: `market_value + sold_proceeds − bought_cost`; null "
        "while a price is unknown."
    )
    return_percent = PercentField(help_text="`total_pnl` in percent of `bought_cost`.")
    day_change = SignedMoneyField(help_text="The sum over all positions; null while a price is unknown.")
    day_change_percent = PercentField(
        help_text="In percent of the value at the previous close and what was bought today."
    )
    bought_cost = SignedMoneyField(help_text="The cost of all units ever bought, fees included.")
    sold_proceeds = SignedMoneyField(help_text="Proceeds of all sales, fees deducted.")


class PortfolioOutput(OutputSerializer):
    """The totals, and the positions by ticker."""

    totals = TotalsOutput(source="*")
    results = HoldingOutput(many=True, source="holdings")


class PortfolioWithClosedOutput(PortfolioOutput):
    """The same, and those that were sold completely, by ticker; only where they were asked for."""

    closed = HoldingOutput(many=True, required=False, help_text="Only with `include=closed`.")


class PositionQuery(serializers.Serializer):
    """The query of GET /positions; blank parameters are ignored."""

    closed = serializers.BooleanField(
        required=False,
        default=False,
        help_text="`true`: the positions that were sold completely, with their result, instead of the "
        "open ones.",
    )
    include = OneOfField(
        ["closed"],
        required=False,
        allow_blank=True,
        help_text="`closed`: also the positions that were sold completely, beside the others, as `closed`.",
    )


@extend_schema_field({"type": "string", "format": "date", "example": "2026-11-28"})
class DayField(serializers.Field):
    """A day in UTC: ``2026-11-28``."""

    default_error_messages = {"day_invalid": _("Must be a date (2025-01-31), not %(value)s.")}

    def to_internal_value(self, data: str) -> date:
        try:
            if data.isascii() and (day := parse_date(data)):  # Python reads digits of any script
                return day
        except ValueError:
            pass
        raise refusal(self, "day_invalid", data)

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class HistoryQuery(RangeQuery):
    """The query of GET /portfolio/history; blank parameters are ignored."""

    since = DayField(
        required=False,
        source="since",
        help_text=f"The first day. {USUAL_DAYS} days before the last by default.",
    )
    to = DayField(
        required=False,
        source="until",
        help_text=f"The last day; at most {LONGEST_DAYS} days from the first. Default: today.",
    )

    default_error_messages = {
        "range_invalid": _("The first day is after the last."),
        "range_too_long": _("At most %(limit)s days can be asked for at once."),
    }

    def validate(self, attrs: dict[str, date]) -> dict[str, date]:
        """Both days, of a range that is not too long."""
        today = timezone.now().date()
        since, until = attrs.get("since"), attrs.get("until")
        if until is None:
            until = today if since is None else date.fromordinal(min(_last(since), today.toordinal()))
        if since is None:
            since = date.fromordinal(max(1, until.toordinal() - USUAL_DAYS + 1))
        elif "until" in attrs and since > until:
            raise self.range_refusal("range_invalid")
        if until.toordinal() > _last(since):
            raise self.range_refusal("range_too_long", limit=LONGEST_DAYS)
        return {"since": since, "until": until}


def _last(since: date) -> int:
    """The last day that can be asked for from a first one, as an ordinal."""
    return since.toordinal() + LONGEST_DAYS - 1


class DayValueOutput(OutputSerializer):
    """The positions at the end of a day; of today, as they are now."""

    day = DayField()
    market_value = SignedMoneyField(
        help_text="The value of all positions at the day's last prices, without fees. "
        "Without the cash, which billing keeps. Null when a price is unknown."
    )
    net_invested = SignedMoneyField(
        help_text="The cost of all buys until then less the proceeds of all sales, fees included."
    )
    total_pnl = SignedMoneyField(help_text="Profit until then: `market_value − net_invested`.")


class HistoryOutput(OutputSerializer):
    """One row a day, the oldest first; none is after today."""

    currency = serializers.CharField()
    results = DayValueOutput(many=True, source="days")
