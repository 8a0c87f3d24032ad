"""The money of an order that the API does not say in one number. All are decimal strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from servicekit.contracts.values import FINAL_STATUSES


def moved_of(order: dict[str, Any]) -> str:
    """The money that an order has moved so far: what a buy cost with the fee, what a sale brought without it.

    A decimal string; "" while nothing is filled.
    """
    if not order["filled_quantity"]:
        return ""
    amount, fee = Decimal(order["amount"]), Decimal(order["fee"])
    return str(amount + fee if order["side"] == "buy" else amount - fee)


def expected_of(order: dict[str, Any]) -> str:
    """The amount that a limit order waits for at its price, without the fee; "" once something is filled."""
    if order["status"] in FINAL_STATUSES or order["filled_quantity"] or not order["limit_price"]:
        return ""
    return str(Decimal(order["limit_price"]) * order["quantity"])
