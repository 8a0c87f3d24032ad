"""Orders, fills, transitions and deadlines in the admin, read only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ChoicesFieldListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin, RowsInline
from servicekit.admin.columns import labelled, money, person, price, short_id, whole
from servicekit.admin.columns import order as order_column
from servicekit.admin.filters import named, one_of
from servicekit.admin.links import order_links
from servicekit.contracts.reject_reasons import REASONS
from servicekit.reject_sentence import reject_sentence
from trading_service.orders.models import (
    DailyOrders,
    Fill,
    Order,
    OrderDeadline,
    OrderReplacement,
    OrderTransition,
    Status,
)

_FILL_COLUMNS = {
    "id": short_id("id", label=_("fill")),
    "price": price("price", currency="order__currency", label=_("price")),
    "amount": money("amount", currency="order__currency", label=_("amount")),
    "fee": money("fee", currency="order__currency", label=_("fee")),
    "quantity": whole("quantity", label=_("quantity")),
    **labelled(
        executed_at=_("executed"),
        market_time=_("market time"),
        liquidity=_("as"),
        executions=_("executions at the venue"),
    ),
}

_TRANSITION_COLUMNS = {
    "event_id": short_id("event_id", label=_("event")),
    "request_id": short_id("request_id", label=_("request")),
    **labelled(
        sequence=_("number"), from_status=_("from"), to_status=_("to"), at=_("time"), cause=_("cause")
    ),
}  # fmt: skip


def _reasons() -> list[tuple[str, str]]:
    return [(code.value, gettext(reason.short)) for code, reason in REASONS.items()]


class FillRows(RowsInline):
    model = Fill
    fields = ("id", "quantity", "price", "amount", "fee", "liquidity", "executed_at")
    readonly_fields = fields
    shown = _FILL_COLUMNS
    ordering = ("executed_at",)


class TransitionRows(RowsInline):
    model = OrderTransition
    fields = ("sequence", "from_status", "to_status", "at", "cause", "event_id", "request_id")
    readonly_fields = fields
    shown = _TRANSITION_COLUMNS
    ordering = ("sequence",)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "created_at", "user_id", "instrument", "side", "type", "quantity", "filled_quantity", "status",
        "amount", "fee",
    )  # fmt: skip
    list_filter = (
        ("status", named(ChoicesFieldListFilter, _("status"))),
        ("side", named(ChoicesFieldListFilter, _("side"))),
        ("type", named(ChoicesFieldListFilter, _("type"))),
        one_of("reject_code", _("reason of the end"), _reasons),
    )
    shown = {
        "id": short_id("id", label=_("order")),
        "user_id": person("user_id", label=_("customer")),
        "related": order_links("id"),
        "request_id": short_id("request_id", label=_("request")),
        "hold_amount": money("hold_amount", label=_("hold requested")),
        "amount": money("amount", label=_("amount")),
        "fee": money("fee", label=_("fee")),
        "quantity": whole("quantity", label=_("quantity")),
        "filled_quantity": whole("filled_quantity", label=_("filled quantity")),
        "minimum_fee": money("minimum_fee", label=_("least fee")),
        "limit_price": price("limit_price", label=_("limit price")),
        "worst_price": price("worst_price", label=_("worst price")),
        "cap_price": price("cap_price", label=_("executes at, at worst")),
        **labelled(
            created_at=_("placed"),
            updated_at=_("changed"),
            instrument=_("instrument"),
            side=_("side"),
            type=_("type"),
            time_in_force=_("lives"),
            status=_("status"),
            rested_at=_("rests since"),
            expires_at=_("rests until"),
            fee_rate=_("fee rate"),
            maker_fee_rate=_("fee rate while it rests"),
            cancel_requested_at=_("cancel requested"),
            client_order_id=_("client's key"),
            version=_("version"),
        ),
    }
    find_ids = ("id", "user_id")
    find_texts = ("client_order_id", "request_id", "instrument__ticker")
    find_people = ("user_id",)
    fields = (
        "id", "related", "user_id", "instrument", "side", "type", "time_in_force", "quantity",
        "filled_quantity", "status", "rejected", "limit_price",
        "worst_price", "cap_price", "amount", "fee", "hold_amount", "fee_rate",
        "maker_fee_rate", "minimum_fee", "created_at", "updated_at", "rested_at",
        "expires_at", "cancel_requested_at", "replaced_by",
        "client_order_id", "request_id", "version",
    )  # fmt: skip
    list_select_related = ("instrument", "replacement")
    ordering = ("-id",)
    inlines = (TransitionRows, FillRows)

    @admin.display(description=_("replaced by"))
    def replaced_by(self, order: Order) -> str:
        """The order that takes its place."""
        return str(order.replaced_by or "–")

    @admin.display(description=_("reason of the end"))
    def rejected(self, order: Order) -> str:
        """As the customer reads it, in the operator's language."""
        if not order.reject_code:
            return "–"
        return reject_sentence(
            code=order.reject_code,
            limit=order.reject_limit,
            value=order.reject_value,
            currency=order.currency,
        )


