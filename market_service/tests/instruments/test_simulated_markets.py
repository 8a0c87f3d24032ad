"""The shipped markets in roubles and euros: what the seed gives, listed in the currency of the exchange."""

from __future__ import annotations

import gzip
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command

from market_service.instruments.models import Instrument
from market_service.simulated.files import MARKETS, PRICES, catalogue_text, prices_text


@pytest.mark.parametrize("currency", MARKETS)
def test_the_files_are_what_the_seed_gives(currency: str) -> None:
    folder = configured.DATA / currency.lower()
    assert (folder / "catalogue.json").read_text(encoding="utf-8") == catalogue_text(currency)
    assert gzip.decompress((folder / PRICES).read_bytes()).decode() == prices_text(currency)


@pytest.mark.django_db
@pytest.mark.parametrize("currency", MARKETS)
def test_an_exchange_in_that_currency_lists_it_and_nothing_else(currency: str, settings: Any) -> None:
    settings.HOME_CURRENCY, settings.MARKET = currency, currency.lower()
    call_command("load_market", stdout=StringIO())
    listed = list(Instrument.objects.select_related("quote"))
    assert {one.ticker for one in listed} == {one.ticker for one in MARKETS[currency]}
    for one in listed:
        assert one.currency == currency
        assert one.simulated
        assert one.isin.startswith("ZZ")
        assert "(учебн" in one.name_ru
        assert "(simulated" in one.name_en
        assert one.quote.price > 0
        assert one.quote.price % one.price_step == 0
