"""Events as the other services tell them, for the tests: pass what matters, the rest is filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from servicekit.contracts import billing, trading, user
from servicekit.ids import new_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def registered(user_id: UUID, **fields: Any) -> user.AccountRegistered:
    values: dict[str, Any] = {"username": "anna", "email": "anna@example.com", "locale": "en"}
    return user.AccountRegistered(user_id=user_id, registered_at=NOON, **values | fields)


def noticed(user_id: UUID, notice: str = "wrong_passwords", email: str = "") -> user.SecurityNoticed:
    place = {"device": "Firefox on Windows", "address": "192.0.2.7", "time_zone": "Europe/Moscow"}
    return user.SecurityNoticed(
        notice_id=new_id(), user_id=user_id, notice=notice, occurred_at=NOON, email=email,
        **(place if notice == "new_device" else {}),
    )  # fmt: skip


def link_issued(user_id: UUID | None, purpose: str, **fields: Any) -> user.LinkIssued:
    values: dict[str, Any] = {"expires_at": datetime.now(UTC) + timedelta(hours=1), "email": ""}
    return user.LinkIssued(link_id=new_id(), user_id=user_id, purpose=purpose, **values | fields)


def reversed_entry(user_id: UUID, **fields: Any) -> billing.ReversalBooked:
    """100.00 was reversed."""
    values: dict[str, Any] = {
        "journal_entry_id": new_id(),
        "reversed_id": new_id(),
        "reversed_type": "deposit",
        "amount": -100_00,
        "currency": "USD",
        "balance_after": 0,
        "reason": "paid in twice",
        "booked_at": NOON,
    }
    return billing.ReversalBooked(user_id=user_id, **values | fields)


def deposited(user_id: UUID, **fields: Any) -> billing.DepositBooked:
    values: dict[str, Any] = {"amount": 123_450, "balance_after": 200_000_050, "currency": "USD"}
    return billing.DepositBooked(deposit_id=new_id(), user_id=user_id, booked_at=NOON, **values | fields)


def _order(user_id: UUID) -> dict[str, Any]:
    return {
        "order_id": new_id(),
        "user_id": user_id,
        "instrument_id": new_id(),
        "ticker": "AAPL",
        "side": "buy",
        "quantity": 5,
    }


def filled(user_id: UUID, **fields: Any) -> trading.OrderFilled:
    values = _order(user_id) | {
        "fill_id": new_id(),
        "price": Decimal("1194.27"),
        "amount": 597_135,
        "fee": 299,
        "currency": "USD",
        "final": True,
        "filled_at": NOON,
    }
    return trading.OrderFilled(**values | fields)


def part_filled(user_id: UUID, **fields: Any) -> trading.OrderFilledV2:
    """2 of 5 units, executed in two parts at an average of 194.275."""
    parts = [[str(new_id()), str(new_id()), "1", price, "taker", "house"] for price in ("194.27", "194.28")]
    values = _order(user_id) | {
        "fill_id": new_id(),
        "quantity": 2,
        "value": Decimal("388.55"),
        "price": Decimal("194.275000"),
        "amount": 388_55,
        "fee": 20,
        "currency": "USD",
        "executions": parts,
        "filled_quantity": 2,
        "remaining": 3,
        "hold_left": 583_00,
        "final": False,
        "filled_at": NOON,
    }
    return trading.OrderFilledV2(**values | fields)


def rest_canceled(user_id: UUID, **fields: Any) -> trading.OrderCanceledV2:
    values = _order(user_id) | {"filled_quantity": 0, "code": "", "detail": "", "canceled_at": NOON}
    return trading.OrderCanceledV2(**values | fields)


def withdrawn(user_id: UUID, **fields: Any) -> billing.WithdrawalBooked:
    values: dict[str, Any] = {"amount": 123_450, "balance_after": 50_050}
    return billing.WithdrawalBooked(
        withdrawal_id=new_id(), user_id=user_id, currency="USD", booked_at=NOON, **values | fields
    )


def dividend(user_id: UUID, **fields: Any) -> billing.DividendBooked:
    values: dict[str, Any] = {
        "allocation_id": new_id(),
        "action_id": new_id(),
        "journal_entry_id": new_id(),
        "ticker": "AAPL",
        "quantity": 10,
        "per_unit": Decimal("0.24250000"),
        "amount": 123_450,
        "balance_after": 500_000,
    }
    return billing.DividendBooked(user_id=user_id, currency="USD", booked_at=NOON, **values | fields)


def split(user_id: UUID, **fields: Any) -> trading.SplitAllocated:
    values: dict[str, Any] = {
        "allocation_id": new_id(),
        "action_id": new_id(),
        "instrument_id": new_id(),
        "ticker": "AAPL",
        "old_units": 2,
        "new_units": 3,
        "old_quantity": 1001,
        "quantity": 1501,
        "price": Decimal("286.98"),
        "amount": 14_349,
    }
    return trading.SplitAllocated(user_id=user_id, currency="USD", allocated_at=NOON, **values | fields)


def rejected(user_id: UUID, **fields: Any) -> trading.OrderRejected:
    values = _order(user_id) | {
        "code": "insufficient_funds",
        "limit": "100.00 USD",
        "value": "6034.08 USD",
        "rejected_at": NOON,
    }
    return trading.OrderRejected(**values | fields)


def expired(user_id: UUID, **fields: Any) -> trading.OrderExpired:
    values = _order(user_id) | {"filled_quantity": 0, "code": "timed_out", "expired_at": NOON}
    return trading.OrderExpired(**values | fields)


def canceled(user_id: UUID, **fields: Any) -> trading.OrderCanceled:
    values = _order(user_id) | {"filled_quantity": 0, "canceled_at": NOON}
    return trading.OrderCanceled(**values | fields)


def alert_fired(user_id: UUID, **fields: Any) -> trading.AlertFired:
    """AAPL rose to a price that was waited for."""
    values: dict[str, Any] = {
        "alert_id": new_id(),
        "instrument_id": new_id(),
        "ticker": "AAPL",
        "direction": "above",
        "price": Decimal("1100.00000000"),
        "quote": Decimal("1100.50000000"),
    }
    return trading.AlertFired(user_id=user_id, currency="USD", fired_at=NOON, **values | fields)


def frozen(user_id: UUID) -> billing.AccountFrozen:
    return billing.AccountFrozen(freeze_id=new_id(), account_id=new_id(), user_id=user_id, frozen_at=NOON)


def unfrozen(user_id: UUID) -> billing.AccountUnfrozen:
    return billing.AccountUnfrozen(freeze_id=new_id(), account_id=new_id(), user_id=user_id, unfrozen_at=NOON)


def statement_ready(user_id: UUID) -> billing.StatementReady:
    return billing.StatementReady(account_id=new_id(), user_id=user_id, month="2026-10", ready_at=NOON)
