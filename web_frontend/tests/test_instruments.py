"""The list with its search, and an instrument's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from web_frontend.templatetags.formatting import change
from web_frontend.templatetags.sparkline import sparkline
from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded


def test_the_list_needs_no_sign_in(browser: Client) -> None:
    answer = browser.get("/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<!doctype html>" in page
    for instrument in recorded("instruments")["results"]:
        assert f'href="/instruments/{instrument["ticker"]}"' in page


def test_a_search_swaps_the_rows_and_has_an_address(
    browser: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    answer = browser.get("/?search=appl&type=share", headers=htmx("instruments"))
    assert "<!doctype html>" not in answer.content.decode()
    assert answer["HX-Push-Url"] == "/?search=appl&type=share"
    assert "HX-Request" in answer["Vary"]
    assert gateway.requests[0].query == {
        "search": "appl",
        "type": "share",
        "page_size": "50",
        "include": "types,hours",
    }


def test_a_null_character_is_no_part_of_a_search(browser: Client, gateway: GatewayDouble) -> None:
    assert browser.get("/?search=ap%00pl%00").status_code == 200
    assert gateway.requests_to("GET /api/v1/instruments")[0].query["search"] == "appl"


@pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "²", "٣", "9" * 5000, "2\n", "%00"])
def test_what_is_no_number_of_a_page_is_the_first_one(
    browser: Client, gateway: GatewayDouble, page: str
) -> None:
    gateway.answer(
        "GET /api/v1/instruments", recorded("instruments", next="http://x/api/v1/instruments?page=2")
    )
    answer = browser.get("/", {"page": page})
    assert answer.status_code == 200
    assert "page" not in gateway.requests_to("GET /api/v1/instruments")[0].query
    assert 'href="/?page=2"' in answer.content.decode()


def test_while_somebody_types_the_address_is_replaced(browser: Client, htmx: Callable) -> None:
    answer = browser.get("/?search=app", headers=htmx("instruments", **{"HX-Trigger": "search"}))
    assert answer["HX-Replace-Url"] == "/?search=app"
    assert not answer.has_header("HX-Push-Url")


def test_the_list_is_sorted_by_what_the_address_says(browser: Client, gateway: GatewayDouble) -> None:
    page = browser.get("/?ordering=-price&search=a&type=share").content.decode()
    assert gateway.requests[0].query["ordering"] == "-price"
    assert '<option value="-price" selected>' in page
    assert 'href="/?search=a&amp;type=share&amp;ordering=-price&amp;page=2"' in page


def test_an_ordering_that_there_is_not_is_passed_over(browser: Client, gateway: GatewayDouble) -> None:
    assert browser.get("/?ordering=isin").status_code == 200
    assert "ordering" not in gateway.requests[0].query


@pytest.mark.parametrize(("name", "times"), [("Index Fund (simulated)", 0), ("Учебный фонд", 0), ("Fund", 1)])
def test_that_an_instrument_is_simulated_is_said_once(
    browser: Client, gateway: GatewayDouble, name: str, times: int
) -> None:
    pill = '<span class="pill">Simulated</span>'
    row = {**recorded("instruments")["results"][1], "name": name}
    gateway.answer("GET /api/v1/instruments", recorded("instruments", results=[row]))
    assert browser.get("/").content.decode().count(pill) == 2 * times  # a phone shows one, a desk the other
    gateway.answer("GET /api/v1/instruments/AAPL", {**quoted(), "name": name, "simulated": True})
    assert browser.get("/instruments/AAPL").content.decode().count(pill) == times


def test_types_without_instruments_are_not_offered(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/instruments", recorded("instruments", types=["bond", "share"]))
    page = browser.get("/").content.decode()
    offered = [name for name in ("share", "bond", "fund", "currency", "future") if f'value="{name}"' in page]
    assert offered == ["share", "bond"]
    assert 'value="fund"' in browser.get("/?type=fund").content.decode()  # what is chosen is shown


def test_going_back_in_history_gets_the_whole_page(browser: Client, htmx: Callable) -> None:
    answer = browser.get("/?search=a", headers=htmx(**{"HX-History-Restore-Request": "true"}))
    assert "<!doctype html>" in answer.content.decode()


def test_nothing_found_names_what_was_searched_and_escapes_it(
    browser: Client, gateway: GatewayDouble
) -> None:
    gateway.answer("GET /api/v1/instruments", recorded("instruments", count=0, results=[], next=None))
    page = browser.get("/", {"search": "<b>x"}).content.decode()
    assert "Nothing for “&lt;b&gt;x”" in page
    assert "Clear the search" in page


def test_a_failed_source_is_not_an_empty_list(
    browser: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    gateway.down("GET /api/v1/instruments")
    cases: list[dict[str, str]] = [{}, htmx("instruments")]
    for headers in cases:
        answer = browser.get("/", headers=headers)
        assert answer.status_code == 503
        assert "The instruments could not be loaded" in answer.content.decode()
        assert "Try again" in answer.content.decode()


def test_the_next_page_keeps_the_search(browser: Client) -> None:
    assert 'href="/?search=a&amp;page=2"' in browser.get("/?search=a").content.decode()


def test_the_page_shows_facts_and_when_the_price_was_true(browser: Client, gateway: GatewayDouble) -> None:
    known = recorded("instrument")
    gateway.answer("GET /api/v1/instruments/AAPL", known)
    page = browser.get("/instruments/AAPL").content.decode()
    assert known["isin"] in page
    assert known["description"] in page
    assert f'datetime="{known["price_at"][:19]}' in page
    assert "Sign in to trade" in page


def test_the_price_refreshes_alone(browser: Client, htmx: Callable) -> None:
    page = browser.get("/instruments/AAPL", headers=htmx("quote")).content.decode()
    assert page.strip().startswith('<div id="quote"')


def test_an_unknown_instrument_is_a_404_page(browser: Client) -> None:
    answer = browser.get("/instruments/NOPE")
    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_prices_are_written_by_language(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/instruments/AAPL", recorded("instrument", price="1234.50", change="-0.10"))
    assert "$1,234.50" in browser.get("/instruments/AAPL").content.decode()
    page = browser.get("/instruments/AAPL", headers={"Accept-Language": "ru"}).content.decode()
    assert "1\xa0234,50\xa0$" in page
    assert "▼" in page
    assert "−0,10" in page


@pytest.mark.parametrize(
    ("amount", "share", "shown"),
    [("-0.06", "0.00", "&lt; 0.01%"), ("-0.06", "-0.01", "−0.01%"), ("0.00", "0.00", "0.00%")],
)
def test_a_change_too_small_for_its_percent_is_not_called_none(amount: str, share: str, shown: str) -> None:
    with translation.override("en"):
        assert f'<span class="share">{shown}</span>' in change(amount, share, "USD")


def test_a_row_has_a_small_picture_of_its_day(browser: Client, gateway: GatewayDouble) -> None:
    answer = recorded("instruments")
    gain, loss, flat, early = answer["results"][:4]
    for row, price in ((gain, "110.00"), (loss, "90.00"), (flat, "100.00"), (early, "101.00")):
        row.update(price=price, previous_close="100.00")
    hours = [[10, "100.00", "120.00", "95.00", "105.00"], [11, "105.00", "106.00", "80.00", "85.00"]]
    answer["hours"] = {row["ticker"]: hours for row in (gain, loss, flat)} | {early["ticker"]: []}
    gateway.answer("GET /api/v1/instruments", answer)
    page = browser.get("/").content.decode()
    rows = {ticker: page.split(f'data-live="{ticker}"')[1].split("</tr>")[0] for ticker in answer["hours"]}
    kinds = {ticker: row.partition('class="spark ')[2].partition('"')[0] for ticker, row in rows.items()}
    assert kinds == {
        gain["ticker"]: "gain",
        loss["ticker"]: "loss",
        flat["ticker"]: "flat",
        early["ticker"]: "gain",
    }
    assert 'aria-hidden="true"' in rows[gain["ticker"]]
    # the low of an hour that rose before its high, the other way round in one that fell; then the price now
    points = rows[gain["ticker"]].partition('points="')[2].partition('"')[0].split()
    assert points[:4] == ["2.0,14.0", "13.5,17.0", "25.0,2.0", "36.5,11.0"]
    assert points[4:] == ["48.0,11.0", "59.5,10.4", "71.0,26.0", "82.5,23.0", "94.0,8.0"]
    # no hour is over yet: from the previous close to the price now
    first = rows[early["ticker"]].partition('points="')[2].partition('"')[0].split()
    assert first == ["2.0,14.0", "94.0,2.0"]
    assert "M0 14.0H96" in rows[gain["ticker"]]


def test_a_day_that_did_not_move_is_a_straight_line() -> None:
    hours = [[10, "5", "5", "5", "5"]]
    found = sparkline({"price": "5", "previous_close": "5", "hours": hours})
    assert found is not None
    assert {point.split(",")[1] for point in found.points.split()} == {"14.0"}  # in the middle
    assert sparkline({"price": None, "previous_close": None, "hours": hours}) is None


def test_a_day_that_hardly_moved_does_not_look_like_a_fall() -> None:
    """The height is at least a hundredth of the close, up and down."""

    def depth(price: str) -> float:
        hours = [[10, "100", "100", price, price]]
        found = sparkline({"price": price, "previous_close": "100", "hours": hours})
        assert found is not None
        return max(float(point.split(",")[1]) for point in found.points.split()) - float(found.close)

    assert depth("99.99") < 0.2
    assert depth("99.50") == 6
    assert depth("97.50") > 15
