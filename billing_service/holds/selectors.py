"""Reads of holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Min, QuerySet, Subquery
from django.db.models.functions import Now

from billing_service.holds.models import Hold
from billing_service.ledger.models import LedgerAccount


def holds_overdue() -> tuple[int, datetime | None]:
    """How many pending holds should have ended by the database's clock, and when the first was placed."""
    found = Hold.objects.filter(state=Hold.State.PENDING, due_at__lt=Now()).aggregate(
        count=Count("id"), first=Min("created_at")
    )
    return found["count"], found["first"]


def holds_open(*, user_id: UUID) -> QuerySet[Hold]:
    """What is held on a customer's account, latest first; together it is the account's ``held``."""
    account = LedgerAccount.objects.filter(user_id=user_id).values("id")
    pending = Hold.objects.filter(account_id=Subquery(account), state=Hold.State.PENDING)
    return pending.filter(amount__gt=F("captured") + F("released")).select_related("account").order_by("-id")
