"""Given a book and trades, then anybody reads them, and nobody learns whose they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt
from market_service.tests.venue.book import alone, order
from market_service.tests.venue.orders import submitted
from servicekit.testing.plans import plans_of

pytestmark = pytest.mark.django_db

BOOK, TRADES = "/api/v1/instruments/AAPL/book", "/api/v1/instruments/AAPL/trades"


def level(price: str, quantity: int, orders: int) -> dict[str, Any]:
    return {"price": price, "quantity": quantity, "orders": orders}


def test_each_price_once_the_best_first(listed: Any, deliver_many: Any, api: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver_many([order(instrument, "sell", n + 1, f"{431 + n // 2}.00") for n in range(6)])
    deliver_many([order(instrument, "buy", 2, price) for price in ("428.5", "429.00", "428.50")])

    answer = api().get(f"{BOOK}?levels=2")

    assert answer["Cache-Control"] == "public, max-age=1"
    body = answer.json()
    shown = api().get(BOOK.removesuffix("/book")).json()
    assert body.pop("as_of").endswith("Z")
    assert body == {
        "ticker": "AAPL",
        "status": "open",
        "price": shown["price"],
        "price_at": shown["price_at"],
        "bids": [level("429.00", 2, 1), level("428.50", 4, 2)],
        "asks": [level("431.00", 3, 2), level("432.00", 7, 2)],
    }
    assert len(api().get(BOOK).json()["asks"]) == 3


def test_the_house_is_what_a_taker_would_meet(listed: Any, deliver: Any, api: Any) -> None:
    instrument = listed("AAPL", issued_quantity=1000, lot_size=10)
    Instrument.objects.update(half_spread=Decimal("0.256"))
    deliver(submitted(instrument, quantity=30))
    deliver(order(instrument, "buy", 10, "430.21"))
    deliver(order(instrument, "sell", 10, "430.90"))

    body = api().get(BOOK).json()

    assert body["bids"] == [level("430.21", 40, 2)]
    assert body["asks"] == [level("430.73", 970, 1), level("430.90", 10, 1)]


def test_during_a_halt_and_without_a_fresh_quote_the_house_is_away(
    listed: Any, deliver: Any, aged: Any, api: Any
) -> None:
    instrument = listed("AAPL")
    deliver(order(instrument, "buy", 10, "430.00"))
    aged(instrument, 60)
    assert api().get(BOOK).json()["asks"] == []
    aged(instrument, -60)
    assert api().get(BOOK).json()["asks"] == [level("430.47", 1000, 1)]

    instrument_halt(instrument_id=instrument.pk)

    body = api().get(BOOK).json()
    assert (body["status"], body["bids"], body["asks"]) == ("halted", [level("430.00", 10, 1)], [])
    shown = api().get(BOOK.removesuffix("/book")).json()
    assert (body["price"], body["price_at"]) == (shown["price"], shown["price_at"])


def test_a_book_that_is_empty(listed: Any, api: Any) -> None:
    alone(listed("AAPL"))
    body = api().get(BOOK).json()
    assert (body["bids"], body["asks"]) == ([], [])


@pytest.mark.parametrize("levels", ["0", "-1", "51", "x", "1.5", "1e1", " 5", "٣", "9" * 30])
def test_bad_levels_are_a_400(listed: Any, api: Any, levels: str) -> None:
    listed("AAPL")
    answer = api().get(BOOK, {"levels": levels})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "levels"


@pytest.mark.parametrize("path", ["book", "trades"])
@pytest.mark.parametrize("ticker", ["NONE", "%00", "ÄÖ", "A" * 40])
def test_an_instrument_that_is_not_there_is_a_404(api: Any, ticker: str, path: str) -> None:
    assert api().get(f"/api/v1/instruments/{ticker}/{path}").status_code == 404


def test_the_tape_is_every_trade_newest_first_without_anybody(
    listed: Any, deliver: Any, deliver_many: Any, api: Any
) -> None:
    instrument = alone(listed("AAPL"))
    deliver_many([order(instrument, "sell", 1, f"43{n}.00") for n in range(5)])
    deliver(order(instrument, "buy", 5, "435.00"))
    deliver(order(instrument, "buy", 3, "435.00"))
    deliver(order(instrument, "sell", 2, "434.00"))

    first = api().get(f"{TRADES}?page_size=4").json()
    second = api().get(first["next"]).json()

    both = first["results"] + second["results"]
    assert [(trade["price"], trade["quantity"], trade["taker_side"]) for trade in both] == [
        ("435.00", 2, "sell"),
        *((f"43{n}.00", 1, "buy") for n in (4, 3, 2, 1, 0)),
    ]
    assert second["next"] is None
    assert api().get(second["previous"]).json()["results"] == first["results"]
    assert set(both[0]) == {"id", "price", "quantity", "taker_side", "executed_at"}


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "cD1hYmM="}, {"cursor": f"cD0{'5' * 40}"}, {"page_size": "0"}]
)
def test_bad_parameters_of_the_tape_are_a_400(listed: Any, api: Any, query: Any) -> None:
    listed("AAPL")
    answer = api().get(TRADES, query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] in query


def test_a_price_off_todays_step_is_shown_exactly(listed: Any, deliver: Any, api: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "buy", 1, "430.25"))
    Instrument.objects.update(price_step=1)
    assert api().get(BOOK).json()["bids"] == [level("430.25", 1, 1)]
    deliver(order(instrument, "sell", 1, "430"))
    assert api().get(TRADES).json()["results"][0]["price"] == "430.25"


def test_both_are_read_by_an_index(many_past_orders: Instrument, api: Any) -> None:
    tables = {"venue_restingorder", "venue_trade"}
    for path in ("/api/v1/instruments/AAPL/book", "/api/v1/instruments/AAPL/trades"):
        with CaptureQueriesContext(connection) as queries:
            assert api().get(path).status_code == 200
        assert len(queries) <= 3
        for plan in plans_of(lambda path=path: api().get(path)):
            assert not plan.read_whole & tables, plan.sql


@pytest.mark.parametrize("path", ["/book", "/trades"])
def test_the_documentation_shows_what_an_answer_looks_like(
    listed: Any, deliver: Any, api: Any, path: str
) -> None:
    instrument = listed("AAPL", lot_size=10)
    deliver(submitted(instrument, quantity=10))
    deliver(order(instrument, "buy", 10, "430.21"))
    document = api(accept="application/json").get("/api/v1/market/schema").json()
    operation = document["paths"]["/api/v1/instruments/{ticker}" + path]["get"]
    (example,) = operation["responses"]["200"]["content"]["application/json"]["examples"].values()
    assert shape(example["value"]) == shape(api().get("/api/v1/instruments/AAPL" + path).json())


def shape(value: Any) -> Any:
    """The names in an answer and the types of what they stand for; one item stands for a list."""
    if isinstance(value, dict):
        pages = ("next", "previous")  # a text or nothing
        return {name: None if name in pages else shape(item) for name, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value)
