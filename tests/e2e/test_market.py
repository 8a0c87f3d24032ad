"""What anybody may read: search, the list, one instrument."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.people import Client, problem_of
from tests.system import System

INSTRUMENT = {
    "id", "ticker", "isin", "name", "description", "type", "currency", "lot_size", "price_step",
    "available_quantity", "price", "previous_close", "change", "change_percent", "price_at", "status",
}  # fmt: skip


@pytest.mark.parametrize(
    ("search", "ticker"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("micros", "MSFT"),
        ("microsfot", "MSFT"),
        ("US5949181045", "MSFT"),
        ("облигация", "BZB5"),
        ("ЭППЛ", "AAPL"),
        ("гугл", "GOOG"),
    ],
)
def test_search_finds_what_is_meant(visitor: Client, search: str, ticker: str) -> None:
    found = [row["ticker"] for row in visitor.get("/instruments", search=search)["results"]]
    assert ticker in found
    if search.upper() == ticker:
        assert found[0] == ticker


def test_an_instrument_and_the_list_are_public_and_may_be_cached(visitor: Client) -> None:
    page = visitor.get("/instruments", type="share", page_size=2)
    assert set(page) == {"count", "next", "previous", "results"}
    assert page["count"] >= 5  # other tests list some of their own
    assert len(page["results"]) == 2
    answer = visitor.send("GET", "/instruments/AAPL")
    assert answer.json().keys() >= INSTRUMENT
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert visitor.get("/instruments", search="qqqqqqq")["results"] == []
    problem_of(visitor.send("GET", "/instruments/NOPE"), 404, "not_found")


def test_names_are_in_the_readers_language(system: System) -> None:
    english, russian = (Client(system.url, Accept_Language=locale) for locale in ("en", "ru"))
    assert english.get("/instruments/AAPL")["name"] == "Apple Inc."
    assert "Эппл" in russian.get("/instruments/AAPL")["name"]


def test_the_book_and_the_tape_are_public_and_name_nobody(visitor: Client, new_person: Any) -> None:
    bought = new_person(deposit="5000.00").buy("AAPL", 2)

    answer = visitor.send("GET", "/instruments/aapl/book?levels=3")
    book = answer.json()
    assert set(book) == {"ticker", "status", "bids", "asks", "price", "price_at", "as_of"}
    assert all(set(level) == {"price", "quantity", "orders"} for level in book["bids"] + book["asks"])
    assert book["bids"][0]["quantity"] >= 2  # the house buys back what it sold
    assert answer.headers["Cache-Control"] == "public, max-age=1"
    tape = visitor.get("/instruments/AAPL/trades")["results"]
    assert all(set(trade) == {"id", "price", "quantity", "taker_side", "executed_at"} for trade in tape)
    price = bought["fills"][0]["price"]
    assert any(trade["quantity"] == 2 and trade["price"] == price for trade in tape)
    for path in ("book?levels=0", "trades?page_size=0", "trades?cursor=nonsense"):
        problem_of(visitor.send("GET", f"/instruments/AAPL/{path}"), 400, "validation_failed")
    for path in ("book", "trades"):
        problem_of(visitor.send("GET", f"/instruments/NOPE/{path}"), 404, "not_found")
