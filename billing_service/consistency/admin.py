"""How far the books have been checked, to look at."""

from __future__ import annotations

from django.contrib import admin

from billing_service.consistency.models import ConsistencyMark
from servicekit.admin import ReadOnlyAdmin


@admin.register(ConsistencyMark)
class ConsistencyMarkAdmin(ReadOnlyAdmin):
    list_display = ("number", "checked_at", "breaches")
