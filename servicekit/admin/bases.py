"""Bases of the admin's pages."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest


class ServiceAdmin(ModelAdmin):
    """A page whose changes go through the service's use-cases: override ``save_model``."""

    list_per_page = 50
    show_full_result_count = False


class ReadOnlyAdmin(ServiceAdmin):
    """A page to look at: what happened is not edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
