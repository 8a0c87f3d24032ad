"""Given a file of daily prices, then all of it is loaded, or nothing and every bad row is named."""

from __future__ import annotations

import gc
import gzip
import tracemalloc
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market_service.imports.options import ImportOptions
from market_service.imports.prices import prices_read
from market_service.quotes.models import DailyPrice, Quote
from servicekit.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

HEADER = "Ticker,Date,Open,High,Low,Close,Volume,Adj Close"
GOOD = "AAPL,2013-03-01,438.0,438.18,429.98,430.47,19730300,430.47"
OTHER = "AAPL,2013-02-28,444.05,447.87,441.4,441.4,11527400,441.4"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(*lines: str | bytes, end: bytes = b"\n") -> Path:
        path = tmp_path / "prices.csv"
        path.write_bytes(b"".join((x.encode() if isinstance(x, str) else x) + end for x in lines))
        return path

    return make


def run(path: Path) -> str:
    out = StringIO()
    call_command("import_prices", str(path), stdout=out)
    return out.getvalue()


def refused(path: Path) -> str:
    """What is said of a bad file: the rows, then the sentence; and nothing was loaded."""
    before = DailyPrice.objects.count()
    printed = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_prices", str(path), stdout=StringIO(), stderr=printed)
    assert error.value.returncode != 0
    assert DailyPrice.objects.count() == before
    return printed.getvalue() + str(error.value)


def test_rows_are_loaded_as_they_are_written(listed: Any, write: Any) -> None:
    listed("AAPL")
    quote = Quote.objects.get().price

    assert "2 rows: 2 new, 0 changed, 0 unchanged" in run(write(HEADER, OTHER, GOOD))

    day = DailyPrice.objects.get(date="2013-03-01")
    assert (day.open, day.high, day.low, day.close) == tuple(
        map(Decimal, ("438.0", "438.18", "429.98", "430.47"))
    )
    assert (day.volume, day.adj_close) == (19730300, Decimal("430.47"))
    assert Quote.objects.get().price == quote, "what was is not what is"


