"""GET /api/v1/watchlist, PUT and DELETE /api/v1/watchlist/{ticker}."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.watchlist import services
from trading_service.watchlist.errors import WatchlistFull
from trading_service.watchlist.models import WatchedInstrument

ADDRESS = "/api/v1/watchlist"


def tickers(client) -> list[str]:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return [row["ticker"] for row in answer.json()["results"]]


@pytest.mark.django_db
def test_nobody_has_one_before_the_first_instrument(api, user_id) -> None:
    assert api(user_id).get(ADDRESS).json() == {"limit": 50, "results": []}
    assert api().get(ADDRESS).status_code == 401


@pytest.mark.django_db
def test_an_instrument_is_put_on_it_once(aapl, world, api, user_id) -> None:
    world.list_instrument("MSFT")
    client = api(user_id)
    client.put(f"{ADDRESS}/MSFT")
    first, again = client.put(f"{ADDRESS}/aapl"), client.put(f"{ADDRESS}/AAPL")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json() == {**first.json(), "ticker": "AAPL", "name": "AAPL Inc."}
    assert tickers(client) == ["AAPL", "MSFT"]
    assert tickers(api(new_id())) == []  # another customer's is another
    in_russian = api(user_id, accept_language="ru").get(ADDRESS).json()
    assert in_russian["results"][0]["name"] == "Акции AAPL"


@pytest.mark.django_db
def test_it_is_taken_off_again_and_again(aapl, api, user_id) -> None:
    client, other = api(user_id), api(new_id())
    for each in (client, other):
        each.put(f"{ADDRESS}/AAPL")
    for ticker in ("aapl", "AAPL", "NOBODY"):
        assert client.delete(f"{ADDRESS}/{ticker}").status_code == 204
    assert (tickers(client), tickers(other)) == ([], ["AAPL"])


@pytest.mark.django_db
@pytest.mark.parametrize("ticker", ["NOBODY", "A" * 200, "ффзд", "%00", "a b"])
def test_what_is_not_listed_is_not_found(aapl, api, user_id, ticker: str) -> None:
    client = api(user_id)
    answer = client.put(f"{ADDRESS}/{ticker}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.delete(f"{ADDRESS}/{ticker}").status_code == 204


@pytest.mark.django_db
def test_a_full_one_says_so_and_keeps_what_it_has(aapl, world, api, user_id, monkeypatch) -> None:
    monkeypatch.setattr(services, "MAX_WATCHED", 2)
    world.list_instrument("MSFT")
    world.list_instrument("IBM")
    client = api(user_id, accept_language="ru")
    for ticker in ("AAPL", "MSFT"):
        client.put(f"{ADDRESS}/{ticker}")
    answer = client.put(f"{ADDRESS}/IBM")
    assert (answer.status_code, answer.json()["code"]) == (409, "watchlist_full")
    assert "IBM" in answer.json()["detail"]
    assert "2" in answer.json()["detail"]
    assert client.put(f"{ADDRESS}/AAPL").status_code == 200  # it is on it already
    assert tickers(client) == ["AAPL", "MSFT"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_go_beyond_its_limit(world, user_id: UUID, monkeypatch) -> None:
    monkeypatch.setattr(services, "MAX_WATCHED", 3)
    names = [f"T{number}" for number in range(8)]
    for name in names:
        world.list_instrument(name)
    outcomes = at_once(
        [lambda name=name: services.instrument_watch(user_id=user_id, ticker=name) for name in names * 2],
        threads=8,
    )
    refused = [each for each in outcomes if not isinstance(each, WatchedInstrument)]
    assert all(isinstance(each, WatchlistFull) for each in refused)
    assert WatchedInstrument.objects.filter(watchlist=user_id).count() == 3


@pytest.mark.django_db
def test_it_is_read_in_one_query(world, api, user_id) -> None:
    client = api(user_id)
    for number in range(5):
        world.list_instrument(f"T{number}")
        client.put(f"{ADDRESS}/T{number}")
    with CaptureQueriesContext(connection) as queries:
        assert len(tickers(client)) == 5
    assert len([each for each in queries if "watchlist_" in each["sql"]]) == 1
