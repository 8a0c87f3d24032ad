"""Serializers of accounts and operations, and the filters of the history: the public contract's JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import OperationRow
from servicekit.api.serializers import InstantField, MomentField, OutputSerializer
from servicekit.api.strict_fields import RangeQuery
from servicekit.api.time_zones import TimeZoneField
from servicekit.money import EXPONENTS, to_text


class AccountOutput(OutputSerializer):
    """A customer's cash. ``available = balance − held``.

    ``status``: deposits, withdrawals and buy orders of a frozen account are refused.
    """

    id = serializers.UUIDField()
    currency = serializers.CharField()
    balance = serializers.SerializerMethodField(help_text=_("The whole balance, held money included."))
    held = serializers.SerializerMethodField(help_text=_("Held for open orders."))
    available = serializers.SerializerMethodField(help_text=_("Money that can be spent."))
    status = serializers.SerializerMethodField(
        help_text=_("open; frozen, or closing: deposits, withdrawals and buy orders are refused.")
    )

    def get_balance(self, account: Any) -> str:
        return to_text(account.balance, account.currency)

    def get_held(self, account: Any) -> str:
        return to_text(account.held, account.currency)

    def get_available(self, account: Any) -> str:
        return to_text(account.available, account.currency)

    @extend_schema_field({"type": "string", "enum": ["open", "frozen", "closing"]})
    def get_status(self, account: Any) -> str:
        if account.frozen_at:
            return "frozen"
        return "closing" if account.closing_id else "open"


class OperationOutput(OutputSerializer):
    """One line of the history. ``quantity`` and ``price`` belong to buys, sells and dividends only.

    With ``fees=included`` ``balance_after`` is the balance after ``total``, otherwise that after ``amount``.
    """

    id = serializers.UUIDField()
    type = serializers.ChoiceField(LedgerEntry.Kind.choices)
    amount = serializers.SerializerMethodField(help_text=_("Negative when money left the account."))
    currency = serializers.CharField()
    balance_after = serializers.SerializerMethodField()
    order_id = serializers.UUIDField(allow_null=True)
    ticker = serializers.SerializerMethodField()
    quantity = serializers.SerializerMethodField()
    price = serializers.SerializerMethodField(help_text=_("Per unit; of a dividend, what each unit is paid."))
    occurred_at = InstantField()
    reason = serializers.SerializerMethodField(help_text=_("The operator's reason, for a reversal."))
    fee = serializers.SerializerMethodField(help_text=_("Of a buy or a sell: its fee."))
    total = serializers.SerializerMethodField(help_text=_("The amount less the fee."))
    name = serializers.SerializerMethodField(
        help_text=_("The instrument's name in the language of the request; null while none is known.")
    )

    def get_amount(self, row: OperationRow) -> str:
        return to_text(row.amount, row.currency)

    def get_balance_after(self, row: OperationRow) -> str:
        return to_text(row.balance_after, row.currency)

    def get_ticker(self, row: OperationRow) -> str | None:
        return row.ticker or None

    def get_quantity(self, row: OperationRow) -> int | None:
        return row.quantity

    def get_price(self, row: OperationRow) -> str | None:
        return None if row.price is None else price_plain(row.price, row.currency)

    def get_reason(self, row: OperationRow) -> str | None:
        return row.reason or None

    def get_fee(self, row: OperationRow) -> str | None:
        return None if row.fee is None else to_text(row.fee, row.currency)

    def get_total(self, row: OperationRow) -> str:
        return to_text(row.total, row.currency)

    def get_name(self, row: OperationRow) -> str | None:
        return row.name or None


class OperationPageOutput(serializers.Serializer):
    """A page of the history; ``next`` and ``previous`` are URLs, null at the ends."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = OperationOutput(many=True)


def price_plain(price: Decimal, currency: str) -> str:
    """A price without needless zeros, but never fewer digits than the currency has: ``430.40``."""
    digits = -int(price.normalize().as_tuple().exponent)
    return f"{price:.{max(EXPONENTS[currency], digits)}f}"


class OperationQuery(RangeQuery):
    """The query of GET /operations; blank parameters are ignored."""

    type = serializers.ChoiceField(LedgerEntry.Kind.choices, required=False, source="kind")
    ticker = serializers.CharField(required=False, allow_blank=True, max_length=32)
    to = MomentField(
        required=False,
        source="before",
        end_of_day=True,
        help_text=_("Booked before this time; a date includes that day."),
    )
    format = serializers.ChoiceField(
        ["json", "csv", "xlsx", "api"],
        required=False,
        help_text=_("csv, xlsx: all pages as one file; api: a page for a browser."),
    )
    locale = serializers.ChoiceField(
        ["en", "ru"],
        required=False,
        help_text=_(
            "Of a CSV file: as spreadsheets of that language open it, with a BOM, titles, times of "
            "time_zone, and for ru with semicolons and decimal commas. Of a workbook: its language."
        ),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("The time zone of such a file: an IANA name, such as Europe/Moscow; UTC by default."),
    )

    fees = serializers.ChoiceField(
        ["separate", "included"],
        required=False,
        help_text=_(
            "included: a trade is one row, whose balance is that after its fee; separate (as without it): "
            "each fee is a row of its own, too."
        ),
    )
    since = MomentField(required=False, source="since", help_text=_("Booked at this time or later."))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("format", None)
        if "fees" in attrs:
            attrs["fees_included"] = attrs.pop("fees") == "included"
        return attrs