def test_loading_again_changes_nothing_and_a_corrected_row_replaces(listed: Any, write: Any) -> None:
    listed("AAPL")
    run(write(HEADER, OTHER, GOOD))
    assert "2 rows: 0 new, 0 changed, 2 unchanged" in run(write(HEADER, OTHER, GOOD))

    printed = run(write(HEADER, OTHER, GOOD.replace("430.47,19730300", "430.48,19730300")))

    assert "2 rows: 0 new, 1 changed, 1 unchanged" in printed
    assert DailyPrice.objects.get(date="2013-03-01").close == Decimal("430.48")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("AAPL,2013-03-01,abc,438.18,429.98,430.47,1,430.47", "Open 'abc' is not a number"),
        ("AAPL,2013-03-01,NaN,438.18,429.98,430.47,1,430.47", "Open is empty"),
        ("AAPL,2013-03-01,438,Infinity,429.98,430.47,1,430", "High 'Infinity' is not a number"),
        ("AAPL,2013-03-01,1e400,438.18,429.98,430.47,1,430", "Open '1e400' is not a number"),
        ("AAPL,2013-03-01,438,438.18,429.98,,1,430", "Close is empty"),
        ("AAPL,2013-03-01,438,438.18,-429.98,430.47,1,430", "Low is negative: '-429.98'"),
        ("AAPL,2013-03-01,438,438.18,0,430.47,1,430", "Low is 0: a price of zero"),
        ("AAPL,2013-03-01,438,9999999999999,429,430,1,430", "High '9999999999999' is too large"),
        ("AAPL,2013-03-01,438,1e99,429,430,1,430", "High '1e99' is too large"),
        (
            "AAPL,2013-03-01,439,438.18,429.98,430.47,1,430",
            "Open 439 is not between Low 429.98 and High 438.18",
        ),
        (
            "AAPL,2013-03-01,438,438.18,431,430.47,1,430",
            "Close 430.47 is not between Low 431 and High 438.18",
        ),
        ("AAPL,2013-03-01,438,438.18,429.98,430.47,-1,430", "Volume is negative: '-1'"),
        ("AAPL,2013-03-01,438,438.18,429.98,430.47,9223372036854775808,430", "is too large"),
        ("AAPL,2013-03-01,438,438.18,429.98,430.47,1,abc", "Adj Close 'abc' is not a number"),
        ("AAPL,2013-03-01,438,438.18,429.98,430.47,1,0", "Adj Close '0' is not above zero"),
        ("TSLA,2013-03-01,438,438.18,429.98,430.47,1,430", "the ticker 'TSLA' is not listed"),
        ("AAPL,2013-02-30,438,438.18,429.98,430.47,1,430", "the date '2013-02-30' is not a day"),
        (
            "AAPL,01.03.2013,438,438.18,429.98,430.47,1,430",
            "the date '01.03.2013' is not written like the others",
        ),
        ("AAPL,2013-03-01,438,438.18,429.98,430.47,1", "it has more or fewer columns than the first row"),
        (GOOD + ",1", "it has more or fewer columns than the first row"),
        (OTHER.replace("444.05", "444.06"), "both are AAPL on 2013-02-28, and differ"),
        ("AAPL\0,2013-03-01,438,438.18,429.98,430.47,1,430", "zero bytes"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(
    listed: Any, write: Any, row: str | bytes, reason: str
) -> None:
    listed("AAPL")
    printed = refused(write(HEADER, OTHER, row))
    kind, place, *_ = printed.splitlines()
    assert kind.endswith(": 1")
    assert place.startswith(("  line 3: ", "  lines 2 and 3: ", "  prices.csv: "))
    assert reason in place
    assert printed.splitlines()[-1].startswith("Nothing was loaded of prices.csv: ")


def test_a_day_in_the_future(listed: Any, write: Any) -> None:
    listed("AAPL")
    day = date.today() + timedelta(days=30)
    day -= timedelta(days=max(0, day.weekday() - 4))
    assert f"the date {day} is in the future" in refused(write(HEADER, GOOD.replace("2013-03-01", str(day))))


def test_all_faults_are_counted_by_kind_and_the_first_of_each_named(listed: Any, write: Any) -> None:
    listed("AAPL")
    lines = ["AAPL,broken"] * 5000 + [OTHER, OTHER, GOOD.replace("AAPL", "TSLA"), GOOD.replace("438.0,", ",")]
    printed = refused(write(HEADER, GOOD, *lines)).splitlines()
    assert printed == [
        "the number of columns: 5,000",
        *(f"  line {number}: it has more or fewer columns than the first row" for number in range(3, 8)),
        "  … and 4,995 more",
        "a ticker that is not listed: 1",
        "  line 5005: the ticker 'TSLA' is not listed: import the list, or use --ticker or --list",
        "a number missing: 1",
        "  line 5006: Open is empty",
        "Nothing was loaded of prices.csv: line 3: it has more or fewer columns than the first row; "
        "line 5005: the ticker 'TSLA' is not listed: import the list, or use --ticker or --list; "
        "line 5006: Open is empty (and 4,999 more).",
    ]


def test_an_exchange_may_trade_on_any_day_of_the_week(listed: Any, write: Any) -> None:
    listed("AAPL")
    days = ["2013-03-02", "2013-03-03", "2013-01-01"]  # a Saturday, a Sunday, a holiday
    assert "3 rows: 3 new" in run(write(HEADER, *(GOOD.replace("2013-03-01", day) for day in days)))


def test_days_without_trades_and_gaps_are_taken_as_they_are(listed: Any, write: Any) -> None:
    listed("AAPL")
    rows = ["AAPL,1962-01-02,1,1,1,1,0,1", "AAPL,2013-03-01,1,1,1,1,0,1"]
    assert "2 rows: 2 new" in run(write(HEADER, *rows))


def test_a_file_of_any_size_takes_little_memory(listed: Any, tmp_path: Path) -> None:
    tickers = [f"T{number}" for number in range(20)]
    path = tmp_path / "prices.csv"

    def peak(years: int) -> int:
        with path.open("w") as file:
            file.write(f"{HEADER}\n")
            for ticker in tickers:
                for day in range(years * 365):
                    file.write(f"{ticker},{date(1990, 1, 1) + timedelta(days=day)},1,1,1,1,0,1\n")
        gc.collect()
        tracemalloc.start()
        try:
            read = prices_read(path, listed=tickers, options=ImportOptions(), today=date.today())
            assert sum(1 for _day in read.prices()) == len(tickers) * years * 365
            read.close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(1), peak(3)
    assert many - few < 500_000  # the days that are known by their text; the rows themselves are 1.5 million


def test_a_bad_row_after_thousands_of_good_ones_undoes_them(listed: Any, write: Any) -> None:
    listed("AAPL")
    days = [date(1990, 1, 1) + timedelta(days=n) for n in range(8000)]
    rows = [GOOD.replace("2013-03-01", str(day)) for day in days if day.weekday() < 5]
    assert len(rows) > 5000
    assert f"line {len(rows) + 2}: " in refused(write(HEADER, *rows, "AAPL,broken"))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "the file is empty"),
        ([HEADER], "there are no rows"),
        ([HEADER, "", ""], "there are no rows"),
        (["one", "two"], "these are not prices"),
        ([HEADER.replace("Open", "Offen"), GOOD], "there is no column for open"),
        ([b"\x89PNG\r\n\0\0" * 9], "zero bytes"),
        ([b"%PDF-1.7"], "these are not prices"),
        ([HEADER, 'AAPL,"2013-03-01,438,438.18,429.98,430.47,1,430'], "this is not CSV"),
        ([HEADER, OTHER, "AAPL,2013-03-01," + "4" * 2_000_000], "line"),
    ],
    ids=["empty", "header", "empty lines", "words", "no open", "PNG", "PDF", "quote", "long line"],
)
def test_a_file_of_another_form(listed: Any, write: Any, lines: list[Any], reason: str) -> None:
    listed("AAPL")
    assert reason in refused(write(*lines))


