"""Charges of orders: amount and fee by the fee schedule, and what a hold must keep. Pure functions.

An order's charge is computed from the exact sums of all its fills, once after each; a fill is charged the
total including it, less the total before it. So all fills together cost what one fill would, in whatever
parts, and rounding is against the customer once (docs/adr/0044).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from servicekit.money import EXACT, Charge, amount_minor, order_charge

_NOTHING = Decimal(0)


class Fees(NamedTuple):
    """A fee schedule: rates of the amount, and the minimum fee of an order in minor units.

    Attributes:
        taker: of what executes as it comes.
        maker: of what executes while it rests.
    """

    taker: Decimal
    maker: Decimal
    minimum: int


def charge(
    *, side: str, value: Decimal, maker_value: Decimal = _NOTHING, fees: Fees, currency: str
) -> Charge:
    """What an order comes to whose fills are worth ``value``, of which ``maker_value`` executed while it
    rested.

    Neither amount nor fee is ever less after one more fill: the lower rate is on all of it, and what the
    higher is above that on the part that pays the higher. A sale never costs more than it brings.

    Args:
        side: ``buy`` or ``sell``.
        value: the exact sum of price × quantity, in major units.
    """
    amount = amount_minor(value, side, currency)
    if fees.maker == fees.taker:
        exact = EXACT.multiply(amount, fees.taker)
    else:
        dear = maker_value if fees.maker > fees.taker else EXACT.subtract(value, maker_value)
        low, high = sorted((fees.maker, fees.taker))
        exact = EXACT.add(
            EXACT.multiply(amount, low),
            EXACT.multiply(amount_minor(dear, side, currency), EXACT.subtract(high, low)),
        )
    fee = int(exact.to_integral_value(ROUND_CEILING, EXACT))
    if fee:
        fee = max(fee, fees.minimum)
    return Charge(amount, fee if side == "buy" else min(fee, amount))


def worst_charge(*, side: str, value: Decimal, fees: Fees, currency: str) -> Charge:
    """What an order comes to at most if all of it executes at its bound: at the higher of both rates."""
    amount, fee = order_charge(value, side=side, fee_rate=max(fees.taker, fees.maker), currency=currency)
    return Charge(amount, max(fee, fees.minimum) if fee else 0)


def hold_left(
    *, value: Decimal, bound: Decimal, remaining: int, charged: Charge, fees: Fees, currency: str
) -> int:
    """What the hold of a buy must keep after its fills so far, in minor units.

    Args:
        value: of the fills so far, exact, in major units.
        bound: what a unit may cost at most.
        remaining: units that may still be filled.
        charged: for the fills so far.
    """
    worst = worst_charge(
        side="buy",
        value=EXACT.add(value, EXACT.multiply(bound, remaining)),
        fees=fees,
        currency=currency,
    )
    return worst.amount + worst.fee - charged.amount - charged.fee
