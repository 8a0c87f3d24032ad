"""Orders for a measurement."""

from __future__ import annotations

import random
import sys
import time
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from trading_service.orders.services.order_place import order_place
from trading_service.positions.models import Position


def orders_place(
    *, count: int, users: list[str], tickers: list[str], sells: float, seed: int
) -> dict[str, Any]:
    """Place market orders of 1 to 5 units in one transaction, so that its commit starts the clock.

    Says ``ready`` before the commit and waits for a line on the standard input.

    Args:
        users: who buys, at random.
        tickers: what, at random.
        sells: which share of the orders are sells, of one unit of a random position.
        seed: of the choice.

    Returns:
        ``orders``: their ids; ``committed``: when, seconds since the epoch.
    """
    chance = random.Random(seed)
    intended = [("sell", *unit) for unit in _units_to_sell(chance, int(count * sells))]
    while len(intended) < count:
        intended.append(("buy", UUID(chance.choice(users)), chance.choice(tickers)))
    chance.shuffle(intended)
    committed: list[float] = []
    placed: list[str] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.time()))
        for side, user, ticker in intended:
            quantity = 1 if side == "sell" else chance.randint(1, 5)
            order = order_place(
                user_id=user, client_order_id=uuid4().hex, ticker=ticker, side=side, quantity=quantity
            )
            placed.append(str(order.id))
        print("ready", flush=True)
        sys.stdin.readline()
    return {"orders": placed, "committed": committed[0]}


def _units_to_sell(chance: random.Random, count: int) -> list[tuple[UUID, str]]:
    """The customer and the ticker of each of ``count`` units that can be sold, at random."""
    if not count:
        return []
    available = Position.objects.filter(quantity__gt=F("held_quantity"))
    units = [
        (user, ticker)
        for user, ticker, quantity, held in available.values_list(
            "user_id", "instrument__ticker", "quantity", "held_quantity"
        )
        for _ in range(quantity - held)
    ]
    return chance.sample(units, count)