def test_windows_line_ends_a_byte_order_mark_and_empty_lines_are_fine(listed: Any, write: Any) -> None:
    listed("AAPL")
    assert "2 rows: 2 new" in run(
        write(b"\xef\xbb\xbf" + HEADER.encode(), OTHER, "", GOOD, "  ", ",,,,,,,", "", end=b"\r\n")
    )


def test_gzip_whole_truncated_and_damaged(listed: Any, tmp_path: Path) -> None:
    listed("AAPL")
    days = [date(1990, 1, 1) + timedelta(days=n) for n in range(3000)]
    rows = [GOOD.replace("2013-03-01", str(day)) for day in days if day.weekday() < 5]
    whole = gzip.compress("\n".join([HEADER, *rows]).encode())
    path = tmp_path / "prices.csv.gz"

    path.write_bytes(whole[: len(whole) // 2])
    assert "the compressed file ends in the middle: it is truncated" in refused(path)
    path.write_bytes(whole[:40] + b"\0\0\0\0\0\0" + whole[46:])
    assert "the compressed file is damaged" in refused(path)
    path.write_bytes(whole)
    assert f"{len(rows):,} rows: {len(rows):,} new" in run(path)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refused(tmp_path / "nothing.csv")
    assert "is a folder without a file to import" in refused(tmp_path)


def test_the_real_file_loads_without_tolerance_and_in_few_statements(listed: Any) -> None:
    for ticker in ("AAPL", "FB", "GOOG", "IBM", "MSFT"):
        listed(ticker)

    with CaptureQueriesContext(connection) as queries:
        printed = run(settings.DATA / "usd" / "us_ohlcv_daily.csv.gz")

    assert len(queries) < 60
    assert "12,154 rows: 12,154 new" in printed
    assert DailyPrice.objects.filter(instrument__ticker="FB").count() == 196


def test_an_import_is_on_record_once(listed: Any, write: Any) -> None:
    listed("AAPL")
    path = write(HEADER, GOOD)
    run(path)
    run(path)  # changes nothing
    row = AuditEntry.objects.get()
    assert (row.action, row.object_id) == ("prices.import", path.name)
    assert row.after == {"created": 1, "changed": 0}
    assert row.actor_name.startswith("shell:")
