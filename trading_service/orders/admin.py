"""Orders, fills, changes of state and deadlines as operators see them: read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from trading_service.orders.models import Fill, Order, OrderDeadline, OrderTransition


class _Rows(admin.TabularInline):
    """Rows of an order, to look at."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class FillRows(_Rows):
    model = Fill
    ordering = ("executed_at",)


class TransitionRows(_Rows):
    model = OrderTransition
    ordering = ("sequence",)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "created_at",
        "user_id",
        "instrument",
        "side",
        "quantity",
        "status",
        "reject_code",
        "amount",
        "fee",
    )
    list_filter = ("status", "side", "reject_code", "instrument")
    list_select_related = ("instrument",)
    search_fields = ("=id", "=user_id", "=client_order_id", "=request_id", "=instrument__ticker")
    ordering = ("-id",)
    inlines = (TransitionRows, FillRows)


@admin.register(Fill)
class FillAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "quantity", "price", "amount", "fee", "executed_at")
    list_select_related = ("order",)
    search_fields = ("=id", "=order__id", "=order__user_id")
    ordering = ("-id",)


@admin.register(OrderTransition)
class OrderTransitionAdmin(ReadOnlyAdmin):
    list_display = ("order", "sequence", "from_status", "to_status", "at", "cause", "event_id", "request_id")
    list_filter = ("to_status", "cause")
    list_select_related = ("order",)
    search_fields = ("=order__id", "=event_id", "=request_id")
    ordering = ("-id",)


@admin.register(OrderDeadline)
class OrderDeadlineAdmin(ReadOnlyAdmin):
    """The open orders, the longest overdue first."""

    list_display = ("order", "due_at", "recalls")
    list_select_related = ("order",)
    search_fields = ("=order__id", "=order__user_id")
    ordering = ("due_at",)
