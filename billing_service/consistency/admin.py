"""The progress of the consistency check, read only."""

from __future__ import annotations

from django.contrib import admin

from billing_service.consistency.models import ConsistencyMark
from servicekit.admin import ReadOnlyAdmin


@admin.register(ConsistencyMark)
class ConsistencyMarkAdmin(ReadOnlyAdmin):
    list_display = ("number", "checked_at", "breaches")
