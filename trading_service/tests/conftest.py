"""What the tests of trading_service share: the venue's and billing's side of the flow, as events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from servicekit.contracts import billing, market
from servicekit.ids import new_id
from trading_service.orders.models import Order

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

    def filled(self, user_id: UUID, /, *, price: str = "100.00", **body: Any) -> Order:
        """An order that was executed at ``price``."""
        order = self.working(user_id, **body)
        self.execute(order, price=price)
        return fresh(order)

    def hold(self, order: Order, **more: Any) -> bool:
        """billing_service sets the cash of a buy aside."""
        placed = billing.HoldPlaced(
            hold_id=new_id(),
            order_id=order.id,
            user_id=order.user_id,
            amount=order.hold_amount,
            currency=order.currency,
        )
        return self.deliver(placed, **more)

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

    def execute(
        self,
        order: Order,
        *,
        price: str = "100.00",
        quantity: int | None = None,
        fill_id: UUID | None = None,
        **more: Any,
    ) -> bool:
        """The venue executes an order."""
        executed = market.OrderExecuted(
            order_id=order.id,
            fill_id=fill_id or new_id(),
            instrument_id=order.instrument_id,
            ticker="AAPL",
            side=order.side,
            quantity=quantity or order.quantity,
            price=Decimal(price),
            executed_at=NOON,
        )
        return self.deliver(executed, **more)

    def refuse(self, order: Order, *, code: str = "price_moved", limit: str = "", value: str = "") -> bool:
        """The venue will not execute an order."""
        return self.deliver(
            market.OrderRefused(order_id=order.id, code=code, limit=limit, value=value, refused_at=NOON)
        )

    def cancel(self, order: Order, **more: Any) -> bool:
        """The venue takes an order back."""
        return self.deliver(market.OrderCanceled(order_id=order.id, canceled_at=NOON), **more)


def fresh(order: Order) -> Order:
    """The order as it is in the database now."""
    return Order.objects.select_related("instrument").get(id=order.id)


@pytest.fixture
def world(deliver: Any, api: Any) -> World:
    """The rest of the exchange."""
    return World(deliver, api)


@pytest.fixture
def aapl(db: None, world: World) -> market.InstrumentChanged:
    """AAPL, quoted at 100.00."""
    return world.list_instrument()
