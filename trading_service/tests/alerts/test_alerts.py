"""GET and POST /api/v1/alerts, DELETE /api/v1/alerts/{id}."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.alerts import services
from trading_service.alerts.errors import AlertsFull
from trading_service.alerts.models import PriceAlert
from trading_service.reference.models import LatestQuote

module = import_module("trading_service.alerts.services.alert_set")  # the name is the function's too
ADDRESS = "/api/v1/alerts"


def set_alert(client, **terms):
    return client.post(ADDRESS, {"ticker": "AAPL", "price": "110.00", **terms})


def listed(client, query: str = "") -> list[tuple[str, str, str]]:
    answer = client.get(f"{ADDRESS}{query}")
    assert answer.status_code == 200
    return [(row["ticker"], row["direction"], row["price"]) for row in answer.json()["results"]]


@pytest.mark.django_db
def test_nobody_has_one_before_the_first(api, user_id) -> None:
    empty: dict[str, Any] = {"limit": 50, "waiting": 0, "next": None, "previous": None, "results": []}
    assert api(user_id).get(ADDRESS).json() == empty
    assert api().get(ADDRESS).status_code == 401


@pytest.mark.django_db
def test_the_direction_is_from_the_latest_price_to_the_alerts(aapl, world, api, user_id) -> None:
    client = api(user_id, accept_language="ru")
    answer = set_alert(client, ticker="aapl")
    row = answer.json()
    assert answer.status_code == 201
    assert row == {
        "id": row["id"], "ticker": "AAPL", "name": "Акции AAPL", "direction": "above", "price": "110.00",
        "currency": "USD", "created_at": row["created_at"], "fired_at": None, "fired_price": None,
    }  # fmt: skip
    set_alert(client, price="90")
    world.list_instrument("MSFT")
    set_alert(client, ticker="MSFT", price="90.5", direction="below")
    mine = [("MSFT", "below", "90.50"), ("AAPL", "below", "90.00"), ("AAPL", "above", "110.00")]
    assert listed(client) == mine
    assert listed(client, "?ticker=aapl") == mine[1:]
    assert (listed(client, "?waiting=true"), listed(client, "?waiting=false")) == (mine, [])
    assert listed(api(new_id())) == []  # another customer's are others


@pytest.mark.django_db
def test_they_come_in_pages(aapl, api, user_id) -> None:
    client = api(user_id)
    for price in ("110", "111", "112"):
        set_alert(client, price=price)
    first = client.get(f"{ADDRESS}?page_size=2&waiting=true").json()
    second = client.get(first["next"]).json()
    pages = [[row["price"] for row in page["results"]] for page in (first, second)]
    assert pages == [["112.00", "111.00"], ["110.00"]]
    assert second["next"] is None


@pytest.mark.django_db
def test_the_same_alert_waits_once(aapl, api, user_id) -> None:
    client = api(user_id)
    first, again = set_alert(client), set_alert(client, direction="above", price="110")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert client.get(ADDRESS).json()["waiting"] == 1
    assert set_alert(api(new_id())).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "status", "code", "detail"),
    [
        ({"ticker": "NOBODY"}, 400, "instrument_unknown", "NOBODY"),
        ({"ticker": "ффзд"}, 400, "instrument_unknown", "ффзд"),
        ({"price": "110.001"}, 400, "price_step_invalid", "0.01"),
        ({"price": "0"}, 400, "price_step_invalid", "0"),
        ({"price": 110}, 400, "price_step_invalid", "110"),
        ({"price": "1e3"}, 400, "price_step_invalid", "1e3"),
        ({"price": "100.00"}, 400, "alert_price_reached", "100.00"),
        ({"price": "100.00", "direction": "below"}, 400, "alert_price_reached", "100.00"),
        ({"price": "90.00", "direction": "above"}, 400, "alert_price_reached", "100.00"),
        ({"direction": "sideways"}, 400, "invalid_choice", "above, below"),
        ({"color": "red"}, 400, "unknown_field", ""),
    ],
)
def test_what_cannot_be_waited_for_is_refused(aapl, api, user_id, terms, status, code, detail) -> None:
    answer = set_alert(api(user_id), **terms)
    problem = answer.json()
    assert answer.status_code == status
    assert [each["code"] for each in problem["errors"]] == [code]
    assert detail in problem["errors"][0]["detail"]
    assert PriceAlert.objects.count() == 0


@pytest.mark.django_db
def test_without_a_price_there_is_nothing_to_wait_for(aapl, world, api, user_id) -> None:
    LatestQuote.objects.all().delete()
    answer = set_alert(api(user_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "alert_price_unknown")


@pytest.mark.django_db
def test_one_is_deleted_and_nobody_elses(aapl, api, user_id) -> None:
    client, other = api(user_id), api(new_id())
    place = f"{ADDRESS}/{set_alert(client).json()['id']}"
    assert other.delete(place).status_code == 404
    assert client.delete(place).status_code == 204
    assert (listed(client), client.delete(place).json()["code"]) == ([], "not_found")


@pytest.mark.django_db
def test_there_are_so_many_and_no_more(aapl, api, user_id, monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    client = api(user_id, accept_language="ru")
    for price in ("110", "111"):
        assert set_alert(client, price=price).status_code == 201
    answer = set_alert(client, price="112")
    assert (answer.status_code, answer.json()["code"]) == (409, "alerts_full")
    assert "2" in answer.json()["detail"]
    assert set_alert(client, price="111").status_code == 200  # it waits already


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_go_beyond_the_limit(aapl, user_id, monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    outcomes = at_once(
        [
            lambda price=price: services.alert_set(user_id=user_id, ticker="AAPL", price=price)
            for price in [*range(101, 109)] * 2
        ],
        threads=8,
    )
    assert all(isinstance(each, tuple | AlertsFull) for each in outcomes)
    assert PriceAlert.objects.filter(book=user_id).count() == 3
