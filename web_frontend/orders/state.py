"""What is shown of one order: its sentence, and what can still be done about it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from servicekit.contracts.values import FINAL_STATUSES
from web_frontend.orders.amounts import expected_of, moved_of
from web_frontend.orders.sentences import order_sentence

#: Seconds between two polls of an order's state: in its first minute, and later.
YOUNG_POLL_S, LATER_POLL_S = 1, 5
YOUNG_S = 60


def order_context(order: dict[str, Any]) -> dict[str, Any]:
    """What the templates of an order need."""
    final = order["status"] in FINAL_STATUSES
    age = (timezone.now() - datetime.fromisoformat(order["created_at"])).total_seconds()
    every = YOUNG_POLL_S if age < YOUNG_S else LATER_POLL_S
    return {
        "order": order,
        "final": final,
        "canceling": bool(order["cancel_requested_at"]),
        "replaceable": is_replaceable(order),
        "every": every,
        "young": age < YOUNG_S,
        "sentence": order_sentence(order),
        "moved": moved_of(order),
        "expected": expected_of(order),
        "seen": seen_of([order], str(every)),
    }


def is_replaceable(order: dict[str, Any]) -> bool:
    """Whether another order may take its place: an open limit order without a cancel request."""
    return bool(
        order["type"] == "limit"
        and order["status"] not in FINAL_STATUSES
        and not order["cancel_requested_at"]
    )


def seen_of(orders: list[dict[str, Any]], *more: str) -> str:
    """What a fragment shows, in few letters: another one when there is something new in it."""
    shown = [
        (
            order["id"],
            order["cancel_requested_at"],
            order["status"],
            order["updated_at"],
            order.get("rested_at"),
            order.get("replaced_by"),
        )
        for order in orders
    ]
    return hashlib.sha256(f"{shown} {more} {get_language()}".encode()).hexdigest()[:12]
