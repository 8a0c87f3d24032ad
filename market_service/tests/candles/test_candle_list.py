"""Given history and recorded prices, then anybody reads the candles, and bad queries are named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from market_service.candles.models import RecentMinute
from market_service.candles.services import Change, candles_record, candles_roll_up
from market_service.quotes.models import DailyPrice
from servicekit.testing.plans import plans_of

pytestmark = pytest.mark.django_db

CANDLES = "/api/v1/instruments/AAPL/candles"


@pytest.fixture
def quiet(listed: Any) -> Any:
    """AAPL, without any price of today."""
    instrument = listed("AAPL")
    RecentMinute.objects.all().delete()
    return instrument


def day_price(instrument: Any, day: str, close: str = "10.5", adj_close: str = "", **more: Any) -> None:
    values = {"open": "10", "high": "12", "low": "9", "volume": 100, **more}
    DailyPrice.objects.create(
        instrument=instrument, date=day, close=close, adj_close=adj_close or close, **values
    )


def test_days_are_the_history_and_the_running_day(quiet: Any, api: Any) -> None:
    for day in ("2013-02-28", "2013-03-01"):
        day_price(quiet, day)
    now = timezone.now()
    candles_record([Change(quiet.pk, Decimal("430.47")), Change(quiet.pk, Decimal("431"), 3)], at=now)

    answer = api().get(CANDLES)

    assert answer["Cache-Control"] == "public, max-age=5"
    assert answer["ETag"]
    assert answer.json() == [
        {"time": "2013-02-28T00:00:00Z", "open": "10.00", "high": "12.00", "low": "9.00", "close": "10.50",
         "volume": 100},
        {"time": "2013-03-01T00:00:00Z", "open": "10.00", "high": "12.00", "low": "9.00", "close": "10.50",
         "volume": 100},
        {"time": f"{now:%Y-%m-%d}T00:00:00Z", "open": "430.47", "high": "431.00", "low": "430.47",
         "close": "431.00", "volume": 3},
    ]  # fmt: skip
    assert api().get(CANDLES, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_an_imported_day_counts_more_than_a_recorded_one_and_none_is_of_the_future(
    quiet: Any, api: Any
) -> None:
    now = timezone.now()
    today, yesterday = now.date(), now.date() - timedelta(days=1)
    candles_record([Change(quiet.pk, Decimal(50))], at=now - timedelta(days=1))
    candles_record([Change(quiet.pk, Decimal(60))], at=now - timedelta(days=2))
    candles_record([Change(quiet.pk, Decimal(70))], at=now)
    for day in (yesterday, today, today + timedelta(days=1)):
        day_price(quiet, str(day))

    found = [(row["time"][:10], row["close"]) for row in api().get(CANDLES).json()]

    assert found == [
        (str(today - timedelta(days=2)), "60.00"), (str(yesterday), "10.50"), (str(today), "70.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("rolled_up", [False, True])
@pytest.mark.parametrize(
    ("interval", "count", "first"), [("1m", 4, "09:58"), ("5m", 3, "09:55"), ("1h", 2, "09:00")]
)
def test_shorter_intervals_are_what_was_recorded(
    quiet: Any, api: Any, interval: str, count: int, first: str, rolled_up: bool
) -> None:
    at = datetime(2026, 3, 2, 9, 58, 30, tzinfo=UTC)
    for number, minute in enumerate((0, 1, 3, 8)):  # 09:58, 09:59, 10:01, 10:06
        candles_record([Change(quiet.pk, Decimal(10 + number), 1)], at=at + timedelta(minutes=minute))
    if rolled_up:
        candles_roll_up(until=datetime(2026, 3, 2, 10, tzinfo=UTC))

    rows = api().get(f"{CANDLES}?interval={interval}").json()

    assert len(rows) == count
    assert rows[0]["time"] == f"2026-03-02T{first}:00Z"
    assert rows[-1]["close"] == "13.00"
    assert sum(row["volume"] for row in rows) == 4
    (last,) = api().get(f"{CANDLES}?interval={interval}&limit=1").json()
    assert last == rows[-1]
    before = api().get(f"{CANDLES}?interval={interval}&to={rows[-1]['time']}").json()
    assert before == rows[:-1]


def test_a_running_hour_joins_what_is_kept_and_what_is_recent(quiet: Any, api: Any) -> None:
    at = datetime(2026, 3, 2, 9, 58, tzinfo=UTC)
    candles_record([Change(quiet.pk, Decimal(10), 1)], at=at)
    candles_roll_up(until=datetime(2026, 3, 2, 10, tzinfo=UTC))
    candles_record([Change(quiet.pk, Decimal(8), 2)], at=at + timedelta(minutes=1))  # came late

    (hour,) = api().get(f"{CANDLES}?interval=1h").json()

    assert hour == {
        "time": "2026-03-02T09:00:00Z", "open": "10.00", "high": "10.00", "low": "8.00", "close": "8.00",
        "volume": 3,
    }  # fmt: skip


def test_adjusted_days_end_where_the_price_is(quiet: Any, api: Any) -> None:
    """A split of two for one before the last day; what the source paid out since the last day is left out."""
    day_price(quiet, "2013-02-28", close="20.00", adj_close="9.00", open="20", high="22", low="18")
    day_price(quiet, "2013-03-01", close="10.00", adj_close="9.00", open="10", high="11", low="9")

    plain, adjusted = (api().get(f"{CANDLES}?adjusted={word}").json() for word in ("false", "true"))

    assert [row["close"] for row in plain] == ["20.00", "10.00"]
    assert [row["close"] for row in adjusted] == ["10.00", "10.00"]
    assert adjusted[0]["high"] == "11.00"
    assert adjusted[0]["volume"] == plain[0]["volume"]


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("from=2013-02-27", ["26", "27", "28"][1:]),
        ("from=2013-02-26&to=2013-02-27", ["26", "27"]),
        ("from=2013-02-26T00:00:01Z", ["27", "28"]),
        ("to=2013-02-28T00:00:00Z", ["26", "27"]),
        ("to=2013-02-28T00:00:01Z", ["26", "27", "28"]),
        ("limit=2", ["27", "28"]),
        ("from=0001-01-01&limit=10000", ["26", "27", "28"]),
        ("from=2000-01-01&to=9999-12-31", ["26", "27", "28"]),
        ("from=2026-01-01&to=9999-12-31T23:59:59Z", []),
        ("from=9999-12-31&to=9999-12-31", []),
        ("from=&to=&limit=&interval=", ["26", "27", "28"]),
    ],
)  # fmt: skip
def test_a_range_and_a_limit(quiet: Any, api: Any, query: str, days: list[str]) -> None:
    for day in ("26", "27", "28"):
        day_price(quiet, f"2013-02-{day}")
    rows = api().get(f"{CANDLES}?{query}").json()
    assert [row["time"][8:10] for row in rows] == days


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("interval=2m", "validation_failed", "interval"),
        ("interval=1D", "validation_failed", "interval"),
        ("limit=NaN", "validation_failed", "limit"),
        ("limit=0", "validation_failed", "limit"),
        ("limit=-1", "validation_failed", "limit"),
        ("limit=1e3", "validation_failed", "limit"),
        ("limit=10001", "validation_failed", "limit"),
        ("from=yesterday", "moment_invalid", "from"),
        ("from=2026-02-30", "moment_invalid", "from"),
        ("from=10000-01-01", "moment_invalid", "from"),
        ("to=2026-03-02T09:30:00", "moment_invalid", "to"),
        ("from=2026-03-02&to=2026-03-01", "range_invalid", "from"),
        ("from=9999-12-31", "range_invalid", "from"),
        ("from=1900-01-01", "range_too_long", "from"),
        ("interval=1m&from=2026-01-01&to=2026-02-01", "range_too_long", "from"),
        ("adjusted=1", "validation_failed", "adjusted"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_bad_queries_are_named(
    quiet: Any, api: Any, query: str, code: str, field: str, language: str
) -> None:
    answer = api().get(f"{CANDLES}?{query}", headers={"Accept-Language": language})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, code)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (problem["errors"][0]["detail"].isascii()) == (language == "en")


@pytest.mark.parametrize("ticker", ["NOPE", "%00", "ффзд", "A" * 300])
def test_an_unknown_ticker(quiet: Any, api: Any, ticker: str) -> None:
    answer = api().get(f"/api/v1/instruments/{ticker}/candles")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_ticker_in_any_case_and_nothing_is_an_empty_list(quiet: Any, api: Any) -> None:
    assert api().get("/api/v1/instruments/aapl/candles").json() == []
    assert api().get("/api/v1/instruments/aapl/candles?interval=1m").json() == []


@pytest.mark.parametrize("interval", ["1m", "5m", "1h", "1d"])
def test_few_statements_by_the_index(quiet: Any, listed: Any, api: Any, interval: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO candles_candle (instrument_id, "interval", time, open, high, low, close, volume) '
            "SELECT id, minutes, now() - n * make_interval(mins => minutes), 1, 1, 1, 1, 1 FROM "
            "(SELECT %s::uuid AS id UNION ALL SELECT gen_random_uuid() FROM generate_series(1, 20)) AS own, "
            "(VALUES (1), (5), (60), (1440)) AS length (minutes), generate_series(1, 300) AS n",
            [quiet.pk],
        )
        cursor.execute("ANALYZE candles_candle, candles_recentminute")
    answers = []

    plans = plans_of(lambda: answers.append(api().get(f"{CANDLES}?interval={interval}&limit=10")))

    assert len(answers[0].json()) == 10
    assert "candle_once" in plans[1].indexes
    assert len(plans) == (3 if interval == "1d" else 2)
    assert not [plan for plan in plans if plan.read_whole & {"candles_candle", "quotes_dailyprice"}]


def test_for_people_it_is_the_same(quiet: Any, api: Any) -> None:
    day_price(quiet, "2013-03-01")
    rows = api().get(CANDLES).json()

    indented = api().get(CANDLES, headers={"Accept": "application/json; indent=2"})
    page = api().get(CANDLES, headers={"Accept": "text/html"})

    assert (indented.json(), indented.content.count(b"\n") > len(rows[0])) == (rows, True)
    assert "2013-03-01T00:00:00Z" in page.content.decode()
