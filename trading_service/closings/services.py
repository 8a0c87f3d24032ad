"""Looks for what a customer has here whose account is to be closed. Why so: docs/flows/close.md."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from servicekit.contracts.billing import ClosingPrepared
from servicekit.contracts.trading import ClosingChecked
from servicekit.messaging.models import FailedEvent
from servicekit.messaging.publish import publish
from trading_service.dividends.models import Dividend, DividendAllocation
from trading_service.orders.models import OPEN, Fill, Order
from trading_service.positions.models import Position
from trading_service.splits.models import Split, SplitShare

#: So many of the latest fills and payments are named: more than billing_service handles in one transaction.
#: What is older was handled before this answer, or has failed there, which it sees itself.
NAMED = 500


@transaction.atomic
def closing_check(*, prepared: ClosingPrepared) -> None:
    """Say what a customer has here, after billing_service has frozen the cash.

    From then on no buy gets cash, and what is not held cannot be sold: what is not found now never comes.

    Emits:
        ClosingChecked
    """
    user_id = prepared.user_id
    publish(
        ClosingChecked(
            closing_id=prepared.closing_id,
            user_id=user_id,
            attempt=prepared.attempt,
            open_orders=Order.objects.filter(user_id=user_id, status__in=OPEN).count(),
            positions=Position.objects.filter(user_id=user_id, quantity__gt=0).count(),
            payments_due=_payments_due(user_id),
            fill_ids=_texts(Fill.objects.filter(Q(amount__gt=0) | Q(fee__gt=0), order__user_id=user_id)),
            payment_ids=[
                *_texts(DividendAllocation.objects.filter(user_id=user_id, amount__gt=0)),
                *_texts(SplitShare.objects.filter(user_id=user_id, amount__gt=0)),
            ],
        )
    )


def _payments_due(user_id: UUID) -> int:
    """Dividends and splits of what they have held that are being worked out, or wait for what has failed."""
    held = Position.objects.filter(user_id=user_id).values("instrument")
    due = sum(
        model.objects.filter(completed_at=None, instrument__in=held).count() for model in (Dividend, Split)
    )
    return due + FailedEvent.objects.filter(stream="events:market").count()


def _texts(rows: QuerySet[Any]) -> list[str]:
    return [str(id) for id in rows.order_by("-id").values_list("id", flat=True)[:NAMED]]
