"""trading_service says what an account that is to be closed has here, and forgets what one kept that is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from servicekit.contracts import billing, market, user
from servicekit.contracts.trading import ClosingChecked
from servicekit.ids import new_id
from servicekit.messaging.models import FailedEvent
from servicekit.people.models import Person
from trading_service.alerts.models import AlertBook, PriceAlert
from trading_service.alerts.services import alert_set
from trading_service.dividends.tasks import dividends_allocate
from trading_service.tests.conftest import NOON
from trading_service.watchlist.models import WatchedInstrument, Watchlist
from trading_service.watchlist.services import instrument_watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(deliver, published):
    """``check(user_id)`` → what is answered."""

    def ask(user_id) -> ClosingChecked:
        deliver(billing.ClosingPrepared(closing_id=new_id(), user_id=user_id, attempt=1))
        return published(ClosingChecked)[-1]

    return ask


def test_who_has_nothing(aapl, world, check) -> None:
    world.filled(new_id())  # somebody else
    found = check(new_id())
    assert (found.open_orders, found.positions, found.payments_due) == (0, 0, 0)
    assert (found.fill_ids, found.payment_ids) == ([], [])


def test_open_orders_positions_and_fills_are_told(aapl, world, check, user_id) -> None:
    bought = world.filled(user_id)
    world.limit(user_id, limit_price="90.00")
    found = check(user_id)
    assert (found.open_orders, found.positions) == (1, 1)
    assert found.fill_ids == [str(bought.fills.get().id)]
    world.filled(user_id, side="sell")
    assert check(user_id).positions == 0


def test_a_dividend_of_what_was_held_is_waited_for(aapl, world, deliver, check, user_id) -> None:
    world.filled(user_id, at=NOON - timedelta(seconds=1))
    world.filled(user_id, side="sell", at=NOON + timedelta(seconds=1))
    deliver(
        market.DividendRecorded(
            action_id=new_id(),
            instrument_id=aapl.instrument_id,
            ticker="AAPL",
            per_unit=Decimal("0.24"),
            currency="USD",
            units=10,
            recorded_at=NOON,
        )
    )
    assert check(user_id).payments_due == 1
    dividends_allocate()
    found = check(user_id)
    assert (found.payments_due, len(found.payment_ids)) == (0, 1)


def test_what_failed_here_may_be_theirs(check, user_id) -> None:
    FailedEvent.objects.create(
        event_id=new_id(), stream="events:market", type="market.order.executed.v2", subject="order/1",
        envelope="{}", error="no",
    )  # fmt: skip
    assert check(user_id).payments_due == 1


def test_alerts_the_watchlist_and_the_name_are_forgotten(aapl, deliver, user_id) -> None:
    other = new_id()
    for each in (user_id, other):
        deliver(
            user.AccountRegistered(
                user_id=each,
                username=f"ann{each}"[:20],
                email="a@example.com",
                locale="en",
                registered_at=timezone.now(),
            )
        )
        deliver(
            user.ProfileChanged(user_id=each, email="a@example.com", locale="en", display_name="Ann"),
            sequence=2,
        )
        alert_set(user_id=each, ticker="AAPL", price=Decimal("150.00"))
        instrument_watch(user_id=each, ticker="AAPL")
    deliver(user.AccountClosed(user_id=user_id, closed_at=timezone.now()), sequence=3)
    assert [alert.book_id for alert in PriceAlert.objects.all()] == [other]
    assert list(AlertBook.objects.values_list("user_id", flat=True)) == [other]
    assert [each.watchlist_id for each in WatchedInstrument.objects.all()] == [other]
    assert Watchlist.objects.count() == 1
    names = dict(Person.objects.values_list("user_id", "display_name"))
    assert (names[user_id], names[other]) == ("", "Ann")
