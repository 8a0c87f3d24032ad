"""/portfolio: what one owns and owned, its value by day, and what it says when a source is down."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, recorded


def test_the_portfolio_adds_positions_and_all_cash(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(
        "GET /api/v1/account", recorded("account", balance="100.00", available="40.00", held="60.00")
    )
    page = vera.get("/portfolio").content.decode()
    value = float(recorded("positions")["results"][0]["market_value"]) + 100
    assert f'id="total">${value:,.2f}<' in page
    assert "$40.00" in page


def test_the_day_s_change_needs_no_list_of_instruments(vera: Client, gateway: GatewayDouble) -> None:
    row = recorded("positions")["results"][0]
    rows = [{**row, "ticker": f"T{number}", "day_change": f"{number}.00"} for number in range(250)]
    gateway.answer("GET /api/v1/positions", recorded("positions", results=rows))
    page = vera.get("/portfolio").content.decode()
    assert page.count("−2.41%") == 251
    assert page.count("100.00%") == 250
    assert "−$106.30" in page
    assert "+$249.00" in page
    assert not gateway.requests_to("GET /api/v1/instruments")


def test_the_portfolio_shows_what_it_can(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/account")
    answer = vera.get("/portfolio")
    assert answer.status_code == 200
    assert 'id="total">—' in answer.content.decode()
    assert "Your cash could not be loaded." in answer.content.decode()
    gateway.down("GET /api/v1/positions", "GET /api/v1/portfolio/history")
    answer = vera.get("/portfolio")
    assert answer.status_code == 503
    for part in ("Your closed positions could not be loaded", "The positions by day could not be loaded"):
        assert part in answer.content.decode()
    assert "Your positions could not be loaded" in answer.content.decode()
    assert "do not own anything" not in answer.content.decode()


def test_the_portfolio_explains_itself(vera: Client, gateway: GatewayDouble) -> None:
    totals = recorded("positions")["totals"] | {
        "day_change": "12.00", "total_pnl": "-3.05", "unrealized_pnl": "-3.05", "realized_pnl": "7.25",
    }  # fmt: skip
    gateway.answer("GET /api/v1/positions", recorded("positions", totals=totals))
    page = vera.get("/portfolio").content.decode()
    assert re.search(r'id="day">.*▲.*\+\$12\.00', page)
    assert re.search(r'id="result">.*▼.*−\$3\.05.*−0\.07%', page)
    assert "+$7.25" in page  # what was realized
    assert "sold units are counted at average cost." in page
    gateway.answer("GET /api/v1/positions", recorded("positions", totals={**totals, "cost_method": "fifo"}))
    assert "sold units are counted first in, first out (FIFO)." in vera.get("/portfolio").content.decode()


def test_closed_positions_stay_with_their_result(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/portfolio").content.decode()
    closed = page[page.index('id="closed"') :]
    for shown in ("MSFT", "$1,030.11", "$1,019.50", "−$10.61", "−1.03%"):
        assert shown in closed, shown
    gateway.answer("GET /api/v1/positions", recorded("positions", closed=[]))
    assert "Closed positions" not in vera.get("/portfolio").content.decode()


def test_the_version_of_trading_before_tells_no_closed_positions(
    vera: Client, gateway: GatewayDouble
) -> None:
    """While an upgrade runs: the page says so, and shows the rest."""
    before = recorded("positions")
    del before["closed"]
    gateway.answer("GET /api/v1/positions", before)
    page = vera.get("/portfolio").content.decode()
    assert "Your closed positions could not be loaded" in page
    assert before["results"][0]["ticker"] in page


def test_the_value_by_day_is_a_chart_and_a_table(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/portfolio?days=90").content.decode()
    assert page.count("<polyline") == 2
    assert 'points="0.0,160.0 150.0,7.2 300.0,6.7 450.0,7.8 600.0,7.2"' in page
    assert "<span>$4,500.00</span><span>$0.00</span>" in page  # round bounds around $4,310.20
    table = page[page.index("As a table") :]
    assert table.index("2026-11-22") < table.index("2026-11-18")  # the day before the first buy is drawn
    assert "2026-11-17" not in table
    assert "−$20.75" in table
    assert 'href="?days=90" aria-current="true"' in page
    (asked,) = gateway.requests_to("GET /api/v1/portfolio/history")
    since = datetime.now(UTC).date() - timedelta(days=89)
    assert asked.query in ({"from": since.isoformat()}, {"from": (since + timedelta(days=1)).isoformat()})


@pytest.mark.parametrize("days", ["", "x", "-1", "31", "9" * 400, "30%00"])
def test_the_chart_shows_thirty_days_unless_there_is_a_choice(
    vera: Client, gateway: GatewayDouble, days: str
) -> None:
    page = vera.get("/portfolio", {"days": days}).content.decode()
    assert 'href="?days=30" aria-current="true"' in page


def test_a_day_whose_value_is_unknown_is_a_gap(vera: Client, gateway: GatewayDouble) -> None:
    days = recorded("portfolio_history")["results"]
    days[7] |= {"market_value": None, "total_pnl": None}
    gateway.answer("GET /api/v1/portfolio/history", {"currency": "USD", "results": days})
    page = vera.get("/portfolio").content.decode()
    assert page.count('class="chart-value"') == 2
    assert page.count('class="chart-invested"') == 1


def test_without_two_days_there_is_no_chart(vera: Client, gateway: GatewayDouble) -> None:
    days = recorded("portfolio_history")["results"]
    for count in (0, 5):
        gateway.answer("GET /api/v1/portfolio/history", {"currency": "USD", "results": days[:count]})
        answer = vera.get("/portfolio")
        assert answer.status_code == 200
        assert '<svg class="chart' not in answer.content.decode()


def test_the_parts_of_the_portfolio_are_requested_side_by_side(vera: Client, gateway: GatewayDouble) -> None:
    """Each waits until all three have been asked: one after the other they would wait for ever."""
    together = threading.Barrier(3)

    def play(name: str) -> Callable[[SentRequest], tuple[int, Any]]:
        def answer(asked: SentRequest) -> tuple[int, Any]:
            together.wait(60)
            return 200, recorded(name)

        return answer

    for path, name in [
        ("positions", "positions"),
        ("portfolio/history", "portfolio_history"),
        ("account", "account"),
    ]:
        gateway.answer_by(f"GET /api/v1/{path}", play(name))
    answer = vera.get("/portfolio", headers={"Accept-Language": "ru"})
    assert answer.status_code == 200
    assert "could not be loaded" not in answer.content.decode()
    sent = [asked.headers for asked in gateway.requests if asked.path.startswith("/api/v1/p")]
    assert {headers["Accept-Language"] for headers in sent} == {"ru"}
    assert {headers["X-Request-Id"] for headers in sent} == {answer["X-Request-Id"]}


def test_what_follows_the_market_is_read_alone(
    vera: Client, gateway: GatewayDouble, htmx: Callable[..., dict[str, str]]
) -> None:
    page = vera.get("/portfolio").content.decode()
    assert '<tr class="row-link" data-live="AAPL" data-price="429.77">' in page
    gateway.requests.clear()
    part = vera.get("/portfolio", headers=htmx("holdings")).content.decode()
    assert part.count('id="holdings"') == part.count('id="total"') == part.count('data-live="AAPL"') == 1
    assert "Positions by day" not in part
    assert {asked.path for asked in gateway.requests} == {"/api/v1/positions", "/api/v1/account"}
    gateway.down("GET /api/v1/account")  # what stands there is better than a dash
    assert vera.get("/portfolio", headers=htmx("holdings")).status_code == 204


def test_an_empty_portfolio_leads_to_the_first_step(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/positions", recorded("positions", results=[]))
    gateway.answer("GET /api/v1/account", recorded("account", balance="0.00", available="0.00"))
    page = vera.get("/portfolio").content.decode()
    assert "You do not own anything yet" in page
    assert page.index("Top up</a>") < page.index("Find an instrument</a>")
