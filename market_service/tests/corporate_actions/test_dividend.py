"""Given an announced dividend, then its record is taken once, and it is completed by what trading tells."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from market_service.corporate_actions.errors import ActionExists, ActionRunning, DividendNotPossible
from market_service.corporate_actions.models import CorporateAction
from market_service.corporate_actions.services import Terms, action_announce, action_withdraw, dividend_record
from market_service.corporate_actions.tasks import dividends_record
from market_service.instruments.models import Instrument
from market_service.tests.venue.orders import submitted
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.contracts import market, trading
from servicekit.errors import ChangedMeanwhile
from servicekit.testing.admin import confirm, operation_address

pytestmark = pytest.mark.django_db

BY = Actor("olga")


def announced(instrument: Instrument, per_unit: str = "0.24", *, day: date | None = None) -> CorporateAction:
    terms = Terms(type="dividend", per_unit=Decimal(per_unit), day=day)
    return action_announce(instrument=instrument, terms=terms, by=BY, reason="Dividend of the first quarter")


def completed(action: CorporateAction, **changes: Any) -> trading.DividendCompleted:
    values: dict[str, Any] = {
        "action_id": action.pk, "instrument_id": action.instrument_id, "holders": 2, "units": 10,
        "amount": 240, "currency": "USD", "completed_at": timezone.now(),
    }  # fmt: skip
    return trading.DividendCompleted(**values | changes)


def test_the_record_says_what_customers_hold(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument, quantity=14))
    deliver(submitted(instrument, side="sell", quantity=4, cap_price=Decimal(1)))
    action = announced(instrument)
    assert published(market.DividendRecorded) == []

    dividend_record(action_id=action.pk, by=BY, reason="approved")

    (told,) = published(market.DividendRecorded)
    assert (told.action_id, told.instrument_id, told.ticker) == (action.pk, instrument.pk, "AAPL")
    assert (told.per_unit, told.currency, told.units) == (Decimal("0.24"), "USD", 10)
    assert (told.bought_units, told.sold_units) == (14, 4)
    action.refresh_from_db()
    assert (action.state, action.units, action.recorded_at) == ("started", 10, told.recorded_at)
    assert action.day == told.recorded_at.date()
    trail = AuditEntry.objects.order_by("id").values_list("action", "reason")
    assert list(trail) == [
        ("corporate_action.announce", "Dividend of the first quarter"),
        ("corporate_action.carry_out", "approved"),
    ]
    with pytest.raises(ChangedMeanwhile):
        dividend_record(action_id=action.pk, by=BY, reason="again")
    assert len(published(market.DividendRecorded)) == 1


def test_every_execution_is_before_the_record_or_after_it(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument, quantity=10))
    dividend_record(action_id=announced(instrument).pk)
    deliver(submitted(instrument, quantity=5))
    (recorded,) = published(market.DividendRecorded)
    before, after = published(market.OrderExecuted)
    assert before.executed_at < recorded.recorded_at < after.executed_at


def test_its_day_comes(listed: Any, published: Any) -> None:
    instrument, today = listed("AAPL"), timezone.now().date()
    announced(instrument, day=today + timedelta(days=1))
    assert dividends_record() == 0
    due = announced(instrument, day=today)
    assert dividends_record() == 1
    assert dividends_record() == 0
    assert [event.action_id for event in published(market.DividendRecorded)] == [due.pk]


def test_one_at_a_time(listed: Any, deliver: Any, published: Any) -> None:
    instrument, today = listed("AAPL"), timezone.now().date()
    first, second = announced(instrument, day=today), announced(instrument, "0.10")
    assert dividends_record() == 1
    with pytest.raises(ActionRunning):
        dividend_record(action_id=second.pk, by=BY, reason="a test")
    assert deliver(completed(first, units=0, holders=0, amount=0))
    with pytest.raises(ActionExists):  # of today
        dividend_record(action_id=second.pk, by=BY, reason="a test")
    CorporateAction.objects.filter(pk=first.pk).update(day=today - timedelta(days=1))
    dividend_record(action_id=second.pk, by=BY, reason="a test")
    assert len(published(market.DividendRecorded)) == 2


def test_an_operator_may_be_earlier_than_its_day(listed: Any) -> None:
    action = announced(listed("AAPL"), day=timezone.now().date() + timedelta(days=9))
    dividend_record(action_id=action.pk, by=BY, reason="a test")
    action.refresh_from_db()
    assert action.day == action.recorded_at.date()


def test_what_was_paid_is_kept_once(listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument, quantity=10))
    action = announced(instrument)
    dividend_record(action_id=action.pk)
    for amount in (240, 999):
        deliver(completed(action, amount=amount))
    action.refresh_from_db()
    assert (action.state, action.holders, action.amount) == ("completed", 2, 240)


def test_one_of_the_past_is_shown_and_pays_nobody(listed: Any, published: Any, api: Any) -> None:
    instrument = listed("AAPL")
    terms = Terms(
        type="dividend", per_unit=Decimal("900.5"), day=date(2013, 2, 7)
    )  # above the price of today
    action_announce(instrument=instrument, terms=terms, by=BY)
    assert dividends_record() == 0
    announced(instrument)
    rows = api().get("/api/v1/instruments/aapl/corporate-actions").json()["results"]
    assert [(row["type"], row["state"], row["day"], row["per_unit"]) for row in rows] == [
        ("dividend", "announced", None, "0.24"),
        ("dividend", "history", "2013-02-07", "900.50"),
    ]
    assert rows[0]["reason"] == "Dividend of the first quarter"
    assert api().get("/api/v1/instruments/NONE/corporate-actions").status_code == 404


@pytest.mark.parametrize("per_unit", ["0", "-1", "430.48", "1e30", "NaN", "0.0000001"])
def test_what_is_no_dividend(listed: Any, per_unit: str) -> None:
    with pytest.raises(DividendNotPossible):
        announced(listed("AAPL"), per_unit)
    assert not CorporateAction.objects.exists()


def test_a_second_of_that_day_is_refused_until_the_first_is_withdrawn(listed: Any, api: Any) -> None:
    instrument, day = listed("AAPL"), timezone.now().date() + timedelta(days=3)
    first = announced(instrument, day=day)
    with pytest.raises(ActionExists):
        announced(instrument, "0.5", day=day)
    action_withdraw(action_id=first.pk, by=BY, reason="a mistake")
    with pytest.raises(ChangedMeanwhile):
        action_withdraw(action_id=first.pk, by=BY, reason="a mistake")
    announced(instrument, "0.5", day=day)
    rows = api().get("/api/v1/instruments/AAPL/corporate-actions").json()["results"]
    assert [row["per_unit"] for row in rows] == ["0.50"]


ADD = "/admin/market/corporate_actions/corporateaction/add/"
FORM = {"ticker": "aapl", "type": "dividend", "per_unit": "0.24", "reason": "First quarter"}


def test_an_operator_announces_and_withdraws(operator: Client, listed: Any) -> None:
    listed("AAPL")
    assert operator.post(ADD, FORM | {"day": "2199-01-01"}).status_code == 302
    assert confirm(operator, "withdraw", CorporateAction.objects.get()).status_code == 302
    assert CorporateAction.objects.get().state == "withdrawn"
    assert AuditEntry.objects.filter(action="corporate_action.withdraw", reason="a test").count() == 1


def test_an_operator_announces_and_pays(operator: Client, listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument, quantity=10))
    assert operator.get(ADD).status_code == 200
    assert operator.post(ADD, FORM).status_code == 302
    action = CorporateAction.objects.get()
    page = operator.get(operation_address("pay", action)).content.decode()
    for shown in ("AAPL", "$0.24", "10", "$2.40", "being carried out"):
        assert shown in page
    assert confirm(operator, "pay", action).status_code == 302
    assert len(published(market.DividendRecorded)) == 1
    assert confirm(operator, "pay", action).status_code == 200  # it is being paid already
    assert confirm(operator, "withdraw", action).status_code == 200
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["corporate_action.announce", "corporate_action.carry_out"]
    for address in ("", f"{action.pk}/change/"):
        listing = operator.get(ADD.replace("add/", address)).content.decode()
        assert "being carried out" in listing


@pytest.mark.parametrize(
    "changes",
    [{"ticker": "NONE"}, {"ticker": ""}, {"per_unit": ""}, {"per_unit": "500"}, {"per_unit": "x"},
     {"type": "split", "old_units": "1", "new_units": "1"}, {"day": "2026-02-30"}, {"reason": ""},
     {"type": "bonus"},
     {"type": "split", "per_unit": "", "old_units": "2000", "new_units": "1"}],
)  # fmt: skip
def test_a_form_with_a_mistake_is_shown_again(operator: Client, listed: Any, changes: dict[str, str]) -> None:
    listed("AAPL")
    answer = operator.post(ADD, FORM | changes)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not CorporateAction.objects.exists()
