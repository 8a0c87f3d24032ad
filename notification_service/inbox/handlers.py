"""Events that the inbox listens to: each becomes one notification per channel."""

from __future__ import annotations

from uuid import UUID

from notification_service.delivery.services import contact_save
from notification_service.inbox.models import Kind
from notification_service.inbox.services import notification_create
from servicekit.contracts import billing, trading, user
from servicekit.messaging import Received


def on_account_registered(message: Received[user.AccountRegistered]) -> None:
    """Somebody signed up: remember how to address them, and welcome them."""
    account = message.event
    contact_save(
        user_id=account.user_id,
        email=account.email,
        locale=account.locale,
        display_name=account.username,
        version=message.sequence,
    )
    _tell(message, Kind.WELCOME, "username")


def on_deposit_booked(message: Received[billing.DepositBooked]) -> None:
    """Money came in."""
    _tell(message, Kind.DEPOSIT_BOOKED, "amount", "currency", "balance_after")


def on_order_filled(message: Received[trading.OrderFilled]) -> None:
    """An order was executed, in full or in part."""
    _tell(
        message,
        Kind.ORDER_FILLED,
        *("ticker", "side", "quantity", "price", "amount", "fee", "currency", "final"),
        order_id=message.event.order_id,
        fill_id=message.event.fill_id,
    )


def on_order_rejected(message: Received[trading.OrderRejected]) -> None:
    """An order will not be executed."""
    _tell(
        message,
        Kind.ORDER_REJECTED,
        *("ticker", "side", "quantity", "code", "limit", "value"),
        order_id=message.event.order_id,
    )


def on_order_canceled(message: Received[trading.OrderCanceled]) -> None:
    """An order was taken back."""
    _tell(
        message,
        Kind.ORDER_CANCELED,
        *("ticker", "side", "quantity", "filled_quantity"),
        order_id=message.event.order_id,
    )


def _tell(
    message: Received[user.AccountRegistered]
    | Received[billing.DepositBooked]
    | Received[trading.OrderFilled]
    | Received[trading.OrderRejected]
    | Received[trading.OrderCanceled],
    kind: Kind,
    *fields: str,
    order_id: UUID | None = None,
    fill_id: UUID | None = None,
) -> None:
    data = message.event.to_data()
    notification_create(
        user_id=message.event.user_id,
        kind=kind,
        source_event_id=message.id,
        params={field: data[field] for field in fields},
        order_id=order_id,
        fill_id=fill_id,
        request_id=message.request_id,
    )
