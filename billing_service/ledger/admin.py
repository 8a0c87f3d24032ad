"""The ledger in the admin, to look at only."""

from __future__ import annotations

from django.contrib import admin

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from servicekit.admin import ReadOnlyAdmin


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "user_id", "currency", "balance", "held", "available", "opened_at")
    list_filter = ("kind", "currency")
    search_fields = ("=id", "=user_id")


class LegInline(admin.TabularInline):
    model = LedgerEntry
    fields = ("account", "number", "kind", "amount", "currency", "balance_after")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "occurred_at", "order_id", "ticker", "quantity", "price", "request_id")
    list_filter = ("type",)
    search_fields = ("=id", "=source_id", "=order_id", "=fill_id", "=request_id", "=ticker")
    date_hierarchy = "occurred_at"
    inlines = (LegInline,)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "number", "kind", "amount", "currency", "balance_after", "journal_entry")
    list_filter = ("kind", "currency")
    list_select_related = ("account", "journal_entry")
    search_fields = ("=id", "=account__id", "=account__user_id", "=journal_entry__id")
