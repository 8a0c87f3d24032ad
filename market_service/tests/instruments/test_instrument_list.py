"""Given what is listed, then anybody may read it, in their language, in pages, cached for seconds."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market_service.candles.services import Change, candles_record, candles_roll_up
from market_service.clock.selectors import market_midnight
from market_service.instruments.services import instrument_halt
from market_service.quotes.services import quotes_tick

pytestmark = pytest.mark.django_db

LIST = "/api/v1/instruments"


def tickers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["ticker"] for item in answer.json()["results"]]


def test_an_instrument_has_the_fields_of_the_contract(api: Any, listed: Any) -> None:
    instrument = listed("AAPL")
    answer = api().get(f"{LIST}/aapl")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(instrument.id),
        "ticker": "AAPL",
        "isin": instrument.isin,
        "name": "AAPL Inc.",
        "description": "Share of AAPL.",
        "type": "share",
        "currency": "USD",
        "lot_size": 1,
        "price_step": "0.01",
        "available_quantity": 1000,
        "price": "430.47",
        "previous_close": "441.40",
        "change": "-10.93",
        "change_percent": "-2.48",
        "price_at": instrument.quote.price_at.isoformat().replace("+00:00", "Z"),
        "status": "open",
        "simulated": True,
    }
    assert api().get(LIST).json()["results"] == [answer.json()]


def test_prices_have_the_digits_of_their_step(api: Any, listed: Any) -> None:
    listed("EURSIM", price="1.3024", previous_close="1.3024", price_step="0.0001")
    listed("BRICK", price="1200", previous_close="1190", price_step="10")
    euro, brick = api().get(f"{LIST}/EURSIM").json(), api().get(f"{LIST}/BRICK").json()
    names = ("price_step", "price", "previous_close", "change", "change_percent")
    assert [euro[name] for name in names] == ["0.0001", "1.3024", "1.3024", "0.0000", "0.00"]
    assert [brick[name] for name in names] == ["10", "1200", "1190", "10", "0.84"]


def test_the_language_is_the_requests(api: Any, listed: Any) -> None:
    listed("AAPL")
    russian = api(accept_language="ru").get(f"{LIST}/AAPL")
    assert (russian.json()["name"], russian.json()["description"]) == ("Акция AAPL", "Доля в AAPL.")
    assert "Accept-Language" in russian["Vary"]
    assert api(accept_language="de").get(f"{LIST}/AAPL").json()["name"] == "AAPL Inc."


def test_pages(api: Any, listed: Any) -> None:
    for ticker in ("AAPL", "FB", "GOOG"):
        listed(ticker)
    first = api().get(f"{LIST}?page_size=2")
    assert (tickers(first), first.json()["count"], first.json()["previous"]) == (["AAPL", "FB"], 3, None)
    second = api().get(first.json()["next"])
    assert (tickers(second), second.json()["next"]) == (["GOOG"], None)


def test_some_by_their_tickers(api: Any, listed: Any) -> None:
    for ticker, type in (("AAPL", "share"), ("FB", "share"), ("GOOG", "share"), ("BZB5", "bond")):
        listed(ticker, type=type)
    asked = f"{LIST}?tickers=goog,BZB5,AAPL,AAPL,%20,NOBODY,ффзд"
    assert tickers(api().get(asked)) == ["AAPL", "BZB5", "GOOG"]
    assert tickers(api().get(f"{asked}&ordering=-ticker&page_size=2")) == ["GOOG", "BZB5"]
    assert tickers(api().get(f"{asked}&type=bond")) == ["BZB5"]
    assert tickers(api().get(f"{asked}&search=goog")) == ["GOOG"]
    assert api().get(f"{asked}&page_size=2").json()["count"] == 3
    assert tickers(api().get(f"{LIST}?tickers=,")) == []
    assert len(tickers(api().get(f"{LIST}?tickers="))) == 4
    assert api().get(f"{LIST}?tickers={'A' * 1001}").status_code == 400


def test_the_hours_of_the_day_of_each(api: Any, listed: Any, settings: Any) -> None:
    # Where it is noon now: a listing's own price is of now, and none of the hours looked at.
    settings.VENUE_TIME_ZONE = timezone(timedelta(hours=12 - datetime.now(UTC).hour))
    apple, _, bond = listed("AAPL"), listed("FB"), listed("BZB5", type="bond", price_step="0.5")
    midnight = market_midnight()
    for minutes, price in ((-5, "1"), (30, "430.5"), (59, "431"), (61, "429.9"), (125, "440")):
        at = midnight + timedelta(minutes=minutes)
        candles_record([Change(apple.pk, Decimal(price)), Change(bond.pk, Decimal("99.5"))], at=at)
    candles_roll_up(until=midnight + timedelta(hours=2))
    answer = api().get(f"{LIST}?include=hours,types").json()
    assert answer["types"] == ["bond", "share"]
    assert answer["hours"] == {
        "AAPL": [
            [0, "430.50", "431.00", "430.50", "431.00"],
            [1, "429.90", "429.90", "429.90", "429.90"],
        ],
        "BZB5": [[0, "99.5", "99.5", "99.5", "99.5"], [1, "99.5", "99.5", "99.5", "99.5"]],
        "FB": [],
    }
    assert "types" not in api().get(f"{LIST}?include=hours").json()
    assert list(api().get(f"{LIST}?include=hours&search=fb").json()["hours"]) == ["FB"]


def test_the_hours_of_a_page_are_one_query(api: Any, listed: Any) -> None:
    for number in range(5):
        listed(f"T{number}")
    counts = []
    for size in (1, 5):
        with CaptureQueriesContext(connection) as queries:
            assert len(api().get(f"{LIST}?include=hours&page_size={size}").json()["hours"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] < 6


def test_what_cannot_be_included_is_named(api: Any) -> None:
    answer = api().get(f"{LIST}?include=types,nothing")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "include")
    assert "nothing" in answer.json()["errors"][0]["detail"]
    assert api().get(f"{LIST}?include=,").status_code == 200


def test_the_types_that_there_are(api: Any, listed: Any) -> None:
    assert api().get(f"{LIST}?include=types").json()["types"] == []
    listed("AAPL")
    listed("BZB5", type="bond")
    listed("BZB6", type="bond")
    for query in ("", "type=share", "search=bzb6"):
        assert api().get(f"{LIST}?include=types&{query}").json()["types"] == ["bond", "share"]
    assert set(api().get(LIST).json()) == {"count", "next", "previous", "results"}


def test_type_and_ordering(api: Any, listed: Any) -> None:
    listed("AAPL", price="430.00", previous_close="430.00")
    listed("BZB5", type="bond", price="900.00", previous_close="1000.00")
    listed("FB", price="27.00", previous_close="25.00")
    get = api().get
    assert tickers(get(f"{LIST}?type=bond")) == ["BZB5"]
    assert tickers(get(f"{LIST}?type=future")) == []
    assert tickers(get(f"{LIST}?type=&ordering=&search=")) == ["AAPL", "BZB5", "FB"]
    assert tickers(get(f"{LIST}?ordering=-ticker")) == ["FB", "BZB5", "AAPL"]
    assert tickers(get(f"{LIST}?ordering=price")) == ["FB", "AAPL", "BZB5"]
    assert tickers(get(f"{LIST}?ordering=-change_percent")) == ["FB", "AAPL", "BZB5"]
    for name in ("name", "-name", "type", "available_quantity"):
        assert len(tickers(get(f"{LIST}?ordering={name}"))) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("type=option", "type"),
        ("type=share,bond", "type"),
        ("ordering=isin", "ordering"),
        ("ordering=--price", "ordering"),
        ("ordering=quote__price", "ordering"),
        ("include=prices", "include"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=last", "page"),
        ("page=1.5", "page"),
        ("page=99999999999999999999", "page"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=ten", "page_size"),
        ("page_size=1_0", "page_size"),
        ("page_size=%D9%A3", "page_size"),
        ("page=%201%20", "page"),
        ("page=1.0", "page"),
        ("search=" + "a" * 101, "search"),
        ("search=" + "a" * 10_000, "search"),
        ("search=" + "%F0%9F%9A%80" * 101, "search"),
        ("search=a%00b", "search"),
    ],
)
def test_a_bad_parameter_is_named(api: Any, listed: Any, query: str, field: str) -> None:
    listed("AAPL")
    answer = api().get(f"{LIST}?{query}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer["Cache-Control"] == "no-store"


def test_a_wrong_choice_is_answered_with_the_possible_ones(api: Any) -> None:
    detail = api().get(f"{LIST}?type=option").json()["detail"]
    assert detail == "Must be one of share, bond, fund, currency, future, not option."


def test_a_page_past_the_end(api: Any, listed: Any) -> None:
    listed("AAPL")
    answer = api().get(f"{LIST}?page=3")
    assert (answer.status_code, answer.json()["code"]) == (404, "page_not_found")
    assert answer.json()["detail"] == "There is no page 3; the last page is 1."


@pytest.mark.parametrize("ticker", ["TSLA", "AAPL%00", "%D0%90%D0%90", "a'b", "ſb", "A" * 300, "AAPL%20"])
def test_an_unknown_ticker(api: Any, listed: Any, ticker: str) -> None:
    listed("AAPL")
    answer = api().get(f"{LIST}/{ticker}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_cache_may_keep_it_for_seconds_and_revalidate(settings: Any, api: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "manual"
    instrument = listed("AAPL")
    for address in (LIST, f"{LIST}/AAPL"):
        answer = api().get(address)
        assert answer["Cache-Control"] == "public, max-age=5"
        assert "Cookie" not in answer["Vary"]
        assert not answer.cookies

        again = api().get(address, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
        assert again["Cache-Control"] == "public, max-age=5"

        quotes_tick()
        assert api().get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 200
    instrument_halt(instrument_id=instrument.pk)
    assert api().get(f"{LIST}/AAPL").json()["status"] == "halted"


def test_it_comes_compressed_for_who_takes_it_so(settings: Any, api: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "manual"
    listed("AAPL")
    for address in (LIST, f"{LIST}/AAPL"):
        plain = api().get(address, headers={"Accept-Encoding": "identity"})
        packed = api().get(address, headers={"Accept-Encoding": "gzip"})
        assert (plain.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
        assert gzip.decompress(packed.content) == plain.content
        for answer in (plain, packed):
            assert "Accept-Encoding" in answer["Vary"].split(", ")
            for coding in ("gzip", "identity"):
                sent = {"If-None-Match": answer["ETag"], "Accept-Encoding": coding}
                assert api().get(address, headers=sent).status_code == 304


def test_the_browsable_page_is_not_for_caches(api: Any, listed: Any) -> None:
    listed("AAPL")
    answer = api(accept="text/html").get(LIST)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert answer["Cache-Control"] == "no-store"
    assert "Accept" in answer["Vary"].split(", ")


def test_signed_in_sees_the_same(api: Any, listed: Any, user_id: Any) -> None:
    listed("AAPL")
    assert api(user_id).get(LIST).json() == api().get(LIST).json()


def test_the_number_of_queries_does_not_grow(api: Any, listed: Any) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api().get(address).status_code == 200
        return len(captured)

    listed("AAPL")
    few = queries(LIST), queries(f"{LIST}?search=inc")
    for number in range(20):
        listed(f"T{number:02}")
    assert (queries(LIST), queries(f"{LIST}?search=inc")) <= few
    assert queries(LIST) == 3
