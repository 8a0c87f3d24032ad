"""Serializers of an instrument, and of the list's query."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from market_service.instruments.models import Instrument, InstrumentStatus, InstrumentType
from market_service.instruments.selectors import ORDERINGS
from servicekit.api.pagination import MAX_PAGE_SIZE, NumberedPages
from servicekit.api.prices import StepPriceField
from servicekit.api.serializers import InstantField, OutputSerializer
from servicekit.api.strict_fields import OneOfField, WholeNumberField
from servicekit.money import change_percent, price_text


@extend_schema_field({"type": "string", "format": "decimal", "example": "430.47"})
class QuotedPriceField(StepPriceField):
    """A price of an instrument that has one."""

    def __init__(self, price: str) -> None:
        super().__init__(price, step="price_step")


class InstrumentOutput(OutputSerializer):
    """An instrument with its quote. Name and description are in the request's language."""

    id = serializers.UUIDField(read_only=True)
    ticker = serializers.CharField(read_only=True)
    isin = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    type = serializers.ChoiceField(InstrumentType.choices, read_only=True)
    currency = serializers.CharField(read_only=True)
    lot_size = serializers.IntegerField(read_only=True)
    price_step = QuotedPriceField("price_step")
    available_quantity = serializers.IntegerField(read_only=True, help_text="units that are still offered")
    price = QuotedPriceField("quote.price")
    previous_close = QuotedPriceField("quote.previous_close")
    change = serializers.SerializerMethodField(help_text="price − previous_close")
    change_percent = serializers.SerializerMethodField(help_text="change in percent of previous_close")
    price_at = InstantField(read_only=True, help_text="time of the price")
    status = serializers.ChoiceField(InstrumentStatus.choices, read_only=True)
    simulated = serializers.BooleanField(read_only=True, help_text="not a real instrument")

    @extend_schema_field({"type": "string", "format": "decimal", "example": "-10.93"})
    def get_change(self, instrument: Instrument) -> str:
        quote = instrument.quote
        return price_text(quote.price - quote.previous_close, instrument.price_step)

    @extend_schema_field({"type": "string", "format": "decimal", "example": "-2.48"})
    def get_change_percent(self, instrument: Instrument) -> str:
        return change_percent(instrument.quote.price, instrument.quote.previous_close)


def instrument_row(row: tuple[Any, ...]) -> dict[str, Any]:
    """What :class:`InstrumentOutput` writes, of a row of :func:`instrument_rows`, without its loop."""
    (
        id, ticker, isin, name, description, type, currency, lot_size,
        step, available, price, previous_close, price_at, status, simulated,
    ) = row  # fmt: skip
    return {
        "id": id,
        "ticker": ticker,
        "isin": isin,
        "name": name,
        "description": description,
        "type": type,
        "currency": currency,
        "lot_size": lot_size,
        "price_step": price_text(step, step),
        "available_quantity": available,
        "price": price_text(price, step),
        "previous_close": price_text(previous_close, step),
        "change": price_text(price - previous_close, step),
        "change_percent": change_percent(price, previous_close),
        "price_at": price_at,
        "status": status,
        "simulated": simulated,
    }


@extend_schema_field(
    {"type": "string", "pattern": r"^[\w.&-]+(,[\w.&-]+)*$", "maxLength": 1000, "example": "AAPL,MSFT"}
)
class TickersField(serializers.CharField):
    """Tickers separated by commas."""


@extend_schema_field({"type": "string", "pattern": "^(types|hours)?(,(types|hours))*$", "example": "hours"})
class IncludeField(serializers.CharField):
    """What is wanted besides the instruments, separated by commas; cleans to a set."""

    choices = ("types", "hours")

    def to_internal_value(self, data: Any) -> set[str]:  # type: ignore[override]
        wanted = {name for name in super().to_internal_value(data).split(",") if name}
        one = OneOfField(self.choices)
        for name in sorted(wanted):
            one.to_internal_value(name)
        return wanted


class InstrumentQuery(serializers.Serializer):
    """The query of the list; blank texts are ignored."""

    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="ticker, name, ISIN or description; tolerates one typo",
    )
    type = OneOfField(InstrumentType.values, required=False, allow_blank=True)
    tickers = TickersField(
        required=False,
        allow_blank=True,
        max_length=1000,
        help_text="only these, separated by commas; what is not listed is left out",
    )
    ordering = OneOfField(
        [name for key in ORDERINGS for name in (key, f"-{key}")],
        required=False,
        allow_blank=True,
        help_text="default: the best match first, or by ticker",
    )
    include = IncludeField(
        required=False,
        allow_blank=True,
        help_text="`types`: also the types of which there are instruments; `hours`: also the hours of the "
        "market's day that are over, of each instrument",
    )
    page = WholeNumberField(required=False, min_value=1, max_value=10**9, help_text="the first is 1")
    page_size = WholeNumberField(
        required=False,
        min_value=1,
        max_value=MAX_PAGE_SIZE,
        help_text=f"default: {NumberedPages.page_size}",
    )

    def validate_tickers(self, text: str) -> list[str] | None:
        """Each once, in capitals; None for a blank text."""
        tickers = dict.fromkeys(ticker.strip() for ticker in text.split(","))
        return [each.upper() if each.isascii() else each for each in tickers] if text else None
