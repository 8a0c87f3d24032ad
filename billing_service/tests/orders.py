"""Events as the other services would send them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from billing_service.ledger.models import LedgerAccount
from servicekit.contracts import Event, trading, user
from servicekit.ids import new_id
from servicekit.messaging.consume import Received


def received(event: Event, *, request_id: str = "") -> Received[Any]:
    """The event as a handler gets it."""
    return Received(
        id=new_id(),
        type=event.TYPE,
        source=event.TYPE.partition(".")[0],
        subject=event.subject,
        sequence=1,
        time=timezone.now(),
        request_id=request_id,
        traceparent="",
        event=event,
    )


def registered(user_id: UUID) -> user.AccountRegistered:
    """Somebody signed up."""
    return user.AccountRegistered(
        user_id=user_id, username="ann", email="ann@example.com", locale="en", registered_at=timezone.now()
    )


def order_placed(
    user_id: UUID, *, hold_amount: int, side: str = "buy", **changes: Any
) -> trading.OrderPlaced:
    """An order of 10 AAPL."""
    values: dict[str, Any] = {
        **_new(user_id, side),
        "type": "market",
        "hold_amount": hold_amount,
    }
    return trading.OrderPlaced(**values | changes)


def order_filled(order: trading.OrderPlaced, *, amount: int, fee: int, **changes: Any) -> trading.OrderFilled:
    """The order's one fill."""
    values: dict[str, Any] = {
        **_about(order),
        "fill_id": new_id(),
        "price": Decimal(amount) / 100 / order.quantity,
        "amount": amount,
        "fee": fee,
        "currency": "USD",
        "final": True,
        "filled_at": timezone.now(),
    }
    return trading.OrderFilled(**values | changes)


def limit_placed(
    user_id: UUID, *, hold_amount: int, side: str = "buy", time_in_force: str = "gtc", **changes: Any
) -> trading.OrderPlacedV2:
    """A limit order of 10 AAPL, which may wait in the book."""
    values: dict[str, Any] = {
        **_new(user_id, side),
        "type": "limit",
        "time_in_force": time_in_force,
        "limit_price": Decimal(10),
        "hold_amount": hold_amount,
    }
    return trading.OrderPlacedV2(**values | changes)


def part_filled(
    order: trading.OrderPlaced | trading.OrderPlacedV2,
    *,
    amount: int,
    fee: int,
    hold_left: int = 0,
    final: bool = False,
    **changes: Any,
) -> trading.OrderFilledV2:
    """One unit of the order was executed, and others remain; all of it when ``final``."""
    values: dict[str, Any] = {
        **_about(order),
        "fill_id": new_id(),
        "quantity": 1,
        "value": Decimal(10),
        "price": Decimal(10),
        "amount": amount,
        "fee": fee,
        "currency": "USD",
        "executions": [[str(new_id()), str(new_id()), "1", "10", "maker", "customer"]],
        "filled_quantity": order.quantity if final else 1,
        "remaining": 0 if final else order.quantity - 1,
        "hold_left": hold_left,
        "final": final,
        "filled_at": timezone.now(),
    }
    return trading.OrderFilledV2(**values | changes)


def rest_canceled(
    order: trading.OrderPlacedV2, *, filled_quantity: int = 0, code: str = "", detail: str = ""
) -> trading.OrderCanceledV2:
    """What was left of the order was canceled."""
    return trading.OrderCanceledV2(
        **_about(order),
        filled_quantity=filled_quantity,
        code=code,
        detail=detail,
        canceled_at=timezone.now(),
    )


def order_rejected(order: trading.OrderPlaced, *, code: str = "price_moved") -> trading.OrderRejected:
    """The venue refused."""
    return trading.OrderRejected(
        **_about(order),
        code=code,
        limit="1",
        value="2",
        rejected_at=timezone.now(),
    )


def order_canceled(order: trading.OrderPlaced, *, filled_quantity: int = 0) -> trading.OrderCanceled:
    """The customer took the order back."""
    return trading.OrderCanceled(
        **_about(order),
        filled_quantity=filled_quantity,
        canceled_at=timezone.now(),
    )


def order_expired(
    order: trading.OrderPlaced | trading.OrderPlacedV2, *, filled_quantity: int = 0
) -> trading.OrderExpired:
    """No answer came before the order's deadline."""
    return trading.OrderExpired(
        **_about(order),
        filled_quantity=filled_quantity,
        code="timed_out",
        expired_at=timezone.now(),
    )


def _new(user_id: UUID, side: str) -> dict[str, Any]:
    return {
        "order_id": new_id(),
        "user_id": user_id,
        "instrument_id": new_id(),
        "ticker": "AAPL",
        "side": side,
        "quantity": 10,
        "currency": "USD",
        "placed_at": timezone.now(),
    }


def _about(order: trading.OrderPlaced | trading.OrderPlacedV2) -> dict[str, Any]:
    """Which order an event is about."""
    return {
        "order_id": order.order_id,
        "user_id": order.user_id,
        "instrument_id": order.instrument_id,
        "ticker": order.ticker,
        "side": order.side,
        "quantity": order.quantity,
    }


def system_balance(kind: str) -> int:
    """What an account of the house has, in cents."""
    return LedgerAccount.objects.get(kind=kind, currency="USD").balance
