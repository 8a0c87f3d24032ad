"""What another tab of the browser has done meanwhile: signed out, or signed in as somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded

ORDER = {
    "ticker": "AAPL", "side": "buy", "quantity": "2", "type": "limit", "limit_price": "400.00",
    "time_in_force": "gtc", "key": "key-of-the-form",
}  # fmt: skip
FORMS = [
    "/cash",
    "/cash/withdraw",
    "/orders/cancel-all",
    "/notifications/read-all",
    "/watchlist/AAPL",
    "/alerts",
]


def owner(page: str) -> str:
    found = re.search(r"""hx-headers='{"X-Page-Owner": "(\w+)"}'""", page)
    return found[1] if found else ""


def sign_in(client: Client, name: str) -> None:
    assert client.post("/sign-in", {"username": name, "password": "x9-long-enough"}).status_code == 303


def filled_in(address: str) -> dict[str, str]:
    """What the ticket holds, to which the sign-in at an address leads."""
    parts = urlsplit(address)
    assert parts.path == "/sign-in"
    ticket = urlsplit(parse_qs(parts.query)["next"][0])
    assert ticket.path == "/instruments/AAPL"
    return {name: value for name, (value,) in parse_qs(ticket.query).items()}


def test_a_fragment_for_somebody_elses_page_is_a_reload_and_says_so(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    page = vera.get("/instruments/AAPL").content.decode()
    veras = owner(page)
    assert veras
    headers = htmx("ticket", **{"X-Page-Owner": veras})
    assert vera.get("/instruments/AAPL?side=sell", headers=headers).status_code == 200
    sign_in(vera, "boris")
    gateway.requests.clear()
    for answer in (
        vera.get("/instruments/AAPL?side=sell", headers=headers),
        vera.post("/orders", ORDER, headers=headers),
        vera.post("/cash", {"amount": "5", "key": "k"}, headers=headers),
    ):
        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert gateway.requests == []
    page = vera.get("/instruments/AAPL").content.decode()
    assert "You are signed in as boris here now" in page
    assert owner(page) not in ("", veras)


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ("/instruments/AAPL", "ticket"),
        ("/instruments/AAPL", "position"),
        ("/instruments/AAPL", "chart"),
        ("/portfolio", "holdings"),
        ("/orders", "orders"),
        ("/", "instruments"),
        ("/market-clock", "market-clock"),
    ],
)
def test_a_part_of_the_page_of_who_is_signed_out_by_now_is_a_reload(
    vera: Client, htmx: Callable, page: str, part: str
) -> None:
    """And no page within the page."""
    headers = htmx(part, **{"X-Page-Owner": owner(vera.get("/portfolio").content.decode())})
    assert vera.get(page, headers=headers).content
    vera.post("/sign-out")
    answer = vera.get(page, headers=headers)
    assert (answer.status_code, answer["HX-Refresh"], answer["X-Signed-Out"]) == (204, "true", "yes")
    assert "Sign in" in vera.get("/instruments/AAPL").content.decode()


def test_a_stranger_signs_in_and_finds_the_ticket_of_the_address(browser: Client) -> None:
    page = browser.get("/instruments/AAPL?side=sell&quantity=3").content.decode()
    assert 'href="/sign-in?next=%2Finstruments%2FAAPL%3Fside%3Dsell%26quantity%3D3"' in page


def test_whose_page_it_is_shows_no_name(vera: Client, browser: Client) -> None:
    assert "vera" not in owner(vera.get("/portfolio").content.decode())
    assert owner(Client().get("/").content.decode()) == ""


@pytest.mark.parametrize("fragment", [True, False])
def test_who_is_signed_out_places_nothing_and_finds_the_ticket_again(
    vera: Client, gateway: GatewayDouble, htmx: Callable, fragment: bool
) -> None:
    headers = htmx("ticket") if fragment else {}
    vera.post("/sign-out")
    answer = vera.post("/orders", ORDER, headers=headers)
    address = answer["HX-Redirect"] if fragment else answer["Location"]
    assert filled_in(address) == {name: ORDER[name] for name in ORDER if name != "ticker"}
    assert "nothing was placed" in vera.get(address).content.decode()
    assert gateway.requests_to("POST /api/v1/orders") == []


def test_who_is_signed_out_elsewhere_finds_the_ticket_again(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/orders", {"code": "token_invalid", "detail": "no"}, 401)
    answer = vera.post("/orders", ORDER)
    assert filled_in(answer["Location"])["quantity"] == "2"
    assert "nothing was placed" in vera.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("ticker", ["", "a/b", "../x", "\x00"])
def test_no_ticker_leads_astray(browser: Client, ticker: str) -> None:
    answer = browser.post("/orders", {**ORDER, "ticker": ticker})
    assert answer.status_code == 303
    assert answer["Location"].startswith("/sign-in?next=/")


@pytest.mark.parametrize("path", FORMS)
def test_every_form_says_that_nothing_was_done(browser: Client, path: str) -> None:
    referer = {"Referer": "http://testserver/history?type=buy"}
    answer = browser.post(path, {}, headers=referer)
    assert answer["Location"] == "/sign-in?next=/history%3Ftype%3Dbuy"
    assert "nothing was done" in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("path", "name"), [("/cash", "amount"), ("/cash/withdraw", "withdraw")])
@pytest.mark.parametrize("fragment", [True, False])
def test_who_is_signed_out_books_nothing_and_finds_the_amount_again(
    vera: Client, gateway: GatewayDouble, htmx: Callable, path: str, name: str, fragment: bool
) -> None:
    page = "http://testserver/cash?next=/help&key=its-key"
    headers = htmx("top-up", **{"HX-Current-URL": page}) if fragment else {"Referer": page}
    vera.post("/sign-out")
    answer = vera.post(path, {"amount": "77", "key": "its-key"}, headers=headers)
    (back,) = parse_qs(urlsplit(answer["HX-Redirect" if fragment else "Location"]).query)["next"]
    assert urlsplit(back).path == "/cash"
    assert parse_qs(urlsplit(back).query) == {"next": ["/help"], "key": ["its-key"], name: ["77"]}
    assert gateway.requests_to("POST /api/v1/deposits") == []
    gateway.answer("POST /api/v1/deposits", {"code": "token_invalid", "detail": "no"}, 401)
    gateway.answer("POST /api/v1/withdrawals", {"code": "token_invalid", "detail": "no"}, 401)
    sign_in(vera, "vera")
    answer = vera.post(path, {"amount": "77", "key": "its-key"}, headers=headers)
    assert f"{name}%3D77" in answer["HX-Redirect" if fragment else "Location"]


def test_a_form_on_another_site_leads_home(browser: Client) -> None:
    answer = browser.post("/cash", {}, headers={"Referer": "https://elsewhere.example/x"})
    assert answer["Location"] == "/sign-in?next=/"


def test_a_review_by_an_address_without_a_key_gets_one(vera: Client, gateway: GatewayDouble) -> None:
    """So that Back to it leads to the order that it has become, and not to a second one."""
    answer = vera.get("/instruments/AAPL?side=buy&quantity=2&step=review")
    assert answer.status_code == 303
    address = answer["Location"]
    keys = [re.findall(r'name="key" value="([^"]+)"', vera.get(address).content.decode()) for _ in range(2)]
    assert keys[0] == keys[1] != []
    gateway.answer("GET /api/v1/orders", recorded("orders"))
    assert f"key={keys[0][0]}" in address


def test_an_order_that_waits_has_a_link_to_look_again_without_javascript(
    vera: Client, gateway: GatewayDouble
) -> None:
    order = recorded("order", status="working", filled_quantity=0)
    gateway.answer(f"GET /api/v1/orders/{order['id']}", order)
    page = vera.get(f"/orders/{order['id']}").content.decode()
    without = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert f'id="look-again" href="/orders/{order["id"]}"' in without
    gateway.answer(f"GET /api/v1/orders/{order['id']}", recorded("order"))
    assert "look-again" not in vera.get(f"/orders/{order['id']}").content.decode()
