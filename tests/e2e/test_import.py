"""A market of one's own, imported into a running system: what the import takes, every other part takes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from compose.local.paths import ROOT
from compose.system.environment import child_environment
from tests.e2e.people import Client, Person, wait
from tests.system import System

#: As a list writes them, and what becomes of them. Issues may be of a quadrillion units.
TICKERS = {"e2m&m": "E2M&M", "E2X/B": "E2X.B", "E2X^C": "E2X-C", "E2_UI": "E2_UI"}


def run(system: System, files: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """``make import FILES=… ARGS=…``"""
    environment = child_environment(system.home.root, {"LC_ALL": "C"})
    command = ["make", "import", f"FILES={files}", f"ARGS={' '.join(options)}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(system: System) -> Path:
    """A folder that Birzha's user may read, who may not be the one that runs the tests."""
    folder = system.home.root / "to-import"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def market(system: System, folder: Path) -> str:
    """What was said of the import of a folder: a list, and the prices of what is on it."""
    lines = [f"{name};Import {place};1000000000000000;future" for place, name in enumerate(TICKERS)]
    (folder / "list.csv").write_text("\n".join(["ticker;name;issuesize;type", *lines]), encoding="utf-8")
    days = [f"{name},2024-01-{day},10,12,9,{day}.5,100" for name in TICKERS for day in (10, 11)]
    (folder / "prices.csv").write_text(
        "\n".join(["Symbol,Date,Open,High,Low,Close,Volume", *days]), encoding="utf-8"
    )
    done = run(system, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "this was" not in done.stdout.lower()
    return done.stdout


def test_a_folder_is_a_market(market: str, visitor: Client) -> None:
    assert "list.csv: instruments: " in market
    assert "prices.csv: daily prices: 8 rows" in market
    for ticker in TICKERS.values():
        found = visitor.get(f"/instruments/{quote(ticker, safe='')}")
        assert found["ticker"] == ticker
        assert (found["previous_close"], found["isin"]) == ("10.50", "")
        assert found["available_quantity"] >= 10**14


@pytest.mark.parametrize("ticker", TICKERS.values())
def test_an_address_takes_the_ticker_as_it_is_and_escaped(market: str, visitor: Client, ticker: str) -> None:
    for written in (ticker, quote(ticker, safe=""), ticker.lower()):
        assert visitor.get(f"/instruments/{written}")["ticker"] == ticker
        page = visitor.send("GET", f"{visitor.url}/instruments/{written}")
        assert page.status_code == 200, written
        assert ticker.replace("&", "&amp;") in page.text


@pytest.mark.parametrize("ticker", TICKERS.values())
def test_the_search_finds_it(market: str, visitor: Client, ticker: str) -> None:
    for written in (ticker, ticker.lower()):
        assert visitor.get("/instruments", search=written)["results"][0]["ticker"] == ticker
    page = visitor.send("GET", f"{visitor.url}/", params={"search": ticker})
    assert f'href="/instruments/{ticker.replace("&", "&amp;")}"' in page.text


def test_it_is_bought_and_sold_and_stands_in_the_history(
    market: str, new_person: Callable[..., Person]
) -> None:
    person = new_person(deposit="5000.00")
    for ticker in TICKERS.values():
        wait(lambda name=ticker: _known(person, name), f"trading does not know {ticker}")
        assert person.ended(person.place("buy", ticker, 10))["status"] == "filled"
        assert person.ended(person.place("sell", ticker, 4))["status"] == "filled"
        assert person.get("/orders", ticker=ticker)["results"][0]["ticker"] == ticker
        bought = person.get("/operations", ticker=ticker)["results"]
        assert {row["ticker"] for row in bought} == {ticker}
    held = {row["ticker"]: row["quantity"] for row in person.get("/positions")["results"]}
    assert held == dict.fromkeys(TICKERS.values(), 6)


def _known(person: Person, ticker: str) -> bool:
    body = {"ticker": ticker, "side": "sell", "type": "market", "quantity": 1}
    return "instrument_unknown" not in person.post("/orders", body, key=os.urandom(8).hex()).text


def test_its_quotes_are_streamed(market: str, system: System) -> None:
    with (
        httpx.Client(base_url=system.url, timeout=60, verify=False) as client,
        client.stream("GET", "/api/v1/quotes/stream", params={"tickers": "E2M&M,E2_UI"}) as answer,
    ):
        assert answer.status_code == 200
        data = (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: {"))
        assert {next(data)["ticker"], next(data)["ticker"]} == {"E2M&M", "E2_UI"}


def test_a_file_that_is_refused_says_why_and_ends_with_an_error(system: System, folder: Path) -> None:
    file = folder / "page.csv"
    file.write_text("<!DOCTYPE html><html><body>Too many requests</body></html>", encoding="utf-8")
    done = run(system, file)
    assert done.returncode != 0
    assert "Nothing was loaded of page.csv: this is a web page, not prices" in done.stderr
    assert "Traceback" not in done.stderr
