"""The venue's executions, grouped into parts that become one fill each."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from servicekit.contracts import market
from servicekit.money import EXACT
from servicekit.terms import plain
from trading_service.orders.models import Liquidity

_MILLIONTH = Decimal("0.000001")


class Part(NamedTuple):
    """What one transaction of the venue executed of an order, on arrival or while resting.

    Attributes:
        value: the exact sum of price × quantity, in major units.
        price: the average.
        executions: the venue's; empty of an order that was executed whole by a version before.
    """

    fill_id: UUID
    quantity: int
    value: Decimal
    price: Decimal
    liquidity: Liquidity
    executions: list[list[str]]


def parts(executed: market.OrderExecuted | market.OrderExecutedV2) -> list[Part]:
    """One part, or two of an order that was executed as it came, came to rest, and was executed again."""
    if isinstance(executed, market.OrderExecuted):
        value = EXACT.multiply(executed.price, executed.quantity)
        return [Part(executed.fill_id, executed.quantity, value, executed.price, Liquidity.TAKER, [])]
    liquidities = {execution[4] for execution in executed.executions}
    if len(liquidities) == 1:
        price = _average(executed.value, executed.quantity, executed.executions)
        (liquidity,) = liquidities
        return [
            Part(
                executed.fill_id,
                executed.quantity,
                executed.value,
                price,
                Liquidity(liquidity),
                executed.executions,
            )
        ]
    took = [execution for execution in executed.executions if execution[4] == Liquidity.TAKER]
    made = [execution for execution in executed.executions if execution[4] == Liquidity.MAKER]
    return [
        _part(executed.fill_id, Liquidity.TAKER, took),
        _part(UUID(made[0][0]), Liquidity.MAKER, made),
    ]


def _part(fill_id: UUID, liquidity: Liquidity, executions: list[list[str]]) -> Part:
    quantity, value = 0, Decimal(0)
    for _, _, units, price, *_ in executions:
        quantity += int(units)
        value = EXACT.add(value, EXACT.multiply(Decimal(price), int(units)))
    return Part(fill_id, quantity, value, _average(value, quantity, executions), liquidity, executions)


def _average(value: Decimal, quantity: int, executions: Iterable[list[str]]) -> Decimal:
    """The price of a fill: exact where all of it had one price, otherwise to six digits."""
    prices = {execution[3] for execution in executions}
    if len(prices) == 1:
        return Decimal(prices.pop())
    return plain(EXACT.divide(value, quantity).quantize(_MILLIONTH))
