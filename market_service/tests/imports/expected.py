"""What the README of ``cases`` says of each file: the prices, or why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

CASES = Path(__file__).parent / "cases"

#: Open, high, low, close, volume of Monday 2024-01-15 to Friday the 19th.
DAYS = {
    "TSTA": """100.10 102.50 99.80 101.25 1234500
               101.30 103.00 100.90 102.75 987600
               102.75 102.80 98.15 98.40 2500000
               98.50 99.99 98.05 99.70 1100100
               99.70 100.00 99.10 99.95 765400""",
    "TSTB": """20.00 20.50 19.90 20.40 50000
               20.40 20.45 20.00 20.05 41000
               20.05 21.10 20.05 21.00 93000
               21.00 21.20 20.70 20.75 38500
               20.75 20.90 20.60 20.85 27700""",
    "TSTR": """12.345 12.500 12.300 12.475 1500000
               12.475 12.480 12.210 12.215 2710000
               12.215 12.400 12.205 12.390 1980000
               12.390 12.555 12.385 12.550 3050000
               12.550 12.600 12.415 12.420 2240000""",
}

Rows = dict[tuple[str, str], tuple[Decimal, ...]]


def rows(text: str) -> Rows:
    """``TSTA 2024-01-15 100.10 102.50 …`` a line."""
    return {
        (ticker, day): tuple(map(Decimal, values))
        for ticker, day, *values in (line.split() for line in text.strip().splitlines())
    }


def of(ticker: str, days: str = "15 16 17 18 19", volumes: str = "", plus: int = 0) -> Rows:
    """The five days of a ticker, or some of them, perhaps with other volumes or prices."""
    found: Rows = {}
    for number, line in enumerate(DAYS[ticker].splitlines()):
        values = [Decimal(value) for value in line.split()]
        values[:4] = [value + plus for value in values[:4]]
        if volumes:
            values[4] = Decimal(volumes.split()[number % len(volumes.split())])
        if (day := str(15 + number)) in days.split():
            found[ticker, f"2024-01-{day}"] = tuple(values)
    return found


A, B, R = of("TSTA"), of("TSTB"), of("TSTR")
INVESTING = "1230000 987600 2500000 1100000 765400"
ADJUSTED = {day: close * Decimal("0.97") for day, (_o, _h, _l, close, _v) in A.items()}


@dataclass
class Case:
    """A file: whose prices they are said to be, what is there afterwards, what is said."""

    prices: Rows
    ticker: str = ""
    printed: tuple[str, ...] = ()
    adjusted: dict[tuple[str, str], Decimal] | None = None
    options: tuple[str, ...] = ()


A_ = Case(A, "TSTA")
R_ = Case(R, "TSTR")
GOOD: dict[str, Case] = {
    "birzha-native.csv": Case(A),
    "yahoo-classic.csv": Case(A, "TSTA", adjusted=ADJUSTED),
    "yahoo-classic.csv.gz": Case(A, "TSTA", adjusted=ADJUSTED),
    "yahoo-null-rows.csv": Case(
        A, "TSTA", ("days without trades: 1", "line 7: 2024-01-22", "duplicate rows: 1"), ADJUSTED
    ),
    "yfinance-multiheader.csv": Case(A),
    "yfinance-multiticker.csv": Case(
        A | of("TSTB", "16 17 18 19"), printed=("days without trades: 1", "line 4: 2024-01-15")
    ),
    "yfinance-group-by-ticker.csv": Case(A | B),
    "yfinance-history-tz.csv": Case(A, "TSTA", ("dividends: 1", "TSTA 2024-01-17: 0.24")),
    "stooq-web.csv": Case(of("TSTA", volumes="1234499 987599 2499999 1100099 765400"), "TSTA"),
    "stooq-web-no-volume.csv": Case(of("TSTA", volumes="0"), "TSTA", ("no column of volumes",)),
    "stooq-web-polish.csv": A_,
    "stooq-bulk.txt": Case(A, printed=("TSTA.US → TSTA",)),
    "zip-stooq-many.zip": Case(A | B, printed=("empty members: 1", "empty.us.txt")),
    "tsta_us_d.csv": Case(A),
    "finam-comma.csv": Case(R),
    "finam-semicolon-ddmmyy.txt": Case(R),
    "finam-semicolon-decimal-comma.csv": Case(R, printed=("decimal comma",)),
    "finam-no-header.csv": Case(R, printed=("no header; taken as ticker, period, day, time, open",)),
    "finam-no-ticker.csv": R_,
    "TSTR_240115_240119.csv": Case(R),
    "finam-board-ticker.csv": Case(R, printed=("MOEX.TSTR:TQBR → TSTR",)),
    "finam-cyrillic-ticker-cp1251.csv": Case(R, "TSTR", ("cp1251", "ТЕСТ ао → TSTR")),
    "iss-history-cp1251.csv": Case(R),
    "iss-history-weekend-and-no-trades.csv": Case(
        rows("""TSTR 2024-01-19 12.55 12.6 12.415 12.42 2240000
                TSTR 2024-01-20 12.55 12.6 12.415 12.42 2240000
                TSTR 2024-01-23 12.475 12.48 12.21 12.215 2710000"""),
        printed=("days without trades: 1", "2024-01-22"),
    ),
    "iss-history-two-boards.csv": Case(of("TSTR", "15 16"), printed=("prices of the board SMAL: 2",)),
    "iss-candles.csv": R_,
    "moexalgo-candles.csv": R_,
    "alpaca-bars.csv": Case(A),
    "alpaca-bars.json": Case(A, printed=("JSON",)),
    "figi-header.csv": R_,
    "ib-history.csv": Case(of("TSTA", volumes="12345 9876 25000 11001 7654"), "TSTA"),
    "alphavantage.csv": A_,
    "alphavantage-pandas.csv": A_,
    "alphavantage-adjusted-split.csv": Case(
        rows("""TSTA 2024-01-15 100.10 102.50 99.80 101.25 1234500
                TSTA 2024-01-16 101.30 103.00 100.90 102.75 987600
                TSTA 2024-01-17 51.375 51.40 49.075 49.20 5000000"""),
        "TSTA",
        ("splits: 1", "TSTA 2024-01-17: 2.0", "dividends: 1"),
        dict(zip([(t, d) for t, d in list(A)[:3]], map(Decimal, ("50.5068", "51.375", "49.2")), strict=True)),
    ),
    "nasdaq-dollar.csv": A_,
    "nasdaq-dollar-spaces.csv": A_,
    "nasdaq-index-na.csv": Case(
        rows("""TSTA 2024-01-15 4800.10 4802.50 4799.80 4801.25 0
                TSTA 2024-01-16 4801.30 4803.00 4800.90 4802.75 0"""),
        "TSTA",
    ),
    "investing-en.csv": Case(of("TSTA", volumes=INVESTING, plus=1000), "TSTA", ("month, day, year",)),
    "investing-ru.csv": Case(of("TSTA", volumes=INVESTING, plus=1000), "TSTA", ("decimal comma",)),
    "investing-ru-excel.csv": Case(
        of("TSTA", volumes=INVESTING) | rows("TSTA 2024-01-21 99.95 99.95 99.95 99.95 0"), "TSTA"
    ),
    "Прошлые данные - TSTR.csv": Case(R),
    "wsj.csv": A_,
    "quandl-wiki.csv": Case(A, adjusted={day: values[3] / 2 for day, values in A.items()}),
    "kaggle-name-column.csv": Case(A | B),
    "nse-bhavcopy.csv": Case(of("TSTA", "15") | of("TSTB", "15"), printed=("prices of the series BL: 1",)),
    "nse-full-bhav-spaces.csv": Case(of("TSTA", "15") | of("TSTB", "15")),
    "nse-security-wise.csv": Case(A),
    "metatrader.csv": Case(of("TSTA", volumes="1234 987 2500 1100 765"), "TSTA"),
    "tradingview.csv": A_,
    "epoch-seconds.csv": A_,
    "epoch-milliseconds.csv": A_,
    "epoch-dst.csv": Case(
        rows("""TSTA 2024-01-15 100.10 102.50 99.80 101.25 1234500
                TSTA 2024-07-15 101.30 103.00 100.90 102.75 987600"""),
        "TSTA",
    ),
    "excel-utf16-tab.txt": Case(A, "TSTA", ("UTF-16", "tabs")),
    "excel-ru-cp1251-thousands.csv": Case(A, printed=("cp1251", "semicolons", "decimal comma")),
    "excel-sep-line.csv": A_,
    "zip-one-csv.zip": Case(A, adjusted=ADJUSTED),
    "trap-lowercase-columns-shuffled.csv": Case(A, printed=("tsta → TSTA",)),
    "trap-float-noise.csv": Case(
        rows("""TSTA 2024-01-15 100.099998 102.5 99.800003 102.5 1234500
                TSTA 2024-01-16 101.3 103 101.3 102.75 987600"""),
        "TSTA",
        adjusted={("TSTA", "2024-01-15"): Decimal("101.25"), ("TSTA", "2024-01-16"): Decimal("102.75")},
    ),
    "trap-empty-tail.csv": Case(of("TSTA", "15 16"), "TSTA"),
    "trap-tiny-prices.csv": Case(
        rows("TSTV 2024-01-15 0.02345 0.023525 0.02338 0.023495 15000000000"),
        printed=("a price with more than six decimals: 1", "line 3: Open 0.0000005 has more than 6 digits"),
    ),
    "trap-split-without-adjustment.csv": Case(
        rows("""TSTR 2024-01-16 1248.0 1250.0 1221.0 1221.5 27100
                TSTR 2024-01-17 1221.5 1240.0 1220.5 1239.0 19800
                TSTR 2024-01-18 12.39 12.555 12.385 12.55 3050000
                TSTR 2024-01-19 12.55 12.6 12.415 12.42 2240000"""),
        "TSTR",
        ("the close falls by 99.0 % on 2024-01-18: is it a split of 1:100?",),
    ),
    "yfinance-intraday.csv": Case(of("TSTA", "15 16"), "TSTA", ("combined into days",)),
    "finam-minute.csv": Case(of("TSTR", "15 16"), printed=("combined into days",)),
    "moexalgo-tradestats-5min.csv": Case(of("TSTR", "15"), printed=("combined into days",)),
    "t-invest-minute.csv": Case(of("TSTR", "15"), "TSTR", ("Europe/Moscow", "in lots")),
    "t-invest-year.zip": Case(of("TSTR", "15 16"), "TSTR", ("Europe/Moscow",)),
    "wide-closes.csv": Case(
        {
            (ticker, day): (close, close, close, close, Decimal(0))
            for (ticker, day), (_o, _h, _l, close, _v) in (A | of("TSTB", "15 17 18 19")).items()
        },
        printed=("only closes",),
    ),
}

REFUSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "finam-weekly.csv": ("", ("PER is W",)),
    "finam-cyrillic-ticker-cp1251.csv": ("", ("'ТЕСТ ао'", "--ticker")),
    "yahoo-classic.csv": ("", ("whose prices these are", "--ticker")),
    "trap-date-ambiguous.csv": (
        "TSTA",
        ("08/01/2024 can be 8 January or 1 August", "--dates dmy", "--dates mdy"),
    ),
    "finam-thousands-dot.txt": ("", ("'6.854.0000000' is not a number",)),
    "trap-ohlc-wrong.csv": ("TSTA", ("line 3: high 98.00 is below low 103.00",)),
    "trap-zero-prices.csv": ("TSTA", ("line 2", "line 3", "a price of zero")),
    "trap-conflicting-days.csv": ("TSTA", ("lines 3 and 4: both are TSTA on 2024-01-16, and differ",)),
    "trap-html-instead.csv": ("TSTA", ("this is a web page, not prices",)),
    "trap-header-only.csv": ("TSTA", ("there are no rows",)),
    "splits.csv": ("", ("these are splits, not prices",)),
    "splits-yfinance.csv": ("TSTA", ("these are splits, not prices",)),
    "dividends.csv": ("", ("these are dividends, not prices",)),
    "dividends-yfinance.csv": ("TSTA", ("these are dividends, not prices",)),
    "list-minimal.csv": ("", ("this is a list of instruments, not prices",)),
    "list-moex-iss-securities-cp1251.csv": ("", ("this is a list of instruments, not prices",)),
    "list-nasdaqlisted.txt": ("", ("this is a list of instruments, not prices",)),
    "list-nasdaq-screener.csv": ("", ("this is a list of instruments, not prices",)),
    "list-moex-pandas.csv": ("", ("this is a list of instruments, not prices",)),
}

LISTS = {
    "list-moex-iss-securities-cp1251.csv", "list-moex-pandas.csv", "list-nasdaqlisted.txt",
    "list-nasdaq-screener.csv", "list-minimal.csv",
}  # fmt: skip
