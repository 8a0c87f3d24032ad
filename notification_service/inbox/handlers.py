"""Handlers of events for the inbox, in batches: each event becomes one notification per channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from notification_service.delivery.services import ContactUpdate, contacts_save
from notification_service.inbox.models import Kind
from notification_service.inbox.services import NewNotification, notifications_create
from notification_service.kinds import Channel
from servicekit.contracts import billing, trading, user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_register


@in_batches
def on_accounts_registered(messages: Sequence[Received[user.AccountRegistered]]) -> None:
    """People signed up: remember how to address them, and welcome them."""
    contacts_save(
        contacts=[
            ContactUpdate(
                user_id=message.event.user_id,
                email=message.event.email,
                locale=message.event.locale,
                display_name=message.event.username,
                version=message.sequence,
            )
            for message in messages
        ]
    )
    people_register(message.event for message in messages)
    _notify(messages, Kind.WELCOME, "username")


@in_batches
def on_security_notices(messages: Sequence[Received[user.SecurityNoticed]]) -> None:
    """Something happened to somebody's way in."""
    notifications_create([_security(message) for message in messages])


@in_batches
def on_links_issued(messages: Sequence[Received[user.LinkIssued]]) -> None:
    """Somebody is to be mailed a link; that is no news of the inbox."""
    notifications_create([_link(message) for message in messages if message.event.user_id is not None])


@in_batches
def on_deposits_booked(messages: Sequence[Received[billing.DepositBooked]]) -> None:
    """Money came in."""
    _notify(messages, Kind.DEPOSIT_BOOKED, "amount", "currency", "balance_after")


@in_batches
def on_withdrawals_booked(messages: Sequence[Received[billing.WithdrawalBooked]]) -> None:
    """Money went out."""
    _notify(messages, Kind.WITHDRAWAL_BOOKED, "amount", "currency", "balance_after")


@in_batches
def on_dividends_booked(messages: Sequence[Received[billing.DividendBooked]]) -> None:
    """A dividend came in."""
    names = ("ticker", "quantity", "per_unit", "amount", "currency", "balance_after")
    _notify(messages, Kind.DIVIDEND_BOOKED, *names)


@in_batches
def on_splits_allocated(messages: Sequence[Received[trading.SplitAllocated]]) -> None:
    """A position was split."""
    names = ("ticker", "old_units", "new_units", "old_quantity", "quantity", "amount", "currency")
    _notify(messages, Kind.POSITION_SPLIT, *names)


@in_batches
def on_accounts_frozen(messages: Sequence[Received[billing.AccountFrozen]]) -> None:
    """Nothing new may be done with accounts."""
    _notify(messages, Kind.ACCOUNT_FROZEN)


@in_batches
def on_accounts_unfrozen(messages: Sequence[Received[billing.AccountUnfrozen]]) -> None:
    """Accounts were let go."""
    _notify(messages, Kind.ACCOUNT_UNFROZEN)


@in_batches
def on_alerts_fired(messages: Sequence[Received[trading.AlertFired]]) -> None:
    """A price that somebody waited for was reached."""
    _notify(messages, Kind.PRICE_ALERT, "ticker", "direction", "price", "quote", "currency")


@in_batches
def on_statements_ready(messages: Sequence[Received[billing.StatementReady]]) -> None:
    """A month has ended everywhere, and its statements will not change."""
    _notify(messages, Kind.STATEMENT_READY, "month")


@in_batches
def on_reversals_booked(messages: Sequence[Received[billing.ReversalBooked]]) -> None:
    """An operator reversed an entry of the books, and somebody's cash with them."""
    _notify(messages, Kind.REVERSAL_BOOKED, "amount", "currency", "balance_after", "reason")


@in_batches(repeat_subjects=True)
def on_orders_filled(messages: Sequence[Received[trading.OrderFilled | trading.OrderFilledV2]]) -> None:
    """Orders were executed, in full or in part: a piece of news each fill.

    What the venue executed of an order in one transaction is one fill, in however many parts.
    """
    notifications_create([_filled(message) for message in messages])


@in_batches
def on_orders_rejected(messages: Sequence[Received[trading.OrderRejected]]) -> None:
    """Orders will not be executed."""
    _notify(messages, Kind.ORDER_REJECTED, "ticker", "side", "quantity", "code", "limit", "value")


@in_batches
def on_orders_canceled(messages: Sequence[Received[trading.OrderCanceled | trading.OrderCanceledV2]]) -> None:
    """What was left of orders was canceled, at the customer's request or for a reason."""
    names = ["ticker", "side", "quantity", "filled_quantity"]
    if isinstance(messages[0].event, trading.OrderCanceledV2):  # of one type, all of them
        names += ["code", "detail", "replaced_by"]
    _notify(messages, Kind.ORDER_CANCELED, *names)


@in_batches
def on_orders_expired(messages: Sequence[Received[trading.OrderExpired]]) -> None:
    """Orders ended because their time was over."""
    _notify(messages, Kind.ORDER_EXPIRED, "ticker", "side", "quantity", "filled_quantity", "code")


def _security(message: Received[user.SecurityNoticed]) -> NewNotification:
    notice = message.event
    params: dict[str, Any] = {"notice": notice.notice}
    if notice.email:
        params["email"] = notice.email
    if notice.device:
        params |= {
            "device": notice.device,
            "address": notice.address,
            "at": notice.occurred_at.isoformat(),
            "time_zone": notice.time_zone,
        }
    return _news(message, Kind.SECURITY_NOTICED, params)


def _link(message: Received[user.LinkIssued]) -> NewNotification:
    link = message.event
    params = {"notice": link.purpose, "link_id": link.link_id, "until": link.expires_at.isoformat()}
    if link.email:
        params["email"] = link.email
    return replace(_news(message, Kind.SECURITY_NOTICED, params), channel=Channel.EMAIL)


def _filled(message: Received[trading.OrderFilled | trading.OrderFilledV2]) -> NewNotification:
    fill = message.event
    names = ("ticker", "side", "quantity", "price", "amount", "fee", "currency", "final")
    params = {name: getattr(fill, name) for name in names}
    if isinstance(fill, trading.OrderFilledV2):
        params |= {
            "price": _kept(fill.price),  # an average of six digits, most of them zeros
            "parts": len(fill.executions),
            "filled_quantity": fill.filled_quantity,
            "remaining": fill.remaining,
        }
    return _news(message, Kind.ORDER_FILLED if fill.final else Kind.ORDER_PARTLY_FILLED, params)


def _notify(messages: Sequence[Received[Any]], kind: Kind, *params: str) -> None:
    """Tell the user of each event, with these fields of it as the text's values."""
    notifications_create(
        [
            _news(message, kind, {name: _kept(getattr(message.event, name)) for name in params})
            for message in messages
        ]
    )


def _kept(value: Any) -> Any:
    """A field of an event as the notification keeps it: a price without needless zeros, an id as text."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, UUID) else value


def _news(message: Received[Any], kind: Kind, params: dict[str, Any]) -> NewNotification:
    return NewNotification(
        kind=kind,
        user_id=message.event.user_id,
        source_event_id=message.id,
        params=params,
        order_id=getattr(message.event, "order_id", None),
        fill_id=getattr(message.event, "fill_id", None),
        request_id=message.request_id,
    )
