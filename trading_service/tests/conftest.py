"""What the tests of trading_service share: the venue's and billing's side of the flow, as events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now

from servicekit.contracts import billing, market
from servicekit.ids import new_id
from trading_service.orders.models import Order, OrderDeadline
from trading_service.reference.models import ListedInstrument
from trading_service.reference.services import ReceivedQuote, quotes_copy

NOON = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)


class World:
    """The rest of the exchange, from trading's point of view.

    Attributes:
        deliver: hands an event to trading as its consumer does.
        api: makes a client; ``api(user_id)``.
    """

    def __init__(self, deliver: Callable[..., bool], api: Callable[..., Any]) -> None:
        self.deliver = deliver
        self.api = api
        self._executed: dict[UUID, int] = {}
        self._fills: dict[UUID, market.OrderExecutedV2] = {}

    def list_instrument(
        self, ticker: str = "AAPL", *, price: str = "100.00", sequence: int = 1, **more: Any
    ) -> market.InstrumentChanged:
        """market_service lists an instrument, quoted at ``price``."""
        fields: dict[str, Any] = {
            "instrument_id": new_id(),
            "isin": "US0378331005",
            "type": "share",
            "name_en": f"{ticker} Inc.",
            "name_ru": f"Акции {ticker}",
            "currency": "USD",
            "lot_size": 1,
            "price_step": Decimal("0.01"),
            "issued_quantity": 1_000_000,
            "status": "open",
            "previous_close": Decimal("99.00"),
            "price_at": NOON,
            **more,
        }
        changed = market.InstrumentChanged(ticker=ticker, price=Decimal(price), **fields)
        self.deliver(changed, sequence=sequence)
        return changed

    def post(self, user_id: UUID, /, key: str | None = None, **body: Any) -> Any:
        """POST /orders, by default a buy of 10 AAPL."""
        order = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 10, **body}
        client = self.api(user_id, idempotency_key=key or str(new_id()))
        return client.post("/api/v1/orders", order)

    def limit(self, user_id: UUID, /, limit_price: str = "100.00", **body: Any) -> Order:
        """A limit order that rests in the venue's book, good till canceled."""
        order = self.working(
            user_id, **{"type": "limit", "limit_price": limit_price, "time_in_force": "gtc", **body}
        )
        self.rest(order)
        return fresh(order)

    def order(self, user_id: UUID, /, **body: Any) -> Order:
        """An order placed through the API."""
        answer = self.post(user_id, **body)
        assert answer.status_code == 201, answer.json()
        return Order.objects.get(id=answer.json()["id"])

    def working(self, user_id: UUID, /, **body: Any) -> Order:
        """An order that is at the venue."""
        order = self.order(user_id, **body)
        if order.status == "accepted":
            self.hold(order)
        return fresh(order)

    def filled(self, user_id: UUID, /, *, price: str = "100.00", at: datetime = NOON, **body: Any) -> Order:
        """An order that was executed at ``price``."""
        order = self.working(user_id, **body)
        self.execute(order, price=price, executed_at=at)
        return fresh(order)

    def quote(self, ticker: str, price: str, *, at: datetime) -> None:
        """An instrument has another price from then on."""
        (instrument_id,) = ListedInstrument.objects.filter(ticker=ticker).values_list("id", flat=True)
        quotes_copy(quotes=[ReceivedQuote(instrument_id, Decimal(price), at)])

    def hold(self, order: Order, **more: Any) -> bool:
        """billing_service sets the cash of a buy aside."""
        return self.deliver(self.hold_placed(order), **more)

    def hold_placed(self, order: Order) -> billing.HoldPlaced:
        """What billing_service says then."""
        return billing.HoldPlaced(
            hold_id=new_id(),
            order_id=order.id,
            user_id=order.user_id,
            amount=order.hold_amount,
            currency=order.currency,
        )

    def decline(self, order: Order, *, code: str = "insufficient_funds", available: int = 5_000) -> bool:
        """billing_service has too little to set aside."""
        declined = billing.HoldDeclined(
            order_id=order.id,
            user_id=order.user_id,
            code=code,
            required=order.hold_amount,
            available=available,
            currency=order.currency,
        )
        return self.deliver(declined)

    def execute(self, order: Order, *, id: UUID | None = None, **terms: Any) -> bool:
        """The venue executes an order; ``id`` is the event's."""
        return self.deliver(self.executed(order, **terms), id=id)

    def executed(
        self,
        order: Order,
        *,
        price: str = "100.00",
        quantity: int | None = None,
        fill_id: UUID | None = None,
        liquidity: str = "taker",
        executed_at: datetime = NOON,
        market_time: datetime | None = None,
        more: Sequence[tuple[int, str, str]] = (),
    ) -> market.OrderExecutedV2:
        """What the venue says then, by default of the whole order; ``more``: further executions in it."""
        fill_id = fill_id or new_id()
        if fill_id in self._fills:
            return self._fills[fill_id]
        parts = [(quantity or order.quantity, price, liquidity), *more]
        units = sum(part[0] for part in parts)
        known = self._executed.get(order.id, 0) + units
        self._executed[order.id] = known
        self._fills[fill_id] = executed = market.OrderExecutedV2(
            order_id=order.id,
            fill_id=fill_id,
            instrument_id=order.instrument_id,
            ticker="AAPL",
            side=order.side,
            quantity=units,
            value=sum((Decimal(at) * many for many, at, _ in parts), Decimal(0)),
            remaining=max(0, order.quantity - known),
            executions=[
                [str(new_id()), str(new_id()), str(many), at, how, "customer"] for many, at, how in parts
            ],
            executed_at=executed_at,
            market_time=market_time,
        )
        return executed

    def executed_whole(
        self, order: Order, *, price: str = "100.00", quantity: int | None = None
    ) -> market.OrderExecuted:
        """What a venue of the version before says."""
        return market.OrderExecuted(
            order_id=order.id,
            fill_id=new_id(),
            instrument_id=order.instrument_id,
            ticker="AAPL",
            side=order.side,
            quantity=quantity or order.quantity,
            price=Decimal(price),
            executed_at=NOON,
        )

    def rest(self, order: Order, **more: Any) -> bool:
        """What is left of an order waits in the venue's book."""
        return self.deliver(self.rested(order), **more)

    def rested(self, order: Order) -> market.OrderRested:
        """What the venue says then."""
        expires_at = order.expires_at or NOON + timedelta(days=1)
        remaining = order.quantity - self._executed.get(order.id, 0)
        return market.OrderRested(
            order_id=order.id, remaining=remaining, expires_at=expires_at, rested_at=NOON
        )

    def refuse(self, order: Order, **reason: Any) -> bool:
        """The venue will not execute an order."""
        return self.deliver(self.refused(order, **reason))

    def refused(
        self, order: Order, *, code: str = "price_moved", limit: str = "", value: str = ""
    ) -> market.OrderRefused:
        """What the venue says then."""
        return market.OrderRefused(order_id=order.id, code=code, limit=limit, value=value, refused_at=NOON)

    def request_cancel(self, order: Order) -> None:
        """The customer wants an order back."""
        answer = self.api(order.user_id).post(f"/api/v1/orders/{order.id}/cancel")
        assert answer.status_code == 202, answer.json()

    def cancel(self, order: Order, *, reason: str = "", detail: str = "", **more: Any) -> bool:
        """The venue cancels an order."""
        return self.deliver(self.canceled(order, reason=reason, detail=detail), **more)

    def canceled(self, order: Order, *, reason: str = "", detail: str = "") -> market.OrderCanceledV2:
        """What the venue says then, if it has executed what trading has booked."""
        return market.OrderCanceledV2(
            order_id=order.id,
            reason=reason,
            detail=detail,
            executed=fresh(order).filled_quantity,
            canceled_at=NOON,
        )

    def cancel_whole(self, order: Order) -> bool:
        """A venue of the previous version cancels an order, or cancels it before it came."""
        return self.deliver(market.OrderCanceled(order_id=order.id, canceled_at=NOON))

    def end_day(self, order: Order) -> bool:
        """The order's time in the venue's book is over."""
        executed = fresh(order).filled_quantity
        return self.deliver(market.OrderExpired(order_id=order.id, executed=executed, expired_at=NOON))


def fresh(order: Order) -> Order:
    """The order as it is in the database now."""
    return Order.objects.select_related("instrument").get(id=order.id)


def overdue(*orders: Order) -> None:
    """The deadlines of the orders have just passed, by the database's clock."""
    due = OrderDeadline.objects.filter(order__in=orders)
    assert due.update(due_at=Now() - timedelta(milliseconds=1)) == len(orders)


@pytest.fixture
def world(deliver: Any, api: Any) -> World:
    """The rest of the exchange."""
    return World(deliver, api)


@pytest.fixture
def aapl(db: None, world: World) -> market.InstrumentChanged:
    """AAPL, quoted at 100.00."""
    return world.list_instrument()
