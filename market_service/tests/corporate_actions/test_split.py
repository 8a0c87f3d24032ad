"""Given an announced split: trading halts, the book is emptied, positions are split, and trading goes on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from market_service.candles.models import RecentMinute
from market_service.corporate_actions.errors import ActionRunning, QuantitiesUnclear, SplitOutOfRange
from market_service.corporate_actions.models import CorporateAction
from market_service.corporate_actions.selectors import adjustments
from market_service.corporate_actions.services import Terms, action_announce, split_start
from market_service.corporate_actions.tasks import dividends_record, splits_advance
from market_service.instruments.errors import BeingSplit
from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt
from market_service.quotes.models import DailyPrice, Quote
from market_service.quotes.services.quote_split import splits_reach_back
from market_service.tests.venue.book import ended, order, resting
from market_service.venue import services as venue
from market_service.venue.models import RestingOrder
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.contracts import market, trading
from servicekit.errors import ChangedMeanwhile
from servicekit.testing.admin import confirm, operation_address

pytestmark = pytest.mark.django_db

BY = Actor("olga")


def announced(instrument: Instrument, old: int, new: int, *, day: date | None = None) -> CorporateAction:
    terms = Terms(type="split", old_units=old, new_units=new, day=day)
    return action_announce(instrument=instrument, terms=terms, by=BY, reason="A share for everybody")


def completed(recorded: market.SplitRecorded, units: int, **changes: Any) -> trading.SplitCompleted:
    """What trading says: of all customers' units so many became so many."""
    values: dict[str, Any] = {
        "action_id": recorded.action_id, "instrument_id": recorded.instrument_id, "holders": 2,
        "old_units": recorded.units, "units": units, "amount": 0, "currency": "USD",
        "completed_at": timezone.now(),
    }  # fmt: skip
    return trading.SplitCompleted(**values | changes)


