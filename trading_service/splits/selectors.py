"""Reads of splits."""

from __future__ import annotations

from django.db.models import QuerySet

from trading_service.splits.models import Split


def splits_pending() -> QuerySet[Split]:
    """Splits that are not applied, or of which not every holder has been told, the earliest first."""
    return Split.objects.filter(completed_at=None).order_by("recorded_at")
