"""The watchlist: the stars of the market and of an instrument, and the market's list of them."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded

WATCHED = {
    "limit": 50,
    "results": [{"ticker": "AAPL", "name": "Apple Inc.", "added_at": "2026-01-31T10:00:00Z"}],
}
FULL = {"code": "watchlist_full", "detail": "A watchlist has 50 instruments at most. Remove one to add FB."}


def stars(page: str) -> dict[str, bool]:
    """Ticker → whether its star is pressed."""
    parts = page.split('<button class="star" id="star-')[1:]
    return {part.split('"')[0]: 'aria-pressed="true"' in part.split(">")[0] for part in parts}


def test_each_row_has_a_star_and_those_of_the_watchlist_are_pressed(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    gateway.answer("GET /api/v1/watchlist", WATCHED)
    tickers = [row["ticker"] for row in recorded("instruments")["results"]]
    cases: list[dict[str, str]] = [{}, htmx("instruments")]
    for headers in cases:
        page = vera.get("/", headers=headers).content.decode()
        assert stars(page) == {ticker: ticker == "AAPL" for ticker in tickers}


def test_the_star_of_an_instrument(vera: Client, gateway: GatewayDouble) -> None:
    assert stars(vera.get("/instruments/AAPL").content.decode()) == {"AAPL": False}
    gateway.answer("GET /api/v1/watchlist", WATCHED)
    assert stars(vera.get("/instruments/AAPL").content.decode()) == {"AAPL": True}


def test_who_is_not_signed_in_has_no_stars_and_is_not_asked_for(
    browser: Client, gateway: GatewayDouble
) -> None:
    for path in ("/", "/instruments/AAPL"):
        assert stars(browser.get(path).content.decode()) == {}
    assert gateway.requests_to("GET /api/v1/watchlist") == []
    answer = browser.get("/?watched=yes")
    assert (answer.status_code, answer["Location"]) == (303, "/sign-in?next=/%3Fwatched%3Dyes")


def test_pages_work_while_the_watchlist_does_not(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/watchlist")
    for path in ("/", "/instruments/AAPL"):
        answer = vera.get(path)
        assert (answer.status_code, stars(answer.content.decode())) == (200, {})
        assert "AAPL" in answer.content.decode()
    answer = vera.get("/?watched=yes")
    assert answer.status_code == 503
    assert "Your watchlist could not be loaded" in answer.content.decode()
    assert len(gateway.requests_to("GET /api/v1/instruments")) == 1


def test_a_session_that_ended_is_noticed_where_the_stars_are_written(
    vera: Client, gateway: GatewayDouble
) -> None:
    gateway.answer("GET /api/v1/watchlist", {"code": "session_revoked"}, 401)
    assert vera.get("/")["Location"] == "/sign-in?next=/"


def test_the_watchlist_is_a_list_of_the_market(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/watchlist", WATCHED)
    page = vera.get("/?watched=yes&search=app").content.decode()
    (asked,) = gateway.requests_to("GET /api/v1/instruments")
    assert (asked.query["tickers"], asked.query["search"]) == ("AAPL", "app")
    assert 'name="watched" value="yes" checked' in page
    assert 'href="/?search=app&amp;watched=yes&amp;page=2"' in page


def test_an_empty_watchlist_says_how_to_fill_it(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/instruments", recorded("instruments", count=0, results=[], next=None))
    page = vera.get("/?watched=yes").content.decode()
    assert "Your watchlist is empty" in page
    assert "Press the star" in page
    assert gateway.requests_to("GET /api/v1/instruments")[0].query["tickers"] == ","


def test_a_press_without_javascript_comes_back_and_says_what_it_did(
    vera: Client, gateway: GatewayDouble
) -> None:
    gateway.answer("PUT /api/v1/watchlist/AAPL", WATCHED["results"][0])
    gateway.answer("DELETE /api/v1/watchlist/AAPL", None, 204)
    answer = vera.post("/watchlist/AAPL", {"watched": "yes", "next": "/?search=app"})
    assert (answer.status_code, answer["Location"]) == (303, "/?search=app")
    assert "AAPL: on the watchlist" in vera.get("/").content.decode()
    answer = vera.post("/watchlist/AAPL", {"watched": "no", "next": "https://elsewhere.example"})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert "AAPL: no longer on the watchlist" in vera.get("/").content.decode()


def test_a_press_swaps_the_star(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("PUT /api/v1/watchlist/BRK.B", WATCHED["results"][0])
    answer = vera.post("/watchlist/BRK.B", {"watched": "yes"}, headers=htmx("star-BRK.B"))
    page = answer.content.decode()
    assert stars(page) == {"BRK.B": True}
    assert 'value="no"' in page
    assert "BRK.B: on the watchlist" in page


def test_a_full_watchlist_says_so(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("PUT /api/v1/watchlist/FB", FULL, 409)
    answer = vera.post("/watchlist/FB", {"watched": "yes"}, headers=htmx("star-FB"))
    assert (answer.status_code, answer["HX-Reswap"]) == (409, "none")
    assert FULL["detail"] in answer.content.decode()
    assert vera.post("/watchlist/FB", {"watched": "yes"}).status_code == 303
    assert FULL["detail"] in vera.get("/").content.decode()


def test_only_a_post_presses_it(vera: Client) -> None:
    assert vera.get("/watchlist/AAPL").status_code == 405
