"""Contracts: strict when an event is read."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicekit.contracts import REGISTRY, ContractError, billing, market
from servicekit.ids import new_id


def hold_placed() -> billing.HoldPlaced:
    return billing.HoldPlaced(hold_id=new_id(), order_id=new_id(), user_id=new_id(), amount=5, currency="USD")


def test_an_event_comes_back_as_it_was() -> None:
    event = market.OrderExecuted(
        order_id=new_id(), fill_id=new_id(), instrument_id=new_id(), ticker="AAPL", side="buy", quantity=3,
        price=Decimal("430.47"), executed_at=datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC),
    )  # fmt: skip
    assert market.OrderExecuted.from_data(event.to_data()) == event


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "5"}, {"amount": True}, {"amount": 5.0}, {"amount": None}, {"hold_id": "no uuid"},
        {"currency": 1}, {"surprise": 1},
    ],
)  # fmt: skip
def test_a_payload_that_does_not_fit_is_refused(change: dict) -> None:
    with pytest.raises(ContractError):
        billing.HoldPlaced.from_data({**hold_placed().to_data(), **change})


def test_a_missing_field_is_refused() -> None:
    data = hold_placed().to_data()
    del data["amount"]
    with pytest.raises(ContractError, match="amount is missing"):
        billing.HoldPlaced.from_data(data)


@pytest.mark.parametrize("price", ["NaN", "Infinity", 430.47])
def test_a_price_is_a_finite_decimal_string(price: object) -> None:
    with pytest.raises(ContractError):
        market.OrderExecuted.from_data(
            {
                **{name: str(new_id()) for name in ("order_id", "fill_id", "instrument_id")},
                "ticker": "AAPL", "side": "buy", "quantity": 1, "price": price,
                "executed_at": "2026-01-01T00:00:00Z",
            }
        )  # fmt: skip


def test_every_contract_is_frozen_and_named_after_its_publisher() -> None:
    for name, contract in REGISTRY.items():
        assert name.split(".")[0] == contract.__module__.split(".")[2]
        assert name.rpartition(".")[2].startswith("v")
        assert contract.__doc__
        assert contract.__dataclass_params__.frozen  # type: ignore[attr-defined]
        assert dataclasses.is_dataclass(contract)
