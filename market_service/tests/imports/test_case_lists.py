"""Each list in ``cases`` is listed as its README says, before its prices and after them."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from market_service.instruments.models import Instrument
from market_service.tests.imports.expected import CASES

pytestmark = pytest.mark.django_db


def run(command: str, name: str, *options: str) -> str:
    out = StringIO()
    call_command(command, str(CASES / name), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_moex_securities() -> None:
    printed = run("import_instruments", "list-moex-iss-securities-cp1251.csv")

    listed = {one.ticker: one for one in Instrument.objects.select_related("quote")}
    assert {
        ticker: (one.lot_size, one.price_step, one.issued_quantity, one.quote.price)
        for ticker, one in listed.items()
    } == {
        "TSTR": (10, Decimal("0.005"), 21_586_948_000, Decimal("12.42")),
        "TSTRP": (10, Decimal("0.01"), 1_000_000_000, Decimal("10.2")),
        "TSTV": (10_000, Decimal("0.000005"), 12_960_541_337_338, Decimal("0.023495")),
    }
    assert (listed["TSTR"].name_ru, listed["TSTR"].name_en) == ('ПАО "Тест" ао', "Test ao")
    assert listed["TSTR"].isin == "ZZ00000TSTR0"
    assert "instruments that do not trade (status): 1" in printed
    assert "TSTN: N" in printed
    assert "the list is in RUB; this exchange counts in USD" in printed, "SUR is RUB"
    assert "BIRZHA_CURRENCY" in printed


def test_moex_by_pandas() -> None:
    printed = run("import_instruments", "list-moex-pandas.csv")
    steps = dict(Instrument.objects.values_list("ticker", "price_step"))
    assert steps == {"TSTR": Decimal("0.01"), "TSTV": Decimal("0.000001")}
    assert "price_step is guessed or a default for TSTR, TSTV (set it with --price-step)" in printed


def test_nasdaq_listed() -> None:
    printed = run("import_instruments", "list-nasdaqlisted.txt")
    found = set(Instrument.objects.values_list("ticker", "type", "lot_size", "name_en"))
    assert found == {
        ("TSTA", "share", 1, "Test Alpha, Inc. - Common Stock"),
        ("TSTB", "fund", 1, "Test Beta Fund"),
    }
    assert "test issues: 1" in printed
    assert "ZTEST" in printed


def test_nasdaq_screener() -> None:
    printed = run("import_instruments", "list-nasdaq-screener.csv")
    found = dict(Instrument.objects.values_list("ticker", "quote__price"))
    assert found == {"TSTA": Decimal("99.95"), "TST.B": Decimal("20.85"), "TST-C": Decimal("5.01")}
    assert "TST/B → TST.B, TST^C → TST-C" in printed


def test_a_minimal_list_before_its_prices() -> None:
    printed = run("import_instruments", "list-minimal.csv")
    assert "hidden until they have prices (import_prices): TSTA, TSTB" in printed
    assert not Instrument.objects.filter(quote__isnull=False).exists()

    printed = run("import_prices", "kaggle-name-column.csv")

    assert "quoted now, at their last close: TSTA, TSTB" in printed
    found = set(Instrument.objects.values_list("ticker", "quote__price", "quote__previous_close", "name_en"))
    assert found == {
        ("TSTA", Decimal("99.95"), Decimal("99.7"), "Test Alpha"),
        ("TSTB", Decimal("20.85"), Decimal("20.75"), "Test Beta"),
    }


def test_a_minimal_list_after_its_prices() -> None:
    printed = run("import_prices", "kaggle-name-column.csv", "--list")
    assert "listed by their prices: TSTA, TSTB" in printed
    assert Instrument.objects.get(ticker="TSTB").name_en == "TSTB"

    printed = run("import_instruments", "list-minimal.csv")

    assert "missing values filled in: TSTA, TSTB" in printed
    found = set(Instrument.objects.values_list("ticker", "quote__price", "name_en", "name_ru"))
    assert found == {
        ("TSTA", Decimal("99.95"), "Test Alpha", "Test Alpha"),
        ("TSTB", Decimal("20.85"), "Test Beta", "Test Beta"),
    }
    assert "0 listed, 0 changed, 2 unchanged" in run("import_instruments", "list-minimal.csv")
