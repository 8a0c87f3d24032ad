"""Which months' statements are announced, read only."""

from __future__ import annotations

from django.contrib import admin

from billing_service.statements.models import StatementMonth
from servicekit.admin import ReadOnlyAdmin


@admin.register(StatementMonth)
class StatementMonthAdmin(ReadOnlyAdmin):
    list_display = ("month", "announced", "completed_at")
    fields = ("month", "announced", "announced_until", "completed_at")
    ordering = ("-month",)
