"""Totals against operations, to the cent: random histories of orders in parts, days, prices and methods."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from servicekit.ids import new_id
from servicekit.money import amount_minor, order_charge
from trading_service.positions.models import Lot, Position
from trading_service.positions.selectors import portfolio_get, portfolio_history
from trading_service.positions.services import Move, Movement, position_hold, positions_move

pytestmark = pytest.mark.django_db

FIRST = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)
DAYS = 4
TICKERS = ("AAPL", "TINY")


class Part(NamedTuple):
    """A part of an order as it fills."""

    ticker: str
    day: int
    side: str
    quantity: int
    price: Decimal
    is_new: bool  # of another order than the part before it


@strategies.composite
def histories(draw: Any) -> list[Part]:
    """Orders of one to four parts, of prices down to a hundredth of a cent, never more sold than is owned."""
    owned: Counter[str] = Counter()
    parts: list[Part] = []
    for day in range(DAYS):
        for _ in range(draw(strategies.integers(0, 3))):
            ticker, side = (
                draw(strategies.sampled_from(TICKERS)),
                draw(strategies.sampled_from(["buy", "sell"])),
            )
            for number in range(draw(strategies.integers(1, 4))):
                most = 7 if side == "buy" else owned[ticker]
                if not most:
                    break
                quantity = draw(strategies.integers(1, most))
                price = Decimal(draw(strategies.integers(1, 30_000))).scaleb(-4)
                owned[ticker] += quantity if side == "buy" else -quantity
                parts.append(Part(ticker, day, side, quantity, price, number == 0))
    return parts


def increments(parts: list[Part], fee_rate: Decimal) -> list[tuple[int, int]]:
    """Amount and fee of each part: what the order's parts come to so far, less what was charged before."""
    found, value, amount, fee = [], Decimal(0), 0, 0
    for part in parts:
        if part.is_new:
            value, amount, fee = Decimal(0), 0, 0
        value += part.price * part.quantity
        charge = order_charge(value, side=part.side, fee_rate=fee_rate, currency="USD")
        found.append((charge.amount - amount, charge.fee - fee))
        amount, fee = charge
    return found


def fifo_cost(lots: list[list[int]], sold: int) -> int:
    """What is left of lots ``[quantity, cost]`` after so many units were sold, the plain way."""
    left = 0
    for quantity, cost in lots:
        gone = min(sold, quantity)
        sold -= gone
        left += cost - int(Fraction(cost * gone, quantity) + Fraction(1, 2))
    return left


@settings(
    max_examples=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=histories(),
    closes=strategies.lists(strategies.integers(1, 30_000), min_size=2 * DAYS, max_size=2 * DAYS),
    fee_rate=strategies.sampled_from([Decimal(0), Decimal("0.0005"), Decimal("0.3")]),
)
def test_totals_are_the_sum_of_the_operations(
    monkeypatch, settings, world, history: list[Part], closes: list[int], fee_rate: Decimal
) -> None:
    with transaction.atomic():
        _look(monkeypatch, settings, world, history, closes, fee_rate)
        transaction.set_rollback(True)


def _look(monkeypatch: Any, settings: Any, world: Any, history: Any, closes: Any, fee_rate: Any) -> None:
    # given instruments with a price a day, and a customer who trades
    user_id = new_id()
    prices = {
        (ticker, day): Decimal(closes[2 * day + number]).scaleb(-4)
        for day in range(DAYS)
        for number, ticker in enumerate(TICKERS)
    }
    ids: dict[str, UUID] = {}
    for ticker in TICKERS:
        listed = world.list_instrument(
            ticker, price=str(prices[ticker, 0]), price_at=FIRST, price_step=Decimal("0.0001")
        )
        ids[ticker] = listed.instrument_id
    cash: Counter[str] = Counter()
    owned: Counter[str] = Counter()
    lots: dict[str, list[list[int]]] = {ticker: [] for ticker in TICKERS}
    sold: Counter[str] = Counter()
    by_day: list[tuple[int, int]] = []
    charged = iter(increments(history, fee_rate))
    for day in range(DAYS):
        at = FIRST + timedelta(days=day)
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        for ticker in TICKERS:
            if day:
                world.quote(ticker, str(prices[ticker, day]), at=at)
        for part in history:
            if part.day != day:
                continue
            amount, fee = next(charged)
            key: dict[str, Any] = {"user_id": user_id, "instrument_id": ids[part.ticker]}
            if part.side == "buy":
                move, money = Move.BUY, amount + fee
                lots[part.ticker].append([part.quantity, money])
            else:
                move, money = Move.SELL, amount - fee
                sold[part.ticker] += part.quantity
                position_hold(**key, quantity=part.quantity)
            positions_move([Movement(**key, move=move, quantity=part.quantity, money=money, at=at)])
            cash[part.ticker] += -money if move is Move.BUY else money
            owned[part.ticker] += part.quantity if move is Move.BUY else -part.quantity
        value = sum(
            amount_minor(prices[ticker, day] * units, "sell", "USD")
            for ticker, units in owned.items()
            if units
        )
        by_day.append((value, -sum(cash.values())))
        _agrees(user_id, settings, cash, owned, lots, sold, by_day)
    # then each day of the history is what that day's portfolio was
    found = portfolio_history(user_id=user_id, since=FIRST.date(), until=at.date())
    assert [(day.market_value, day.net_invested) for day in found.days] == by_day
    # and lots sum to the position
    for position in Position.objects.filter(user_id=user_id):
        kept = Lot.objects.filter(position=position).values_list("quantity", "cost")
        assert sum(quantity for quantity, _ in kept) == position.bought_quantity
        assert sum(cost for _, cost in kept) == position.bought_cost


def _agrees(user_id: UUID, settings: Any, cash: Any, owned: Any, lots: Any, sold: Any, by_day: Any) -> None:
    """The portfolio of this moment, by either method, against the operations so far."""
    value, invested = by_day[-1]
    before, invested_before = by_day[-2] if len(by_day) > 1 else (0, 0)
    for method in ("average", "fifo"):
        settings.COST_METHOD = method
        portfolio, closed = portfolio_get(user_id=user_id), portfolio_get(user_id=user_id, closed=True)
        rows = {row.instrument.ticker: row for row in [*portfolio.holdings, *closed.holdings]}
        assert {ticker for ticker in TICKERS if lots[ticker]} == rows.keys()
        for ticker, row in rows.items():
            assert row.quantity == owned[ticker]
            assert row.realized_pnl - row.cost_basis == cash[ticker]
            assert row.ever.sold_proceeds - row.ever.bought_cost == cash[ticker]
            assert row.quantity or row.cost_basis == 0
            if method == "fifo":
                assert row.cost_basis == fifo_cost(lots[ticker], sold[ticker])
        for name in ("realized_pnl", "unrealized_pnl", "total_pnl", "market_value", "day_change"):
            assert getattr(portfolio, name) == getattr(closed, name)
            assert getattr(portfolio, name) == sum(getattr(row, name) for row in rows.values())
        assert portfolio.market_value == value
        assert portfolio.total_pnl == value - invested
        assert portfolio.realized_pnl + portfolio.unrealized_pnl == portfolio.total_pnl
        assert portfolio.day_change == value - before - (invested - invested_before)
