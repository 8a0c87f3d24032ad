"""A market of one's own: every fault told before anything starts; then only that is listed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market_service.instruments.models import Instrument
from market_service.quotes.models import DailyPrice
from market_service.tests.imports.expected import CASES

LIST = "ticker,name,currency,isin\nTSTA,Тест Альфа,RUB,ZZ00000TSTA6\nTSTB,Тест Бета,SUR,\nTSTC,Без цен,RUB,\n"
PRICES = "Date,Open,High,Low,Close,Volume\n2024-01-15,10,11,9,10.5,100\n2024-01-16,10.5,12,10,11,200\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write(**{"list.csv": text})``: a folder with these files."""

    def make(files: dict[str, str]) -> Path:
        folder = tmp_path / "my market"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def roubles(settings: Any) -> Any:
    settings.HOME_CURRENCY = "RUB"
    return settings


def sound(write: Write) -> Path:
    prices = {"TSTA.csv": PRICES, "TSTB.csv": PRICES, "read me.md": "not a market file"}
    return write({"list.csv": LIST, **prices})


def checked(folder: Path, *options: str) -> str:
    """What a person is told of a market that has errors; without a database (no mark of one here)."""
    printed = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_market", str(folder), *options, stdout=StringIO(), stderr=printed)
    assert ended.value.code == 1
    return printed.getvalue()


def test_a_sound_market_is_summed_up(write: Write, roubles: Any) -> None:
    out = StringIO()
    call_command("check_market", str(sound(write)), stdout=out, stderr=StringIO())
    assert "3 instruments, 4 daily prices, in RUB" in out.getvalue()
    assert "hidden, without a price: TSTC" in out.getvalue()


def test_all_faults_of_all_files_are_one_message(write: Write, roubles: Any) -> None:
    printed = checked(
        write(
            {
                "list.csv": LIST + "TSTD,Гамма,RUB,ZZ00000TSTA7\n",  # its check digit is wrong
                "second.csv": "ticker,name,currency\nTSTE,Other,USD\n",
                "TSTA.csv": PRICES.replace("10,11,9,10.5", "10,9,11,10.5"),
                "TSTZ.csv": PRICES,
                "TSTB.csv": PRICES.replace("2024-01-15", "03/04/2024").replace("2024-01-16", "04/05/2024"),
                "web.csv": "<!DOCTYPE html><html><body>Sign in</body></html>",
            }
        )
    )  # fmt: skip
    assert "cannot be loaded, so nothing was started" in printed
    for part in (
        "list.csv, line 5 (TSTD)",
        "second.csv: it is in USD, but the exchange would be in RUB",
        "TSTA.csv, line 2: high 9 is below low 11",
        "TSTZ",
        "--dates dmy",
        "web.csv",
        "BIRZHA_MARKET_OPTIONS",
    ):
        assert part in printed, printed


def test_the_option_that_answers_is_taken(write: Write, roubles: Any) -> None:
    folder = write(
        {"TSTA.csv": PRICES.replace("2024-01-15", "03/04/2024").replace("2024-01-16", "04/04/2024")}
    )
    assert "--dates" in checked(folder)
    out = StringIO()
    call_command("check_market", str(folder), "--dates", "dmy", stdout=out, stderr=StringIO())
    assert "1 instruments, 2 daily prices" in out.getvalue()


@pytest.mark.parametrize(
    ("files", "printed"),
    [
        ({}, "without a file to import"),
        ({"list.csv": "ticker,name\nTSTA,Alpha\n"}, "none of its instruments has a price"),
    ],
)
def test_a_market_without_prices(write: Write, files: dict[str, str], printed: str) -> None:
    folder = write(files)
    if not files:
        with pytest.raises(CommandError, match=printed):
            call_command("check_market", str(folder), stdout=StringIO(), stderr=StringIO())
    else:
        assert printed in checked(folder)


@pytest.mark.django_db
def test_only_that_market_is_listed_and_again_changes_nothing(write: Write, roubles: Any) -> None:
    folder = sound(write)
    roubles.MARKET = str(folder)
    for _again in range(2):
        call_command("load_market", stdout=StringIO(), stderr=StringIO())
        assert set(Instrument.objects.values_list("ticker", "currency", "name_ru")) == {
            ("TSTA", "RUB", "Тест Альфа"), ("TSTB", "RUB", "Тест Бета"), ("TSTC", "RUB", "Без цен"),
        }  # fmt: skip
        assert set(Instrument.objects.filter(quote__isnull=False).values_list("ticker", flat=True)) == {
            "TSTA", "TSTB",
        }  # fmt: skip
        assert DailyPrice.objects.count() == 4


@pytest.mark.django_db
def test_prices_without_a_list_list_themselves(write: Write, roubles: Any) -> None:
    roubles.MARKET, roubles.MARKET_OPTIONS = str(write({"TSTA.csv": PRICES})), "--simulated --lot-size 10"
    call_command("load_market", stdout=StringIO(), stderr=StringIO())
    assert list(Instrument.objects.values_list("ticker", "simulated", "lot_size")) == [("TSTA", True, 10)]


@pytest.mark.django_db
def test_what_was_loaded_goes_on_when_the_folder_has_gone_bad_or_is_gone(write: Write, roubles: Any) -> None:
    folder = sound(write)
    roubles.MARKET = str(folder)
    call_command("load_market", stdout=StringIO(), stderr=StringIO())
    (folder / "TSTA.csv").write_text("<html>", encoding="utf-8")
    for _ in range(2):
        printed = StringIO()
        call_command("load_market", stdout=StringIO(), stderr=printed)
        assert "The market goes on as it was loaded" in printed.getvalue()
        assert DailyPrice.objects.count() == 4
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.django_db
def test_a_first_load_that_fails_says_so(write: Write, roubles: Any) -> None:
    roubles.MARKET = str(write({"list.csv": LIST, "TSTA.csv": "<html>"}))
    with pytest.raises(CommandError):
        call_command("load_market", stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db
def test_a_list_in_the_exchange_s_currency_is_taken_without_a_warning(roubles: Any) -> None:
    out = StringIO()
    moex = str(CASES / "list-moex-iss-securities-cp1251.csv")
    call_command("import_instruments", moex, stdout=out, stderr=StringIO())
    assert "warning" not in out.getvalue()
    assert set(Instrument.objects.values_list("currency", flat=True)) == {"RUB"}
