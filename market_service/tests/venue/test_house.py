"""Given resting orders, then the house comes to them when its price reaches them, and before anybody else."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import pytest

from market_service.instruments.errors import HalfSpreadNotPossible
from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt
from market_service.quotes.feeds import simulated
from market_service.quotes.models import Quote
from market_service.tests.venue.book import alone, ended, order, resting, trades
from market_service.tests.venue.orders import available, submitted
from market_service.venue import services
from market_service.venue.matching import half_spread_of, house_prices
from market_service.venue.models import Trade
from market_service.venue.services import quotes_advance
from servicekit.audit.actors import Actor

#: The module; the name of the use-case hides it.
advancing = sys.modules[quotes_advance.__module__]

pytestmark = pytest.mark.django_db

BY: dict[str, Any] = {"by": Actor("olga"), "reason": "a test"}


def walk_to(monkeypatch: Any, settings: Any, price: str) -> None:
    """The next tick of the feed gives this price."""
    settings.QUOTE_FEED = "simulated"
    monkeypatch.setattr(simulated, "walked", lambda row, scale: Decimal(price))


def test_a_tick_executes_what_it_crosses_at_the_orders_prices(
    monkeypatch: Any, settings: Any, listed: Any, deliver_many: Any
) -> None:
    instrument = listed("AAPL")
    deliver_many([order(instrument, "buy", 2, price) for price in ("429.00", "430.00", "428.00")])
    walk_to(monkeypatch, settings, "429.00")

    quotes_advance()

    assert trades(instrument) == [(2, "430.00"), (2, "429.00")]
    assert resting(instrument, "buy") == [("428.00", 2)]
    assert available(instrument) == 996
    assert Quote.objects.get().price == Decimal("429.00")


def test_a_tick_buys_back_from_resting_sells(
    monkeypatch: Any, settings: Any, listed: Any, deliver: Any
) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument, quantity=10))
    sell = order(instrument, "sell", 4, "432.00")
    deliver(sell)
    walk_to(monkeypatch, settings, "433.00")

    quotes_advance()

    assert trades(instrument)[1:] == [(4, "432.00")]
    assert ended(sell) == ("executed", 4, "")
    assert available(instrument) == 994


def test_a_tick_that_crosses_many_is_several_transactions_and_the_quote_comes_last(
    monkeypatch: Any, settings: Any, listed: Any, deliver_many: Any
) -> None:
    instrument = listed("AAPL")
    deliver_many([order(instrument, "buy", 1, "430.00") for _ in range(7)])
    walk_to(monkeypatch, settings, "430.00")
    seen = []
    step = advancing.quote_step

    def watched(**arguments: Any) -> bool:
        done = step(**arguments)
        seen.append((len(trades(instrument)), f"{Quote.objects.get().price:.2f}"))
        return done

    monkeypatch.setattr(advancing, "MAX_EXECUTIONS", 3)
    monkeypatch.setattr(advancing, "quote_step", watched)
    quotes_advance()

    assert seen == [(3, "430.47"), (6, "430.47"), (7, "430.00")]


@pytest.mark.parametrize("halted", [False, True])
def test_a_tick_undoes_nothing_that_an_operator_does_meanwhile(
    monkeypatch: Any, settings: Any, listed: Any, deliver: Any, halted: bool
) -> None:
    """Between the tick, which holds the quote back, and the executions that come before it."""
    instrument = listed("AAPL")
    deliver(order(instrument, "buy", 1, "430.00"))
    walk_to(monkeypatch, settings, "430.00")
    step = advancing.quote_step

    def late(**arguments: Any) -> bool:
        if halted:
            instrument_halt(instrument_id=instrument.pk)
        else:
            services.instrument_reprice(instrument_id=instrument.pk, price=Decimal("431.00"), **BY)
        return bool(step(**arguments))

    monkeypatch.setattr(advancing, "quote_step", late)
    quotes_advance()

    assert trades(instrument) == []
    assert f"{Quote.objects.get().price:.2f}" == ("430.47" if halted else "431.00")


def test_the_house_sells_no_more_than_it_has(
    monkeypatch: Any, settings: Any, listed: Any, deliver: Any
) -> None:
    instrument = listed("AAPL", issued_quantity=3)
    deliver(order(instrument, "buy", 5, "430.00"))
    walk_to(monkeypatch, settings, "430.00")
    quotes_advance()
    assert trades(instrument) == [(3, "430.00")]
    assert resting(instrument, "buy") == [("430.00", 2)]
    quotes_advance()  # nothing is left: nothing is looked at again
    assert available(instrument) == 0

    services.instrument_reissue(instrument_id=instrument.pk, issued_quantity=10, **BY)

    assert trades(instrument)[1:] == [(2, "430.00")]
    assert available(instrument) == 5


def test_what_came_while_the_quote_was_old_executes_when_it_is_fresh(
    settings: Any, listed: Any, aged: Any, deliver: Any
) -> None:
    settings.QUOTE_FEED = "manual"
    instrument = listed("AAPL")
    aged(instrument, 60)
    deliver(order(instrument, "buy", 5, "431.00"))
    assert trades(instrument) == []
    quotes_advance()
    assert trades(instrument) == [(5, "431.00")]


def test_switching_the_house_on_and_its_spread(listed: Any, deliver: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "buy", 1, "431.00"))
    deliver(order(instrument, "buy", 1, "430.60"))

    services.instrument_house(instrument_id=instrument.pk, house=True, half_spread=Decimal("0.53"), **BY)
    assert trades(instrument) == [(1, "431.00")]

    with pytest.raises(HalfSpreadNotPossible):
        services.instrument_house(instrument_id=instrument.pk, house=True, half_spread=Decimal(500), **BY)
    services.instrument_house(instrument_id=instrument.pk, house=True, half_spread=Decimal(0), **BY)
    assert trades(instrument)[1:] == [(1, "430.60")]


@pytest.mark.parametrize(
    ("quote", "step", "bid", "ask"),
    [
        ("430.47", "0.01", "430.25", "430.69"),  # 0.05 % is 0.2153
        ("10.00", "0.01", "9.99", "10.01"),
        ("2.00", "0.01", "1.99", "2.01"),
        ("1.99", "0.01", "1.99", "1.99"),  # a step is more than 0.5 %
        ("0.000300", "0.000001", "0.000299", "0.000301"),
        ("999999999999.99", "0.01", "999499999999.99", "1000499999999.99"),
        ("430.475", "0.01", "430.25", "430.70"),  # an operator's price may be off the step
    ],
)
def test_the_half_spread_goes_by_the_price(quote: str, step: str, bid: str, ask: str) -> None:
    asked, offered = house_prices(quote=Decimal(quote), half_spread=None, step=Decimal(step))
    assert (Decimal(offered) / 10**6, Decimal(asked) / 10**6) == (Decimal(bid), Decimal(ask))
    half = half_spread_of(quote=Decimal(quote), half_spread=None, step=Decimal(step))
    assert Decimal(offered) / 10**6 <= Decimal(quote) - half
    assert half == 0 or Decimal(quote) / 2000 <= half <= Decimal(quote) / 200


def test_between_its_prices_customers_meet_each_other(listed: Any, deliver: Any) -> None:
    """As an instrument is listed, without anybody setting anything."""
    instrument = listed("AAPL", half_spread=None)
    deliver(order(instrument, "buy", 1, "431.00"))
    deliver(order(instrument, "sell", 1, "430.47"))
    assert resting(instrument, "sell") == [("430.47", 1)]
    deliver(order(instrument, "buy", 1, "430.60", time_in_force="ioc"))
    assert trades(instrument) == [(1, "430.69"), (1, "430.47")]
    (last,) = Trade.objects.order_by("-trade_seq")[:1]
    assert None not in (last.buy_order_id, last.sell_order_id)


def test_what_is_listed_goes_by_the_price(entry: Any, load: Any) -> None:
    load(entry("AAPL"))
    assert Instrument.objects.get().half_spread is None


def test_a_new_price_during_a_halt_meets_the_book_when_it_opens(listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL")
    deliver(order(instrument, "buy", 1, "420.00"))
    instrument_halt(instrument_id=instrument.pk)
    services.instrument_reprice(instrument_id=instrument.pk, price=Decimal("410.00"), **BY)
    assert trades(instrument) == []

    services.instrument_open(instrument_id=instrument.pk)

    assert trades(instrument) == [(1, "420.00")]
    assert Instrument.objects.get().status == "open"


def test_an_operators_price_meets_the_book_at_once(listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL")
    deliver(order(instrument, "buy", 1, "420.00"))
    services.instrument_reprice(instrument_id=instrument.pk, price=Decimal("410.00"), **BY)
    assert trades(instrument) == [(1, "420.00")]
