"""The list of orders: open ones first, filters, canceling in the row, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, recorded
from web_frontend.tests.test_orders import ADDRESS, ORDER

WAITING = recorded("order_waiting")
OPEN = f"/orders/{WAITING['id']}"


def waiting(gateway: GatewayDouble, *orders: Any, following: str | None = None) -> None:
    """From now on these are open, and the recorded purchase has ended."""

    def play(asked: SentRequest) -> tuple[int, Any]:
        pages = {
            kind: {"next": following, "previous": None, "results": rows}
            for kind, rows in (("open", list(orders)), ("ended", recorded("orders")["results"]))
        }
        if asked.query.get("status", "").startswith("accepted"):
            return 200, pages["open"]
        beside = {"open": pages["open"]} if asked.query.get("include") == "open" else {}
        return 200, {**pages["ended"], **beside}

    gateway.answer_by("GET /api/v1/orders", play)


@pytest.fixture(autouse=True)
def one_waiting(gateway: GatewayDouble) -> None:
    waiting(gateway, WAITING)


def test_open_ones_come_first_each_with_what_can_be_done(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/orders").content.decode()
    assert page.index(f'href="{OPEN}"') < page.index(f'href="{ADDRESS}"')
    assert f'href="{OPEN}/replace"' in page
    assert f'action="{OPEN}/cancel"' in page
    assert f'action="{ADDRESS}/cancel"' not in page
    assert "$425.00" in page
    assert '<td class="num wide" data-name="Amount">≈ $4,250.00</td>' in page  # what it waits for
    (asked,) = gateway.requests_to("GET /api/v1/orders")
    assert asked.query == {"status": "filled,rejected,canceled,expired", "include": "open"}


@pytest.mark.parametrize("address", ["/orders?ticker=AA%00PL", "/orders/cancel-all?ticker=AA%00PL"])
def test_a_null_character_is_no_part_of_a_ticker(vera: Client, gateway: GatewayDouble, address: str) -> None:
    assert vera.get(address).status_code == 200
    assert {asked.query["ticker"] for asked in gateway.requests_to("GET /api/v1/orders")} == {"AAPL"}


@pytest.mark.parametrize(
    ("order", "address"),
    [(ORDER, "/instruments/AAPL?side=buy&quantity=10"),
     (WAITING, "/instruments/AAPL?side=buy&quantity=10&type=limit&limit_price=425.00&time_in_force=gtc")],
)  # fmt: skip
def test_one_that_has_ended_is_repeated_by_its_filled_ticket(
    vera: Client, gateway: GatewayDouble, order: dict[str, Any], address: str
) -> None:
    """Nothing is placed: the ticket is to be reviewed as any other."""
    assert f'href="{ADDRESS}/repeat"' in vera.get("/orders").content.decode()
    assert f'href="{OPEN}/repeat"' not in vera.get("/orders").content.decode()
    assert f'href="{ADDRESS}/repeat"' in vera.get("/history").content.decode()
    assert f'href="{ADDRESS}/repeat"' in vera.get(ADDRESS).content.decode()
    gateway.answer(f"GET /api/v1{ADDRESS}", order)
    answer = vera.get(f"{ADDRESS}/repeat")
    assert (answer.status_code, answer["Location"]) == (303, f"{address}#ticket")
    assert not [asked for asked in gateway.requests if asked.method == "POST" and "orders" in asked.path]
    ticket = vera.get(address).content.decode()
    assert re.search(r'id="quantity"[^>]* value="10"', ticket)


def test_filters_are_in_the_address_and_turn_pages(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    waiting(gateway, WAITING, following="http://x/api/v1/orders?cursor=cD0y")
    page = vera.get("/orders").content.decode()
    assert 'href="?show=ended&amp;cursor=cD0y"' in page
    assert 'href="?show=open&amp;cursor=cD0y"' in page
    vera.get("/orders?show=ended&cursor=cD0y&ticker=AAPL")
    assert gateway.requests[-1].query == {
        "status": "filled,rejected,canceled,expired",
        "ticker": "AAPL",
        "cursor": "cD0y",
    }
    part = vera.get("/orders?show=open&ticker=aapl&nonsense=1", headers=htmx("orders"))
    assert part["HX-Push-Url"] == "/orders?show=open&ticker=aapl"
    assert "<!doctype html>" not in part.content.decode()
    assert f'href="{ADDRESS}"' not in part.content.decode()
    assert 'href="/orders/cancel-all?ticker=aapl"' in part.content.decode()


def test_what_fails_says_so_and_the_rest_stands(vera: Client, gateway: GatewayDouble) -> None:
    """As while an upgrade runs: the version before tells no open orders beside the others."""

    def play(asked: SentRequest) -> tuple[int, Any]:
        if asked.query["status"].startswith("accepted"):
            return 503, {"code": "service_unavailable", "detail": "down"}
        return 200, recorded("orders")

    gateway.answer_by("GET /api/v1/orders", play)
    answer = vera.get("/orders")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Your open orders could not be loaded" in page
    assert f'href="{ADDRESS}"' in page
    assert "No open orders" not in page
    gateway.down("GET /api/v1/orders")
    assert vera.get("/orders").status_code == 503


def test_nothing_yet_and_nothing_that_fits(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/orders", {"next": None, "previous": None, "results": []})
    assert "No orders yet" in vera.get("/orders").content.decode()
    assert "Nothing matches these filters" in vera.get("/orders?ticker=ZZZ").content.decode()
    waiting(gateway)
    assert "No open orders." in vera.get("/orders").content.decode()


def test_it_asks_again_by_itself_while_something_is_open(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    page = vera.get("/orders").content.decode()
    again = re.search(r'hx-get="(/orders\?seen=\w+)" hx-trigger="news, every 5s"', page)
    assert again
    answer = vera.get(again[1], headers=htmx("orders"))
    assert answer.status_code == 204
    partly = {
        **WAITING,
        "status": "partially_filled",
        "filled_quantity": 4,
        "updated_at": "2026-11-22T18:00:00Z",
    }
    waiting(gateway, partly)
    answer = vera.get(again[1], headers=htmx("orders"))
    assert '<progress class="bar" max="10" value="4"' in answer.content.decode()
    assert "4 of 10 filled" in answer.content.decode()
    assert "HX-Push-Url" not in answer
    waiting(gateway)
    # nothing is open: it is looked at when the stream tells of something, and not by the clock
    page = vera.get(again[1], headers=htmx("orders")).content.decode()
    assert 'hx-get="/orders?seen=none" hx-trigger="news" ' in page
    answer = vera.get("/orders?seen=none", headers=htmx("orders"))
    assert (answer.status_code, "HX-Push-Url" in answer) == (200, False)


def test_canceling_in_the_row(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer(f"POST /api/v1{OPEN}/cancel", WAITING, 202)
    waiting(gateway, {**WAITING, "cancel_requested_at": "2026-11-22T18:00:00Z"})
    form = {"next": "/orders?show=open", "show": "open", "ticker": ""}
    part = vera.post(f"{OPEN}/cancel", form, headers=htmx("orders")).content.decode()
    assert 'hx-trigger="news, load delay:150ms, every 1s"' in part
    assert "Cancellation requested…" in part
    assert 'id="open-title" tabindex="-1" data-focus>' in part  # the pressed button is gone
    assert "Cancellation of 1 order was requested." in part
    assert f'action="{OPEN}/cancel"' not in part
    assert f'href="{ADDRESS}"' not in part
    plain = vera.post(f"{OPEN}/cancel", form)
    assert (plain.status_code, plain["Location"]) == (303, "/orders?show=open")


def test_canceling_too_late_is_reported_above_the_rows(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    gateway.answer(f"POST /api/v1{OPEN}/cancel", recorded("not_cancelable"), 409)
    part = vera.post(f"{OPEN}/cancel", headers=htmx("orders")).content.decode()
    assert "The order is already filled." in part
    assert f'href="{OPEN}"' in part


@pytest.mark.parametrize(("ticker", "body"), [("", {}), ("AAPL", {"ticker": "AAPL"})])
def test_all_are_canceled_after_a_question(
    vera: Client, gateway: GatewayDouble, ticker: str, body: dict[str, str]
) -> None:
    gateway.answer("POST /api/v1/orders/cancel-all", {"ids": [WAITING["id"], ORDER["id"]]}, 202)
    page = vera.get("/orders/cancel-all", {"ticker": ticker} if ticker else {}).content.decode()
    assert "Buy 10 AAPL" in page
    assert not gateway.requests_to("POST /api/v1/orders/cancel-all")
    answer = vera.post("/orders/cancel-all", {"ticker": ticker}, follow=True)
    assert answer.redirect_chain == [(f"/orders?ticker={ticker}" if ticker else "/orders", 303)]
    assert "Cancellation of 2 orders was requested." in answer.content.decode()
    assert gateway.requests_to("POST /api/v1/orders/cancel-all")[0].body == body


def test_all_of_nothing_and_of_no_instrument(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/orders/cancel-all", {"ids": []}, 202)
    assert "no open orders to cancel" in vera.post("/orders/cancel-all", follow=True).content.decode()
    problem = {"code": "instrument_unknown", "detail": "There is no instrument ZZZ."}
    gateway.answer("POST /api/v1/orders/cancel-all", problem, 400)
    page = vera.post("/orders/cancel-all", {"ticker": "ZZZ"}, follow=True).content.decode()
    assert problem["detail"] in page
    waiting(gateway)
    assert "No open orders." in vera.get("/orders/cancel-all").content.decode()
    gateway.down("GET /api/v1/orders")
    answer = vera.get("/orders/cancel-all")
    assert answer.status_code == 503
    assert "could not be loaded" in answer.content.decode()


def test_a_phone_folds_the_instrument_and_says_which_is_set(vera: Client, htmx: Callable) -> None:
    said = r'<span id="filters-set"([^>]*)>(.*?)</span>'
    for query, words in (("", ""), ("?show=open", ""), ("?ticker=aapl", ": AAPL")):
        page = vera.get(f"/orders{query}").content.decode()
        assert re.findall(said, page) == [("", words)]
        assert re.search(r'<details class="fold">.*id="filter-ticker".*</details>', page, re.S)
        rows = vera.get(f"/orders{query}", headers=htmx("orders")).content.decode()
        assert re.findall(said, rows) == [(' hx-swap-oob="true"', words)]
