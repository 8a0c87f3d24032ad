"""The order ticket: what a person typed, how much they could trade, and what it would come to.

What it tells is an estimate from the book and the price on the page; trading_service and the venue decide.
What a person reviewed binds a market order by its worst price, and a limit order by its limit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_OID, uuid4, uuid5

from django import forms
from django.conf import settings

from servicekit.contracts.values import ORDER_TYPES, SIDES, TIMES_IN_FORCE
from web_frontend.forms import KEY, QuantityField
from web_frontend.templatetags.formatting import percent
from web_frontend.ticket.amount import Amount, amount_read
from web_frontend.ticket.blocked_reason import blocked_reason
from web_frontend.ticket.estimate import Estimate, estimate, worst_price
from web_frontend.ticket.limit import Limit, best_prices, crosses, limit_read
from web_frontend.ticket.max_quantity import MaxQuantity, max_quantity_of, offer_note, quantity_error

_PRICE = re.compile(r"\d{1,12}(\.\d{1,8})?", re.ASCII)


@dataclass(frozen=True)
class Ticket:
    """A ticket on an instrument's page.

    Attributes:
        side: ``buy`` or ``sell``.
        type: ``market`` or ``limit``.
        text: the quantity as it was typed.
        key: the Idempotency-Key of the order that it will become; the same through review and retry.
        limit: of a limit order.
        amount: what was typed instead of the quantity, if that was an amount of money.
        lot: units of a lot.
        most: how many units can be bought or sold at most; None when that is not known.
        bound: what ``most`` comes from: ``cash``, ``offer``, ``nobody`` or ``position``.
        means: the cash available (a decimal string), or the units that can be sold.
        bid, ask: the best prices in the book; "" when nobody waits there, or it is not known.
        crosses: a limit that meets a resting order.
        blocked_reason: why no order can succeed right now, in words; "" when nothing speaks against one.
        quantity: None until it is a valid one.
        error: what is wrong with the quantity.
        note: what to know about the quantity; it does not stop the order.
        problem: what the API said against the order.
        seen_price: the price that the person saw on the form that was sent; "" when it is still that.
        far: the market price is beyond the price protection around that one.
        moved: it is beyond what was reviewed, so nothing was placed and it is to be reviewed again.
        review: the ticket is to be reviewed, not filled in.
        asked: it was submitted, so errors count.
    """

    side: str
    text: str
    key: str
    most: int | None
    bound: str = ""
    means: Any = None
    type: str = "market"
    limit: Limit = field(default_factory=Limit)
    amount: Amount = field(default_factory=Amount)
    lot: int = 1
    bid: str = ""
    ask: str = ""
    crosses: bool = False
    blocked_reason: str = ""
    quantity: int | None = None
    estimate: Estimate | None = None
    error: str = ""
    note: str = ""
    problem: str = ""
    seen_price: str = ""
    far: bool = False
    moved: bool = False
    review: bool = False
    asked: bool = False

    @property
    def refused(self) -> bool:
        """Whether it was submitted and cannot go on."""
        return self.asked and bool(self.error or self.limit.error or self.amount.error or self.problem)

    @property
    def is_limit(self) -> bool:
        """Whether it is a limit order's."""
        return self.type == "limit"

    @property
    def shares(self) -> list[tuple[int, str, int]]:
        """A quarter and a half of the most: per cent, the same in words, whole lots; those that are any."""
        parts = [(share, (self.most or 0) * share // 100) for share in (25, 50)]
        return [
            (share, percent(Decimal(share)), units - units % self.lot)
            for share, units in parts
            if units >= self.lot
        ]

    @property
    def most_is_said(self) -> bool:
        """Whether the error of the quantity, or its note, says how many can be traded at most."""
        if self.most is None or self.quantity is None:
            return False
        is_too_many = bool(self.error) and self.quantity > self.most and self.quantity % self.lot == 0
        return is_too_many or (bool(self.note) and self.bound == "nobody")

    @property
    def whole(self) -> str:
        """What Max is of the most, in words: ``100%``."""
        return percent(Decimal(100))

    @property
    def best(self) -> str:
        """The best price that this side meets in the book; "" when nobody waits there, or it is not known."""
        return self.ask if self.side == "buy" else self.bid

    @property
    def times_in_force(self) -> tuple[str, ...]:
        """How long an order may be asked to wait."""
        return TIMES_IN_FORCE

    @property
    def protection(self) -> str:
        """How much worse than the market price a market order may execute, in words: ``1%``."""
        return percent(settings.PRICE_PROTECTION * 100)

    @property
    def units_left(self) -> int | None:
        """What is left to sell after a sale; None when that is not known."""
        if self.side == "buy" or self.most is None or self.quantity is None:
            return None
        return max(0, self.most - self.quantity)

    @property
    def query(self) -> str:
        """Side and type for an address, and of a limit order its terms."""
        chosen = {"side": self.side}
        if self.is_limit:
            chosen |= {
                "type": "limit",
                "limit_price": self.limit.text,
                "time_in_force": self.limit.time_in_force,
            }
        return urlencode(chosen)

    @property
    def template(self) -> str:
        """Which form of the ticket to show."""
        return "orders/review.html" if self.review and not self.refused else "orders/ticket.html"


def ticket_read(
    data: Mapping[str, str],
    *,
    instrument: dict[str, Any],
    account: dict[str, Any] | None,
    positions: dict[str, Any] | None,
    book: dict[str, Any] | None = None,
) -> Ticket:
    """Read a ticket from a form's data.

    Args:
        data: ``side, type, quantity, limit_price, time_in_force, key, step`` (``review`` when submitted),
            ``price`` (the one that was seen), each may be absent.
        account: billing's answer, None when it is not known.
        positions: trading's answer, None when it is not known.
        book: the venue's answer, None when it is not known.
    """
    side = data.get("side", "buy") if data.get("side") in SIDES else "buy"
    type_ = data.get("type", "market") if data.get("type") in ORDER_TYPES else "market"
    typed = data.get("quantity", "").strip()[:40]
    key = data.get("key", "")
    asked = data.get("step") == "review"
    limit = limit_read(data, instrument) if type_ == "limit" else Limit()
    amount = amount_read(
        data.get("amount", "").strip()[:40], side, instrument, limit_price=limit.price, book=book
    )
    text = typed if amount.units is None else str(amount.units)
    most = max_quantity_of(
        side, instrument, account, positions,
        is_limit=type_ == "limit", limit_price=limit.price, book=book,
    )  # fmt: skip
    seen = price_parse(data.get("price", ""))
    bid, ask = best_prices(book)
    ticket = Ticket(
        side=side,
        type=type_,
        text=text,
        key=key if KEY.fullmatch(key) else str(uuid4()),
        limit=limit,
        amount=amount,
        lot=int(instrument["lot_size"]),
        most=most.units,
        bound=most.bound,
        means=most.means,
        bid=bid,
        ask=ask,
        crosses=crosses(limit.price, side, book),
        blocked_reason=blocked_reason(instrument, side, account, is_limit=type_ == "limit"),
        seen_price="" if seen is None or seen == price_parse(instrument.get("price")) else str(seen),
        far=seen is not None and is_beyond(instrument, side, worst_price(instrument, side, seen)),
        asked=asked,
        review=asked,
    )
    if not text and (not asked or amount.error):
        return ticket
    try:
        quantity = QuantityField().clean(text)
    except forms.ValidationError as error:
        return replace(ticket, error=error.messages[0])
    return _with_quantity(ticket, quantity, most, instrument, account, book)


def _with_quantity(
    ticket: Ticket,
    quantity: int,
    most: MaxQuantity,
    instrument: dict[str, Any],
    account: dict[str, Any] | None,
    book: dict[str, Any] | None,
) -> Ticket:
    """The ticket with what so many units come to, and what speaks against so many."""
    known = not ticket.is_limit or ticket.limit.price
    return replace(
        ticket,
        quantity=quantity,
        estimate=estimate(
            instrument, ticket.side, quantity, account, limit_price=ticket.limit.price, book=book
        )
        if known
        else None,
        error=quantity_error(
            ticket.side, quantity, most, instrument, account, is_limit=ticket.is_limit, book=book
        ),
        note="" if ticket.is_limit else offer_note(ticket.side, quantity, most, instrument, book),
    )


def price_parse(text: str | None) -> Decimal | None:
    """A price that a form carries; None when it is none."""
    return Decimal(text) if text and _PRICE.fullmatch(text) else None


def is_beyond(instrument: dict[str, Any], side: str, bound: Decimal) -> bool:
    """Whether the market price is worse than the worst that was reviewed."""
    price = price_parse(instrument.get("price"))
    return price is not None and (price > bound if side == "buy" else price < bound)


def key_after(key: str) -> str:
    """The key of the order that is placed instead of a rejected one: the same however often it is asked."""
    return str(uuid5(NAMESPACE_OID, key))
