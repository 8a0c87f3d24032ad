"""Given instruments that are listed and changed in every way, then each is found by its words at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from market_service.imports.options import ImportOptions
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_list
from market_service.instruments.services import instrument_edit, instruments_import, prices_load
from market_service.search.services import words_check
from servicekit.audit.actors import Actor

pytestmark = pytest.mark.django_db


def found(text: str, **filters: str) -> list[str]:
    return [instrument.ticker for instrument in instrument_list(search=text, **filters)]


def test_a_catalogue(entry: Any, load: Any) -> None:
    load(entry("AAPL", name_en="Apple"))
    assert found("apple") == ["AAPL"]
    load(entry("AAPL", name_en="Pear", type="fund"))
    assert (found("apple"), found("pear", type="fund"), found("pear", type="share")) == ([], ["AAPL"], [])
    assert words_check().tickers == []


def test_an_edit(listed: Any) -> None:
    instrument = listed("AAPL")
    texts: Any = {
        "name_en": "Pear",
        "name_ru": "Груша",
        "description_en": "Sweet",
        "description_ru": "Сладкая",
    }
    instrument_edit(instrument_id=instrument.pk, **texts)
    assert [found(text) for text in ("pear", "груша", "sweet", "сладкая")] == [["AAPL"]] * 4
    assert found("inc") == []
    assert words_check().tickers == []


def test_a_list_and_its_prices(tmp_path: Path) -> None:
    def imported(name: str, text: str, run: Any, **options: Any) -> None:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        run(path=path, options=ImportOptions(), by=Actor.shell(), **options)

    imported("list.csv", "ticker,name\nTSTA,Quince\n", instruments_import)
    assert Instrument.objects.filter(ticker="TSTA").exists()
    assert found("quince") == []  # without a price it is not shown
    assert instrument_list()[:] == []
    prices = "Date,Open,High,Low,Close,Volume\n2024-01-15,10,11,9,10.5,100\n2024-01-16,10,11,9,10.7,100\n"
    imported("TSTA.csv", prices, prices_load)
    assert found("quince") == ["TSTA"]
    imported("list2.csv", "ticker,name\nTSTA,Medlar\n", instruments_import, update=True)
    assert (found("quince"), found("medlar")) == ([], ["TSTA"])
    assert words_check().tickers == []
    assert words_check().checked == 1