@admin.register(Fill)
class FillAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "order_id", "user", "ticker", "quantity", "price", "amount", "fee", "liquidity", "executed_at",
    )  # fmt: skip
    list_select_related = ("order", "order__instrument")
    shown = {
        **_FILL_COLUMNS,
        "order_id": order_column(),
        "user": person("order__user_id", label=_("customer")),
        "related": order_links(),
    }
    find_ids = ("id", "order__id", "order__user_id")
    find_texts = ("order__instrument__ticker",)
    find_people = ("order__user_id",)
    fields = (
        "id",
        "related",
        "order_id",
        "user",
        "ticker",
        "quantity",
        "price",
        "amount",
        "fee",
        "liquidity",
        "executions",
        "executed_at",
        "market_time",
    )
    ordering = ("-id",)

    @admin.display(description=_("instrument"))
    def ticker(self, fill: Fill) -> str:
        """Of what."""
        return fill.order.instrument.ticker


@admin.register(OrderTransition)
class OrderTransitionAdmin(ReadOnlyAdmin):
    list_display = (
        "order_id",
        "sequence",
        "from_status",
        "to_status",
        "at",
        "cause",
        "event_id",
        "request_id",
    )
    list_filter = (one_of("to_status", _("to"), lambda: Status.choices),)
    shown = {**_TRANSITION_COLUMNS, "order_id": order_column(), "related": order_links()}
    find_ids = ("order__id", "event_id")
    find_texts = ("request_id",)
    fields = (
        "order_id", "related", "sequence", "from_status", "to_status",
        "at", "cause", "event_id", "request_id",
    )  # fmt: skip
    ordering = ("-id",)


@admin.register(OrderDeadline)
class OrderDeadlineAdmin(ReadOnlyAdmin):
    """Deadlines of open orders, the longest overdue first."""

    list_display = ("order_id", "user", "due_at", "rests", "recalls")
    list_select_related = ("order",)
    shown = {
        "order_id": order_column(),
        "user": person("order__user_id", label=_("customer")),
        "related": order_links(),
        **labelled(due_at=_("due"), rests=_("rests"), recalls=_("cancel requests")),
    }
    find_ids = ("order__id", "order__user_id")
    find_people = ("order__user_id",)
    fields = ("order_id", "related", "user", "due_at", "rests", "recalls")
    ordering = ("due_at",)


@admin.register(OrderReplacement)
class OrderReplacementAdmin(ReadOnlyAdmin):
    """Replacements that customers requested."""

    list_display = ("order_id", "new_order_id", "quantity", "limit_price", "requested_at", "placed")
    list_select_related = ("order",)
    shown = {
        "order_id": order_column(),
        "new_order_id": short_id("new_order_id", label=_("new order")),
        "related": order_links(),
        "quantity": whole("quantity", label=_("quantity in all")),
        "limit_price": price("limit_price", currency="order__currency", label=_("limit price")),
        "request_id": short_id("request_id", label=_("request")),
        **labelled(requested_at=_("requested"), placed=_("placed"), client_order_id=_("client's key")),
    }
    find_ids = ("order__id", "new_order_id", "order__user_id")
    find_texts = ("client_order_id", "request_id")
    fields = (
        "order_id", "related", "new_order_id", "quantity", "limit_price", "requested_at", "placed",
        "client_order_id", "request_id",
    )  # fmt: skip
    ordering = ("-order_id",)


class AtQuota(admin.SimpleListFilter):
    """Filters customers who have used up their daily quota."""

    title = _("at the quota")
    parameter_name = "at_quota"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DailyOrders]) -> QuerySet[DailyOrders]:
        if self.value() != "yes":
            return queryset
        used_up = Q(placed__gte=settings.ORDERS_A_DAY) | Q(rejected__gte=settings.REJECTED_ORDERS_A_DAY)
        return queryset.filter(used_up, day=datetime.now(UTC).date())


@admin.register(DailyOrders)
class DailyOrdersAdmin(ReadOnlyAdmin):
    """Orders per customer on the last day they placed any, the most first."""

    list_display = ("day", "user_id", "placed", "rejected", "at_quota")
    list_filter = (AtQuota,)
    shown = {
        "user_id": person("user_id", label=_("customer")),
        "placed": whole("placed", label=_("orders placed")),
        "rejected": whole("rejected", label=_("orders rejected")),
        **labelled(day=_("day, UTC")),
    }
    find_ids = ("user_id",)
    find_people = ("user_id",)
    fields = ("user_id", "day", "placed", "rejected", "at_quota")
    ordering = ("-day", "-placed")

    @admin.display(description=_("at the quota"), boolean=True)
    def at_quota(self, daily: DailyOrders) -> bool:
        """Whether the customer may place no more orders today."""
        return daily.day == datetime.now(UTC).date() and (
            daily.placed >= settings.ORDERS_A_DAY or daily.rejected >= settings.REJECTED_ORDERS_A_DAY
        )
