"""Halts, stale prices and frozen accounts are said where a person decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded
from web_frontend.tests.test_orders import FORM, read

#: Of the instrument, of the account, in English, in Russian.
Blocked = tuple[dict[str, Any], dict[str, Any], str, str]

REVIEW = "/instruments/AAPL?side={side}&quantity=2&step=review&key=of-the-form"

HALTED: Blocked = (
    {"status": "halted"},
    {},
    "Trading in this instrument is halted.",
    "Торги этим инструментом приостановлены.",
)
STALE: Blocked = (
    {"price_at": (datetime.now(UTC) - timedelta(seconds=40)).isoformat()},
    {},
    "There is no fresh price at the moment",
    "Сейчас нет свежей цены",
)
FROZEN: Blocked = (
    {},
    {"status": "frozen"},
    "Your cash account is frozen while it is being checked.",
    "Ваш денежный счёт заморожен на время проверки.",
)


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize(("instrument", "account", "english", "russian"), [HALTED, STALE, FROZEN])
def test_it_is_said_in_the_ticket_and_the_review_and_nothing_can_be_placed(
    vera: Client,
    gateway: GatewayDouble,
    instrument: dict[str, Any],
    account: dict[str, Any],
    english: str,
    russian: str,
    side: str,
) -> None:
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(**instrument))
    gateway.answer("GET /api/v1/account", recorded("account", **account))
    sells_on = bool(account) and side == "sell"
    for address, button in (
        (f"/instruments/AAPL?side={side}", "review"),
        (REVIEW.format(side=side), "place"),
    ):
        for language, words in (("en", english), ("ru", russian)):
            page = vera.get(address, headers={"Accept-Language": language}).content.decode()
            assert (f'id="{button}"' in page) == sells_on
            assert (words in page) != sells_on, page


def test_a_ticket_that_is_open_becomes_another_when_the_instrument_is_halted_or_opened(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    address = "/instruments/AAPL?side=buy&quantity=2&blocked={}"
    still_open = vera.get(address.format("no"), headers=htmx("estimate"))
    opened = vera.get(address.format("yes"), headers=htmx("estimate"))
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(**HALTED[0]))
    halted = vera.get(address.format("no"), headers=htmx("estimate"))
    still_halted = vera.get(address.format("yes"), headers=htmx("estimate"))
    for same in (still_open, still_halted):
        assert same.content.decode().strip().startswith('<dl id="estimate"')
        assert "HX-Retarget" not in same.headers
    assert (opened["HX-Retarget"], 'id="review"' in opened.content.decode()) == ("#ticket", True)
    assert (halted["HX-Retarget"], 'id="review"' in halted.content.decode()) == ("#ticket", False)
    assert halted.content.decode().count(HALTED[2]) >= 2  # in the ticket, and aloud


@pytest.mark.parametrize(("instrument", "words"), [(HALTED[0], HALTED[2]), (STALE[0], STALE[2])])
def test_when_it_comes_up_after_the_review_nothing_is_placed(
    vera: Client, gateway: GatewayDouble, instrument: dict[str, Any], words: str
) -> None:
    gateway.answer("GET /api/v1/orders", {"next": None, "previous": None, "results": []})
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(**instrument))
    answer = vera.post("/orders", FORM)
    assert words in answer.content.decode()
    assert 'id="place"' not in answer.content.decode()
    assert not gateway.requests_to("POST /api/v1/orders")


def test_the_price_itself_says_so_also_to_who_is_not_signed_in(
    browser: Client, gateway: GatewayDouble
) -> None:
    assert "pill-warning" not in browser.get("/instruments/AAPL").content.decode()
    for facts, words in ((HALTED[0], "Trading is halted"), (STALE[0], "No fresh price")):
        gateway.answer("GET /api/v1/instruments/AAPL", quoted(**facts))
        assert words in browser.get("/instruments/AAPL").content.decode()
        fragment = browser.get("/instruments/AAPL", headers={"HX-Request": "true", "HX-Target": "quote"})
        assert words in fragment.content.decode()


def test_the_cash_page_says_that_the_account_is_frozen_and_offers_no_top_up(
    vera: Client, gateway: GatewayDouble
) -> None:
    assert vera.get("/cash").content.decode().count('id="top-up"') == 1
    assert vera.get("/cash").content.decode().count('id="withdraw"') == 1
    gateway.answer("GET /api/v1/account", recorded("account", status="frozen"))
    for language, words in (("en", FROZEN[2]), ("ru", FROZEN[3])):
        page = vera.get("/cash", headers={"Accept-Language": language}).content.decode()
        assert words in page
        assert 'id="top-up"' not in page
        assert 'id="withdraw"' not in page
        assert 'id="available"' in page


def test_a_top_up_that_is_refused_for_it_says_so_in_words(vera: Client, gateway: GatewayDouble) -> None:
    problem = {"code": "account_frozen", "detail": "Your cash account is frozen while it is being checked."}
    gateway.answer("POST /api/v1/deposits", problem, 409)
    page = vera.post("/cash", {"amount": "5", "key": "k"}).content.decode()
    assert problem["detail"] in page
    assert "account_frozen" not in page


def test_an_instrument_can_be_looked_at_while_the_account_is_being_opened(
    vera: Client, gateway: GatewayDouble
) -> None:
    gateway.answer("GET /api/v1/account", {"code": "account_not_ready", "detail": "…"}, 404)
    answer = vera.get("/instruments/AAPL")
    assert answer.status_code == 200
    assert "still being opened" in answer.content.decode()


def test_all_that_is_free_can_be_sold_off_the_lot() -> None:
    """Seven are free, and the lot is ten."""
    ticket = read({"side": "sell", "quantity": "7", "step": "review"}, lot_size=10)
    assert (ticket.refused, ticket.most) == (False, 7)
    part = read({"side": "sell", "quantity": "6", "step": "review"}, lot_size=10)
    assert part.error == (
        "This instrument is traded in lots of 10: enter a multiple of it, or all that you can sell: 7 units."
    )
    buy = read({"side": "buy", "quantity": "7", "step": "review"}, lot_size=10)
    assert buy.error == "This instrument is traded in lots of 10: enter a multiple of it."


def test_more_than_is_offered_is_said_and_can_be_ordered() -> None:
    """Customers may offer more than Birzha itself does."""
    ticket = read({"quantity": "20", "step": "review"}, lot_size=20, available_quantity=19, available="99999")
    assert (ticket.most, ticket.refused) == (0, False)
    assert ticket.note == "Only 19 units are offered right now. What cannot be bought at once is canceled."
    dear = read({"quantity": "2000", "step": "review"}, lot_size=20, available_quantity=19, available="99999")
    assert dear.error == "Your available cash is enough for 980 units at most, at the worst price."


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"available": "1000.00", "available_quantity": 0, "asks": []}, "Nobody sells right now."),
        ({"available": "1000.00", "asks": []}, "Nobody sells right now."),  # the house is switched off
        (
            {"available": "100.00", "lot_size": 10, "available_quantity": 3},
            "$100.00 is not enough for 10 units.",
        ),
        ({"available": "99999.00", "lot_size": 10, "available_quantity": 3}, "Less than a lot is offered"),
        ({"available": "5.00"}, "$5.00 is not enough for 1 unit."),
    ],
)
def test_a_ticket_that_nothing_can_be_bought_with_says_why(
    vera: Client, gateway: GatewayDouble, facts: dict[str, Any], said: str
) -> None:
    instrument = {name: facts[name] for name in ("lot_size", "available_quantity") if name in facts}
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(price="100.00", **instrument))
    gateway.answer("GET /api/v1/account", recorded("account", available=facts["available"]))
    asks = facts.get("asks", [{"price": "100.00", "quantity": 3, "orders": 1}])
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", asks=asks))
    page = vera.get("/instruments/AAPL?side=buy").content.decode()
    assert said in page
    assert " 0 units" not in page
    russian = vera.get("/instruments/AAPL?side=buy", headers={"Accept-Language": "ru"}).content.decode()
    assert "не больше 0" not in russian


def test_who_has_none_is_not_told_that_none_can_be_sold_at_most(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/positions", recorded("positions", results=[]))
    page = vera.get("/instruments/AAPL?side=sell&quantity=1").content.decode()
    assert "You have none left to sell" in page
    assert " 0 units" not in page
