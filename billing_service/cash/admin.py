"""Deposits in the admin, to look at only."""

from __future__ import annotations

from django.contrib import admin

from billing_service.cash.models import Deposit
from servicekit.admin import ReadOnlyAdmin


@admin.register(Deposit)
class DepositAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "amount", "currency", "journal_entry", "created_at")
    list_filter = ("currency",)
    search_fields = ("=id", "=user_id", "=idempotency_key", "=journal_entry__id")
    date_hierarchy = "created_at"
