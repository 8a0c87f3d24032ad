"""Given several files, folders and patterns, workbooks and questions, then each is taken or asked about."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from market_service.instruments.models import Instrument
from market_service.quotes.models import DailyPrice, ImportedFile

pytestmark = pytest.mark.django_db

HEADER = "Ticker,Date,Open,High,Low,Close,Volume"
CASES = Path(__file__).parent / "cases"


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def refused(command: str, *arguments: str) -> tuple[str, str]:
    """The summary, and the sentence."""
    printed = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(command, *arguments, stdout=StringIO(), stderr=printed)
    return printed.getvalue(), str(error.value)


def closes() -> list[Decimal]:
    return list(DailyPrice.objects.order_by("instrument__ticker", "date").values_list("close", flat=True))


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(name: str, *lines: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return str(path)

    return make


def test_a_whole_market_in_one_command(write: Any, tmp_path: Path) -> None:
    write("market/prices/tsta.csv".replace("prices/", ""), "Date,Open,High,Low,Close", "2024-01-15,1,2,1,2")
    write("market/b.csv", HEADER, "TSTB,2024-01-15,1,2,1,1.5,10")
    write("market/the-list.csv", "ticker,name", "TSTA,Test Alpha", "TSTB,Test Beta")

    tried = run("import_files", str(tmp_path / "market"), "--dry-run")
    assert "the-list.csv: instruments: 2 listed" in tried
    assert "b.csv: daily prices: 1 rows: 1 new" in tried
    assert not Instrument.objects.exists()
    printed = run("import_files", str(tmp_path / "market"))

    assert printed.index("the-list.csv: instruments: 2 listed") < printed.index("b.csv: daily prices: 1 rows")
    quoted = dict(Instrument.objects.values_list("ticker", "quote__price"))
    assert quoted == {"TSTA": Decimal(2), "TSTB": Decimal("1.5")}


def test_each_file_is_all_or_nothing_and_one_summary_has_all_faults(
    listed: Any, write: Any, tmp_path: Path
) -> None:
    listed("TSTA")
    write("one.csv", HEADER, "TSTA,2024-01-15,1,2,1,2,10")
    write("two.csv", HEADER, "TSTA,2024-01-16,1,2,1,2,10", "TSTA,2024-01-17,x,2,1,2,10")
    write("three.csv", HEADER, "TSTA,2024-01-18,y,2,1,2,10", "TSTA,2024-01-19,3,2,1,2,10")

    summary, sentence = refused("import_prices", str(tmp_path / "*.csv"))

    assert summary.splitlines() == [
        "not a number: 2",
        "  three.csv, line 2: Open 'y' is not a number",
        "  two.csv, line 3: Open 'x' is not a number",
        "Open outside Low and High: 1",
        "  three.csv, line 3: Open 3 is not between Low 1 and High 2",
    ]
    assert sentence == "2 of 3 files were refused, nothing was loaded of them."
    assert closes() == [Decimal(2)]


def test_again_takes_no_time_until_something_has_changed(listed: Any, write: Any) -> None:
    listed("TSTA")
    first = write("a.csv", HEADER, "TSTA,2024-01-15,1,2,1,2,10")
    other = write("b.csv", HEADER, "TSTA,2024-01-15,1,3,1,3,10")
    run("import_prices", first)
    assert "imported before; nothing of it has changed since" in run("import_prices", first)

    assert "0 new, 1 changed" in run("import_prices", other)

    assert "0 new, 1 changed" in run("import_prices", first)
    assert closes() == [Decimal(2)]
    assert "imported before" in run("import_prices", first)
    assert ImportedFile.objects.count() == 2


def test_again_is_read_when_a_name_means_another_ticker_now(listed: Any, write: Any) -> None:
    listed("TSTA")
    path = write("a.csv", HEADER, "TSTA.US,2024-01-15,1,2,1,2,10")
    run("import_prices", path)
    listed("TSTA.US")
    assert "1 new" in run("import_prices", path)


def test_a_workbook(listed: Any, tmp_path: Path) -> None:
    from datetime import date, datetime

    listed("TSTA")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Дата", "Открытие", "Максимум", "Минимум", "Закрытие", "Объём"])
    sheet.append([date(2024, 1, 15), 100.1, 102.5, 99.8, 101.25, 1234500])
    sheet.append([datetime(2024, 1, 16), 101.3, 103, 100.9, 102.75, 987600])
    book.save(tmp_path / "TSTA.xlsx")
    assert "2 rows: 2 new" in run("import_prices", str(tmp_path / "TSTA.xlsx"))
    assert closes() == [Decimal("101.25"), Decimal("102.75")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 and then nothing", "the compressed file is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"),
        (b"PAR1....", "a Parquet file"),
        (b'{"bars": ', "this is not JSON"),
        (b'{"a": 1}', "no prices found in the JSON"),
        (b'{"bars": {"TSTA": []}}', "there are no rows"),
        (b"[1, 2]", "no prices found in the JSON"),
        (b'[{"date": "2024-01-15"}]', "there is no column for open, high, low, close"),
    ],
)
def test_what_is_no_file_of_prices(listed: Any, tmp_path: Path, content: bytes, reason: str) -> None:
    listed("TSTA")
    path = tmp_path / "TSTA.csv"
    path.write_bytes(content)
    assert reason in refused("import_prices", str(path))[1]


def test_an_archive_is_all_or_nothing(listed: Any, tmp_path: Path) -> None:
    listed("TSTA")
    with ZipFile(tmp_path / "many.zip", "w") as archive:
        archive.writestr("a/good.csv", f"{HEADER}\nTSTA,2024-01-15,1,2,1,2,10\n")
        archive.writestr("a/bad.csv", f"{HEADER}\nTSTA,2024-01-16,5,2,1,2,10\n")
        archive.writestr("__MACOSX/a/._bad.csv", b"\0\0")
    _summary, sentence = refused("import_prices", str(tmp_path / "many.zip"))
    assert "a/bad.csv, line 2: Open 5 is not between Low 1 and High 2" in sentence
    assert closes() == []


@pytest.mark.parametrize(
    ("lines", "question", "answer"),
    [
        (["Date,Open,High,Low,Close", *(f'{d}/02/2023,"1,234","1,234","1,234","1,234"' for d in (20, 21))],
         "--decimal comma or --decimal point", ("--decimal", "point")),
        (["time,open,high,low,close", "1705266000,1,1,1,1", "1705352400,1,1,1,1"],
         "every price is of 21:00 UTC", ("--timezone", "Europe/Moscow")),
        (["Date,Open,High,Low,Close", *(f"2024-01-{d:02},1,1,1,1" for d in (1, 8, 15, 22))],
         "a week apart", ("--interval", "day")),
        (["Date,Open,High,Low,Close", *(f"2024-{m:02}-01,1,1,1,1" for m in (1, 2, 3, 4))],
         "a month apart", ("--interval", "day")),
    ],
    ids=["decimal", "zone", "week", "month"],
)  # fmt: skip
def test_what_is_ambiguous_is_reported_and_an_option_settles_it(
    listed: Any, write: Any, lines: list[str], question: str, answer: tuple[str, str]
) -> None:
    listed("TSTA")
    path = write("TSTA.csv", *lines)
    assert question in refused("import_prices", path)[1]
    assert f"{len(lines) - 1} new" in run("import_prices", path, *answer)


def test_one_ticker_cannot_stand_for_two(listed: Any) -> None:
    listed("TSTA")
    _summary, sentence = refused("import_prices", str(CASES / "kaggle-name-column.csv"), "--ticker", "TSTA")
    assert "the file has prices of 'TSTA' and of 'TSTB': --ticker cannot stand for both" in sentence


def test_prices_of_what_is_not_listed_list_it_on_demand(write: Any) -> None:
    path = write("tstv_us_d.csv", "Date,Open,High,Low,Close", "2024-01-15,0.02345,0.0236,0.0234,0.0235")
    assert "whose prices these are" in refused("import_prices", path)[1]
    assert "listed by their prices: TSTV" in run("import_prices", path, "--list", "--dry-run")
    assert not Instrument.objects.exists()
    run("import_prices", path, "--list")
    one = Instrument.objects.select_related("quote").get()
    assert (one.ticker, one.price_step, one.quote.price) == ("TSTV", Decimal("0.00001"), Decimal("0.0235"))


def test_the_sentences_are_in_the_language_of_the_terminal(
    listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed("TSTA")
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    path = str(CASES / "trap-date-ambiguous.csv")
    _summary, sentence = refused("import_prices", path, "--ticker", "TSTA")
    assert "08/01/2024 может быть 8 января или\xa01 августа: укажите --dates dmy" in sentence
    assert "Это была проба" in run("import_prices", path, "--ticker", "TSTA", "--dates", "dmy", "--dry-run")
