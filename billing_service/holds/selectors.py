"""Reads of holds."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min
from django.db.models.functions import Now

from billing_service.holds.models import Hold


def holds_overdue() -> tuple[int, datetime | None]:
    """How many pending holds should have ended by the database's clock, and when the first was placed."""
    found = Hold.objects.filter(state=Hold.State.PENDING, due_at__lt=Now()).aggregate(
        count=Count("id"), first=Min("created_at")
    )
    return found["count"], found["first"]
