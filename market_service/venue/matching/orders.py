"""Orders and their executions during a transaction, and their prices."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from servicekit.money import price_text

BUY, SELL = 0, 1


class Ended(StrEnum):
    """How an order ended; orders that have not ended rest in the book."""

    EXECUTED = "executed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REFUSED = "refused"


class End(NamedTuple):
    """How and why an order ended.

    Attributes:
        limit, value: of a refusal, the bound and what stood against it, as text for a person.
        detail: an operator's words for the customer.
    """

    state: Ended
    code: str = ""
    limit: str = ""
    value: str = ""
    detail: str = ""


CANCELED, EXECUTED, EXPIRED = End(Ended.CANCELED), End(Ended.EXECUTED), End(Ended.EXPIRED)


@dataclass(slots=True, eq=False)
class Match:
    """An execution of the resting ``maker`` against the incoming ``taker``, at the maker's price.

    None is the house: as the maker at its ask or bid, as the taker when its quote came to a resting order.

    Attributes:
        id, maker_id: given by the caller: of the trade, which is the taker's execution too, and of the
            maker's execution.
    """

    maker: Order | None
    taker: Order | None
    quantity: int
    price: int
    id: UUID | None = None
    maker_id: UUID | None = None


@dataclass(slots=True, eq=False)
class Order:
    """An order during a transaction.

    Attributes:
        price: the limit of a limit order; the bound of a market order.
        whole: it executes in full at once, or not at all.
        in_parts: who placed it understands that it may be filled in parts.
        arrival_seq: its place among the resting orders of its price; 0 of one that has just come.
        version: how many events told of it before.
        matches: what was executed of it in this transaction; None: nothing.
        end: None while it rests, or is still to be matched.
        resting: whether it stands in the book now.
        stored: whether it stood in the book before this transaction.
        cause: of use to the caller alone.
    """

    order_id: UUID
    instrument_id: UUID
    user_id: UUID
    side: int
    type: str
    time_in_force: str
    price: int
    quantity: int
    remaining: int
    whole: bool = False
    in_parts: bool = True
    submitted_at: datetime | None = None
    expires_at: datetime | None = None
    arrival_seq: int = 0
    version: int = 0
    resting: bool = False
    stored: bool = False
    cause: Any = None
    end: End | None = None
    matches: list[Match] | None = None
    rank: int = field(init=False)

    def __post_init__(self) -> None:
        self.rank = self.price if self.side == SELL else -self.price

    @property
    def executed(self) -> int:
        """Units executed so far, in all transactions."""
        return self.quantity - self.remaining

    @property
    def rests(self) -> bool:
        """Whether what is left of it may wait in the book."""
        return self.type == "limit" and self.time_in_force in ("day", "gtc")


def decimal(price: int) -> Decimal:
    """A price in the currency."""
    return Decimal(price).scaleb(-6)


def shown(price: int, step: Decimal) -> Decimal:
    """A price, or a sum of prices, in the currency: with as many digits as the price step has, and exact."""
    exact = decimal(price)
    short = Decimal(price_text(exact, step))
    return short if short == exact else exact.normalize()


@functools.lru_cache(maxsize=4096)
def millionths(price: Decimal) -> int:
    """A price of six digits after the point at most, exactly."""
    return int(price.scaleb(6))
