"""The venue in the admin, read only: the book, ended orders, trades and reconciliations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from market_service.venue import clock_admin, instrument_admin  # noqa: F401 - registers them
from market_service.venue.admin_tables import executions_table
from market_service.venue.matching import decimal
from market_service.venue.models import Reconciliation, RestingOrder, Trade, VenueOrder
from market_service.venue.operator_actions import CANCEL
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import order, price, price_text, short_id, whole
from servicekit.admin.links import order_links


class InstrumentRowsAdmin(ReadOnlyAdmin):
    """Rows of an instrument."""

    list_select_related = ("instrument",)

    @admin.display(description=_("instrument"), ordering="instrument__ticker")
    def ticker(self, row: Any) -> str:
        return "–" if row.instrument is None else row.instrument.ticker

    @admin.display(description=_("instrument"))
    def listed(self, row: Any) -> str:
        """It, with the way to its page."""
        if row.instrument is None:
            return "–"
        address = reverse("admin:instruments_instrument_change", args=[row.instrument_id])
        return format_html('<a href="{}">{}</a>', address, row.instrument.ticker)


class Executions(InstrumentRowsAdmin):
    """An order with its executions; the list's first column leads to trading, so another one leads here."""

    list_display_links = ("ticker",)

    @admin.display(description=_("executions"))
    def executions(self, order: RestingOrder | VenueOrder) -> str:
        return executions_table(order.pk)


@admin.register(RestingOrder)
class RestingOrderAdmin(Executions):
    """The book: of each instrument the buys, then the sells, the best first."""

    list_display = (
        "order_id", "ticker", "side", "limit_price", "remaining", "quantity", "time_in_force",
        "rested_at", "expires_at",
    )  # fmt: skip
    list_filter = ("side", "time_in_force")
    shown = {
        "order_id": order(),
        "user_id": short_id("user_id"),
        "quantity": whole("quantity"),
        "remaining": whole("remaining"),
        "related": order_links(),
    }
    find_ids = ("order_id", "user_id")
    find_texts = ("instrument__ticker",)
    fields = (
        "order_id", "related", "listed", "user_id", "side", "type", "time_in_force", "limit_price",
        "remaining", "quantity", "submitted_at", "rested_at", "expires_at", "arrival_seq", "version",
        "executions",
    )  # fmt: skip
    ordering = ("instrument__ticker", "side", "rank", "arrival_seq")
    operations = (CANCEL,)

    @admin.display(description=_("limit price"), ordering="rank")
    def limit_price(self, resting: RestingOrder) -> str:
        return price_text(decimal(abs(resting.rank)), resting.instrument.currency)


@admin.register(VenueOrder)
class VenueOrderAdmin(Executions):
    list_display = (
        "order_id",
        "ticker",
        "side",
        "quantity",
        "executed",
        "state",
        "reason",
        "ended_at",
    )
    list_filter = ("state", "reason", "side")
    shown = {
        "order_id": order(),
        "user_id": short_id("user_id"),
        "cap_price": price("cap_price", currency="instrument__currency"),
        "quantity": whole("quantity"),
        "executed": whole("executed"),
        "related": order_links(),
    }
    find_ids = ("order_id", "user_id")
    find_texts = ("instrument__ticker",)
    fields = (
        "order_id", "related", "listed", "user_id", "side", "type", "time_in_force", "quantity",
        "executed", "cap_price", "state", "reason", "reason_limit", "reason_value", "detail", "submitted_at",
        "ended_at", "executions",
    )  # fmt: skip
    ordering = ("-order_id",)  # the newest first: the ids are UUIDv7


@admin.register(Trade)
class TradeAdmin(InstrumentRowsAdmin):
    list_display = (
        "trade_seq",
        "ticker",
        "quantity",
        "price",
        "taker_side",
        "buy_order_id",
        "sell_order_id",
        "executed_at",
    )
    list_filter = ("taker_side",)
    shown = {
        "price": price("price", currency="instrument__currency"),
        "quantity": whole("quantity"),
    }
    find_ids = ("buy_order_id", "sell_order_id")
    find_texts = ("instrument__ticker",)
    fields = (
        "trade_seq", "id", "listed", "quantity", "price", "taker_side", "buy_order_id",
        "buy_execution_id", "sell_order_id", "sell_execution_id", "executed_at",
    )  # fmt: skip
    ordering = ("-trade_seq",)


@admin.register(Reconciliation)
class ReconciliationAdmin(InstrumentRowsAdmin):
    list_display = ("ticker", "difference", "sold", "trade_seq", "changed_at")
    search_fields = ("instrument__ticker",)
    ordering = ("instrument__ticker",)
