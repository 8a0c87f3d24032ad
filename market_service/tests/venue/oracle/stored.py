"""The venue itself, database and all, in transactions of several steps, in the words of the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt
from market_service.tests.venue.book import order
from market_service.tests.venue.oracle.reference import Cancel, Change, Expire, Reference, Step, Submit
from market_service.tests.venue.orders import available, cancel_requested, submitted
from market_service.venue import services
from market_service.venue.models import RestingOrder, Trade, VenueOrder
from servicekit.audit.actors import Actor

_BY: dict[str, Any] = {"by": Actor("olga"), "reason": "a test"}

#: Where the ids of customers begin, so that none is an order's.
_USERS = 10**9


class Stored:
    """An instrument at the quote of a reference, whose orders are trading's.

    Args:
        deliver_many: gives events to the real inbox.
    """

    def __init__(
        self, instrument: Instrument, start: Reference, deliver_many: Callable[[Sequence[Any]], int]
    ) -> None:
        self._instrument, self._state, self._deliver = instrument, start, deliver_many

    def run(self, steps: Sequence[Step]) -> None:
        """One transaction, of orders and cancels; a change and an expiry are one of their own."""
        match steps[0]:
            case Change() as change:
                self._change(change)
            case Expire(name):
                past = timezone.now() - timedelta(seconds=1)
                RestingOrder.objects.filter(order_id=UUID(int=name)).update(expires_at=past)
                services.orders_expire()
            case _:
                self._deliver([self._event(step) for step in steps])

    def assert_is(self, plain: Reference) -> None:
        """Trades, ends, what rests and what is available are the reference's."""
        rows = Trade.objects.order_by("trade_seq").values_list(
            "buy_order_id", "sell_order_id", "quantity", "price"
        )
        assert [
            (_name(b), _name(s), quantity, _cents(price)) for b, s, quantity, price in rows
        ] == plain.trades
        ended = VenueOrder.objects.values_list("order_id", "state", "reason", "executed")
        assert {id_.int: (state, reason, units) for id_, state, reason, units in ended} == plain.ended
        resting = RestingOrder.objects.values_list("order_id", "remaining")
        assert {id_.int: left for id_, left in resting} == {
            name: left for name, (_, left) in plain.resting.items()
        }
        assert available(self._instrument) == plain.available

    def _event(self, step: Step) -> Any:
        if isinstance(step, Cancel):
            return cancel_requested(UUID(int=step.name))
        assert isinstance(step, Submit)
        side, price = "buy" if step.buys else "sell", _price(step.price)
        ids = {"order_id": UUID(int=step.name), "user_id": UUID(int=_USERS + step.user)}
        if step.kind == "whole":
            return submitted(
                self._instrument, side=side, quantity=step.quantity, cap_price=Decimal(price), **ids
            )
        return order(
            self._instrument, side, step.quantity, price, time_in_force=step.force,
            type="limit" if step.kind == "limit" else "market", **ids,
        )  # fmt: skip

    def _change(self, change: Change) -> None:
        id_, state = self._instrument.pk, self._state
        if change.quote is not None:
            services.instrument_reprice(instrument_id=id_, price=Decimal(_price(change.quote)), **_BY)
        elif change.open is not None:
            if change.open:
                services.instrument_open(instrument_id=id_)
            else:
                instrument_halt(instrument_id=id_)
        elif change.issue is not None:
            state.issued += change.issue
            services.instrument_reissue(instrument_id=id_, issued_quantity=state.issued, **_BY)
        elif change.house is not None or change.spread is not None:
            state.house = state.house if change.house is None else change.house
            state.spread = state.spread if change.spread is None else change.spread
            half = Decimal(state.spread) / 100
            services.instrument_house(instrument_id=id_, house=state.house, half_spread=half, **_BY)


def _price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _cents(price: Decimal) -> int:
    return int(price * 100)


def _name(order_id: UUID | None) -> int | None:
    return None if order_id is None else order_id.int
