"""Each file in ``cases`` gives what its README says, through the command and into PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market_service.quotes.models import DailyPrice
from market_service.tests.imports.expected import CASES, GOOD, LISTS, REFUSED, Rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(listed: Any) -> None:
    for ticker in ("TSTA", "TSTB", "TSTR", "TSTV"):
        listed(ticker)


def run(command: str, name: str, *options: str) -> str:
    out = StringIO()
    call_command(command, str(CASES / name), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def prices() -> Rows:
    return {
        (one.instrument.ticker, str(one.date)): (one.open, one.high, one.low, one.close, Decimal(one.volume))
        for one in DailyPrice.objects.select_related("instrument")
    }


def test_every_file_is_tried() -> None:
    files = {path.name for path in CASES.iterdir()} - {"README.md"}
    assert files == GOOD.keys() | REFUSED.keys() | LISTS
    assert len(files) == 83 + 1


@pytest.mark.parametrize("name", GOOD)
def test_good_prices(market: None, name: str) -> None:
    case = GOOD[name]
    options = (*(("--ticker", case.ticker) if case.ticker else ()), *case.options)

    tried = run("import_prices", name, "--dry-run", *options)
    assert prices() == {}
    printed = run("import_prices", name, *options)

    assert prices() == case.prices
    for words in case.printed:
        assert words in printed
        assert words in tried
    for key, wanted in (case.adjusted or {key: values[3] for key, values in case.prices.items()}).items():
        found = DailyPrice.objects.get(instrument__ticker=key[0], date=key[1]).adj_close
        assert round(found, 6) == round(wanted, 6)
    count = len(case.prices)
    assert f"{count} rows: {count} new, 0 changed, 0 unchanged" in printed
    assert f"{count} rows: 0 new, 0 changed, {count} unchanged" in run("import_prices", name, *options)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(market: None, name: str) -> None:
    ticker, words = REFUSED[name]
    with pytest.raises(CommandError) as error:
        run("import_prices", name, *(("--ticker", ticker) if ticker else ()))
    sentence = str(error.value)
    assert error.value.returncode == 1
    assert sentence.startswith(f"Nothing was loaded of {name}: ")
    for word in words:
        assert word in sentence
    assert prices() == {}


def test_the_option_that_the_error_names_works(market: None) -> None:
    run("import_prices", "trap-date-ambiguous.csv", "--ticker", "TSTA", "--dates", "dmy")
    assert sorted(day for _ticker, day in prices()) == ["2024-01-08", "2024-01-09", "2024-01-10"]
    DailyPrice.objects.all().delete()
    run("import_prices", "trap-date-ambiguous.csv", "--ticker", "TSTA", "--dates", "mdy")
    assert sorted(day for _ticker, day in prices()) == ["2024-08-01", "2024-09-01", "2024-10-01"]


def test_a_bulk_ticker_is_the_one_that_is_listed(market: None, listed: Any) -> None:
    listed("TSTA.US")
    run("import_prices", "stooq-bulk.txt")
    assert {ticker for ticker, _day in prices()} == {"TSTA.US"}
