"""Which market and currency a system begins with, and that it keeps them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from compose.local import databases
from compose.local.console import CommandError
from compose.local.kept_choices import require_kept, require_same
from compose.local.market_choice import READY, MarketChoice
from compose.local.paths import ROOT, Home
from compose.local.settings import Settings
from compose.local.stack import Stack

OWN = "/somewhere/my market"


@pytest.mark.parametrize(
    ("environment", "state", "market", "currency"),
    [
        ({}, {}, "usd", "USD"),
        ({"BIRZHA_CURRENCY": "RUB"}, {}, "rub", "RUB"),
        ({"BIRZHA_CURRENCY": " eur "}, {}, "eur", "EUR"),
        ({"BIRZHA_MARKET": "rub"}, {}, "rub", "RUB"),
        ({"BIRZHA_MARKET": "rub", "BIRZHA_CURRENCY": "RUB"}, {}, "rub", "RUB"),
        ({}, {"market": "rub", "currency": "RUB"}, "rub", "RUB"),
        ({"BIRZHA_CURRENCY": "EUR"}, {"market": "rub", "currency": "RUB"}, "eur", "EUR"),
        ({"BIRZHA_MARKET": ""}, {"market": OWN, "currency": "RUB"}, OWN, "RUB"),
        ({}, {"market": OWN, "currency": "RUB"}, OWN, "RUB"),
        ({"BIRZHA_MARKET": "usd"}, {"market": OWN, "currency": "RUB"}, "usd", "USD"),
        ({"BIRZHA_MARKET": "docs", "BIRZHA_CURRENCY": "EUR"}, {}, str(ROOT / "docs"), "EUR"),
        ({"BIRZHA_MARKET": "docs"}, {}, str(ROOT / "docs"), "USD"),
    ],
)
def test_each_says_the_other(
    environment: dict[str, str], state: dict[str, object], market: str, currency: str
) -> None:
    choice = MarketChoice.read(environment, state)
    assert (choice.market, choice.currency) == (market, currency)
    assert (choice.folder is None) == (market in READY)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"BIRZHA_CURRENCY": "GBP"}, "BIRZHA_CURRENCY=GBP must be one of USD, EUR, RUB"),
        ({"BIRZHA_MARKET": "rub", "BIRZHA_CURRENCY": "USD"}, "BIRZHA_MARKET=rub is in RUB, not in USD"),
        ({"BIRZHA_MARKET": "no-such-folder"}, "neither usd, eur or rub, which are shipped, nor a folder"),
        ({"BIRZHA_MARKET": "README.md"}, "neither usd, eur or rub, which are shipped, nor a folder"),
    ],
)
def test_what_cannot_be_is_one_sentence(environment: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        MarketChoice.read(environment, {})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_next_start_finds_them_again(folder: Path) -> None:
    home = Home.at(folder)
    home.write_state(**Settings.read(home, {"BIRZHA_MARKET": "rub"}).state)
    again = Settings.read(home, {})
    assert again.chosen["currency"] == "RUB"
    assert again.chosen["market"] == "rub"


def test_every_currency_has_a_shipped_market() -> None:
    for market in READY:
        assert (ROOT / "market_service" / "data" / market / "catalogue.json").is_file()


def test_another_market_than_the_one_that_is_kept_is_refused(folder: Path) -> None:
    home = Home.at(folder)
    require_kept(home, MarketChoice("rub", "RUB"), currency="RUB", market="rub")
    with pytest.raises(CommandError, match="are in RUB, not in USD, and an exchange keeps its currency"):
        require_kept(home, MarketChoice(), currency="RUB")
    with pytest.raises(CommandError, match=f"began with the market {OWN}, not with rub"):
        require_kept(home, MarketChoice("rub", "RUB"), currency="RUB", market=OWN)


def test_data_in_another_currency_stop_the_start(system: Stack, passwords: dict[str, str]) -> None:
    roubles, dollars = MarketChoice("rub", "RUB"), MarketChoice()
    require_same(system.home, roubles, passwords)  # nothing is there yet
    require_same(system.home, dollars, passwords)
    connection = databases.connect(
        system.home, role="postgres", password=passwords["postgres"], database="billing"
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger_ledgeraccount (currency text)")
        try:
            require_same(system.home, dollars, passwords)
            cursor.execute("INSERT INTO ledger_ledgeraccount VALUES ('RUB')")
            require_same(system.home, roubles, passwords)
            with pytest.raises(CommandError) as caught:
                require_same(system.home, dollars, passwords)
        finally:
            cursor.execute("DROP TABLE ledger_ledgeraccount")
    assert "are in RUB, not in USD" in str(caught.value)
    assert "make up BIRZHA_CURRENCY=RUB" in str(caught.value)
    assert "\n" not in str(caught.value)