@pytest.fixture
def carried_out(deliver: Any, published: Any) -> Any:
    """``carried_out(instrument, 1, 2)``: a split from its announcement to its end."""

    def run(instrument: Instrument, old: int, new: int) -> market.SplitRecorded:
        split_start(action_id=announced(instrument, old, new).pk)
        splits_advance()
        recorded: market.SplitRecorded = published(market.SplitRecorded)[-1]
        deliver(completed(recorded, recorded.units * new // old))
        return recorded

    return run


def test_it_halts_empties_the_book_and_says_what_will_be(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL", lot_size=1, issued_quantity=1001)
    deliver(order(instrument, "buy", 11, "430.47", type="market", time_in_force="ioc"))
    waiting = [order(instrument, "buy", 3, "400.00"), order(instrument, "sell", 2, "460.00")]
    for one in waiting:
        deliver(one)
    action = announced(instrument, 2, 3)
    assert splits_advance() == 0  # it has no day
    split_start(action_id=action.pk, by=BY, reason="approved")
    with pytest.raises(ChangedMeanwhile):
        split_start(action_id=action.pk, by=BY, reason="again")

    assert splits_advance() == 1
    assert splits_advance() == 0

    assert not RestingOrder.objects.exists()
    assert [ended(one) for one in waiting] == [("canceled", 0, "corporate_action")] * 2
    assert [one.reason for one in published(market.OrderCanceledV2)] == ["corporate_action"] * 2
    (told,) = published(market.SplitRecorded)
    assert (told.action_id, told.number, told.units) == (action.pk, 1, 11)
    assert (told.price, told.previous_close) == (Decimal("286.98"), Decimal("294.27"))
    assert (told.issued_quantity, told.lot_size) == (1501, 1)
    assert published(market.InstrumentChanged)[-1].status == "halted"
    late = order(instrument, "buy", 1, "430.47")
    deliver(late)
    assert ended(late) == ("refused", 0, "instrument_halted")
    trail = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(trail) == ["corporate_action.announce", "corporate_action.carry_out"]


def test_once_positions_are_split_prices_and_units_change_and_trading_goes_on(
    listed: Any, deliver: Any, published: Any
) -> None:
    instrument = listed("AAPL", issued_quantity=1001)
    deliver(order(instrument, "buy", 11, "430.47", type="market", time_in_force="ioc"))
    split_start(action_id=announced(instrument, 2, 3).pk)
    splits_advance()
    (recorded,) = published(market.SplitRecorded)

    for units in (16, 999):  # told again, it changes nothing
        deliver(completed(recorded, units, amount=143_49))

    instrument = Instrument.objects.select_related("quote").get()
    assert (instrument.status, instrument.halt_reason, instrument.splits) == ("open", "", 1)
    assert (instrument.issued_quantity, instrument.available_quantity) == (1501, 1485)
    assert instrument.quote.price == Decimal("286.98")
    action = CorporateAction.objects.get()
    assert (action.state, action.units, action.units_after, action.amount) == ("completed", 11, 16, 143_49)
    last = published(market.InstrumentChanged)[-1]
    assert (last.status, last.splits, last.price) == ("open", 1, Decimal("286.98"))
    assert venue.quantities_reconcile() == []

    old = order(instrument, "buy", 1, "430.47", type="market", time_in_force="ioc")
    deliver(old)
    assert ended(old) == ("refused", 0, "corporate_action")
    new = order(instrument, "buy", 5, "290.00", type="market", time_in_force="ioc", splits=1)
    deliver(new)
    assert ended(new) == ("executed", 5, "")
    assert venue.quantities_reconcile() == []
    ahead = order(instrument, "buy", 1, "290.00", splits=2)
    deliver(ahead)
    assert ended(ahead) == ("refused", 0, "corporate_action")
    assert resting(instrument, "buy") == []


def test_the_day_s_prices_become_those_of_new_units_if_it_has_any(listed: Any, carried_out: Any) -> None:
    """Nobody quoted IBM on that day: it has no opening price, nor a lowest of nearly nothing."""
    aapl, ibm = listed("AAPL"), listed("IBM")
    Quote.objects.filter(instrument=aapl).update(day_open="420", day_high="431", day_low="400")
    for instrument in (aapl, ibm):
        carried_out(instrument, 1, 2)
    days = Quote.objects.values_list("day_open", "day_high", "day_low")
    assert days.get(instrument=aapl) == (210, Decimal("215.5"), 200)
    assert days.get(instrument=ibm) == (None, None, None)


def test_its_day_comes_and_one_action_waits_for_another(listed: Any, deliver: Any, published: Any) -> None:
    instrument, today = listed("AAPL"), timezone.now().date()
    announced(instrument, 1, 2, day=today + timedelta(days=1))
    announced(instrument, 1, 2, day=today)
    assert splits_advance() == 1
    terms = Terms(type="dividend", per_unit=Decimal("0.10"), day=today)
    action_announce(instrument=instrument, terms=terms, by=BY, reason="a test")
    assert dividends_record() == 0
    second = announced(instrument, 1, 3)
    with pytest.raises(ActionRunning):
        split_start(action_id=second.pk)
    deliver(completed(published(market.SplitRecorded)[0], 0))
    assert dividends_record() == 1


def test_nobody_opens_or_changes_it_meanwhile(listed: Any) -> None:
    instrument = listed("AAPL")
    split_start(action_id=announced(instrument, 1, 2).pk)
    for change in (
        lambda: venue.instrument_open(instrument_id=instrument.pk, by=BY, reason="a test"),
        lambda: venue.instrument_reprice(
            instrument_id=instrument.pk, price=Decimal(9), by=BY, reason="a test"
        ),
        lambda: venue.instrument_reissue(
            instrument_id=instrument.pk, issued_quantity=9, by=BY, reason="a test"
        ),
        lambda: instrument_halt(instrument_id=instrument.pk, by=BY, reason="a test"),
    ):
        with pytest.raises(BeingSplit):
            change()
    Instrument.objects.filter(pk=instrument.pk).update(available_quantity=1)
    assert len(venue.quantities_reconcile()) == 1
    assert Instrument.objects.get().halt_reason == "split"


def test_what_an_operator_had_halted_stays_halted(listed: Any, carried_out: Any) -> None:
    instrument = listed("AAPL")
    instrument_halt(instrument_id=instrument.pk, by=BY, reason="a test")
    carried_out(instrument, 1, 2)
    instrument.refresh_from_db()
    assert (instrument.status, instrument.halt_reason, instrument.splits) == ("halted", "operator", 1)


def test_what_does_not_add_up_is_not_split(listed: Any) -> None:
    instrument = listed("AAPL")
    Instrument.objects.update(status="halted", halt_reason="quantities")
    with pytest.raises(QuantitiesUnclear):
        split_start(action_id=announced(instrument, 1, 2).pk)


@pytest.mark.parametrize(("old", "new"), [(2000, 1), (1, 10**6)])
def test_numbers_stay_within_their_limits(listed: Any, old: int, new: int) -> None:
    instrument = listed("AAPL", issued_quantity=1000, price="0.09", previous_close="0.09")
    with pytest.raises(SplitOutOfRange):
        announced(instrument, old, new)


@pytest.mark.parametrize(
    ("price", "ratio", "step", "lot", "after"),
    [
        ("0.50", (1, 10), "0.01", 10, ("0.05", "0.0001", 10)),  # a price of five steps gets finer ones
        ("430.47", (10, 1), "0.01", 100, ("4304.70", "0.01", 10)),
        ("430.47", (10, 1), "0.01", 1, ("4304.70", "0.01", 1)),
        ("430.47", (1, 7), "0.01", 1, ("61.50", "0.01", 1)),
    ],
)
def test_step_and_lot_follow(
    listed: Any, carried_out: Any, price: str, ratio: Any, step: str, lot: int, after: Any
) -> None:
    instrument = listed("AAPL", price=price, previous_close=price, price_step=step, lot_size=lot)
    recorded = carried_out(instrument, *ratio)
    now = Instrument.objects.select_related("quote").get()
    assert recorded.price == now.quote.price == Decimal(after[0])
    assert (now.price_step, now.lot_size) == (Decimal(after[1]), after[2])


def test_recorded_and_coming_prices_follow_and_past_ones_stay(listed: Any, carried_out: Any) -> None:
    instrument, today = listed("AAPL"), timezone.now().date()
    days = [today + timedelta(days=number) for number in (-2, -1, 0, 1)]
    DailyPrice.objects.bulk_create(
        DailyPrice(
            instrument=instrument, date=day, open=400, high=420, low=380, close=410, adj_close=205, volume=7
        )
        for day in days
    )
    carried_out(instrument, 1, 2)
    rows = DailyPrice.objects.order_by("date").values_list("close", "adj_close", "volume")
    assert [(int(close), int(adjusted), volume) for close, adjusted, volume in rows] == [
        (410, 205, 7), (410, 205, 7), (205, 102, 7), (205, 102, 7)
    ]  # fmt: skip
    (minute,) = RecentMinute.objects.all()
    assert minute.high < 216
    assert (minute.open, minute.close) == (Decimal("215.235"), Decimal("215.24"))
    (split,) = adjustments(instrument.pk)
    assert (split.day, split.factor) == (today, Decimal("0.5"))

    splits_reach_back(day=days[1])  # the market goes back to a day before it

    closes = DailyPrice.objects.order_by("date").values_list("close", flat=True)
    assert [int(close) for close in closes] == [410, 205, 205, 205]
    assert adjustments(instrument.pk)[0].day == days[1]
    quote = Quote.objects.get()
    assert quote.previous_close == Decimal("220.70")


def test_an_operator_announces_looks_and_lets_it_happen(
    operator: Client, listed: Any, deliver: Any, published: Any, api: Any
) -> None:
    instrument = listed("AAPL")
    deliver(order(instrument, "buy", 3, "400.00"))
    form = {"ticker": "aapl", "type": "split", "old_units": "1", "new_units": "2", "reason": "Two for one"}
    add = "/admin/market/corporate_actions/corporateaction/add/"
    assert operator.post(add, form).status_code == 302
    action = CorporateAction.objects.get()
    page = operator.get(operation_address("split", action)).content.decode()
    for shown in ("AAPL", "$430.47", "$215.24", "2,000", "being carried out"):
        assert shown in page
    assert confirm(operator, "split", action, reason="Two for one").status_code == 302
    assert AuditEntry.objects.get(action="corporate_action.carry_out").reason == "Two for one"
    splits_advance()
    assert len(published(market.SplitRecorded)) == 1
    assert confirm(operator, "split", action).status_code == 200  # it is being carried out already
    (row,) = api().get("/api/v1/instruments/aapl/corporate-actions").json()["results"]
    assert (row["type"], row["state"], row["old_units"], row["new_units"]) == ("split", "started", 1, 2)
