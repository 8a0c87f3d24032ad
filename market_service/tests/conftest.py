"""Given: instruments that are listed, through the use-case that lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from market_service.instruments.isin import isin_check_digit
from market_service.instruments.models import Instrument
from market_service.instruments.services import CatalogueLoaded, catalogue_load
from market_service.quotes.models import Quote


@pytest.fixture
def entry() -> Callable[..., dict[str, Any]]:
    """An entry of a catalogue file, sound unless told otherwise."""

    def make(ticker: str = "AAPL", **changes: Any) -> dict[str, Any]:
        body = f"ZZT{re.sub('[^A-Z0-9]', '0', ticker):0>8}"
        return {
            "ticker": ticker,
            "isin": f"{body}{isin_check_digit(body)}",
            "type": "share",
            "name_en": f"{ticker} Inc.",
            "name_ru": f"Акция {ticker}",
            "description_en": f"Share of {ticker}.",
            "description_ru": f"Доля в {ticker}.",
            "lot_size": 1,
            "price_step": "0.01",
            "issued_quantity": 1000,
            "simulated": True,
            "price": "430.47",
            "previous_close": "441.40",
            **changes,
        }

    return make


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., CatalogueLoaded]:
    """Loads a catalogue of the given entries."""

    def run(*entries: dict[str, Any], prices: Path | None = None) -> CatalogueLoaded:
        path = tmp_path / "catalogue.json"
        path.write_text(json.dumps({"instruments": entries}), encoding="utf-8")
        return catalogue_load(catalogue=path, prices=prices)

    return run


@pytest.fixture
def listed(entry: Any, load: Any) -> Callable[..., Instrument]:
    """``listed("AAPL", issued_quantity=1)`` → the instrument, open, its quote of this moment.

    The house trades at the quote, so that one number says what an order costs; ``half_spread=None``: around
    it, as it does by default.
    """

    def make(ticker: str = "AAPL", *, half_spread: Decimal | None = Decimal(0), **changes: Any) -> Instrument:
        load(entry(ticker, **changes))
        Instrument.objects.filter(ticker=ticker).update(half_spread=half_spread)
        return Instrument.objects.select_related("quote").get(ticker=ticker)

    return make


@pytest.fixture
def aged() -> Callable[..., None]:
    """``aged(instrument, 31)``: its quote is as old as that, in seconds."""
    from datetime import timedelta

    from django.db.models import F

    def make(instrument: Instrument, seconds: float) -> None:
        Quote.objects.filter(instrument=instrument).update(
            price_at=F("price_at") - timedelta(seconds=seconds)
        )

    return make
