"""What anybody may read: search, the list, one instrument."""

from __future__ import annotations

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
    assert (page["count"], len(page["results"])) == (5, 2)
    answer = visitor.send("GET", "/instruments/AAPL")
    assert answer.json().keys() >= INSTRUMENT
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert visitor.get("/instruments", search="qqqqqqq")["results"] == []
    problem_of(visitor.send("GET", "/instruments/NOPE"), 404, "not_found")


def test_names_are_in_the_readers_language(system: System) -> None:
    english, russian = (Client(system.url, Accept_Language=locale) for locale in ("en", "ru"))
    assert english.get("/instruments/AAPL")["name"] == "Apple Inc."
    assert "Эппл" in russian.get("/instruments/AAPL")["name"]
