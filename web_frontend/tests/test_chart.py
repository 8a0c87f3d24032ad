"""The chart of an instrument: a part of its page with a table, that can be empty or fail alone."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from web_frontend.market_clock import clock
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, candles, quoted, recorded

CANDLES, PAGE = "GET /api/v1/instruments/AAPL/candles", "/instruments/AAPL"
FILLED = "GET /api/v1/orders?ticker=AAPL&fills=included&page_size=100"


def drawing(page: str) -> Any:
    """What the script is given to draw."""
    found = re.search(r'data-drawing="(.*?)"', page)
    return json.loads(html.unescape(found[1])) if found else None


def table(page: str) -> list[list[str]]:
    """The texts of the table's rows."""
    body = page[page.index('id="candles"') :].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in body.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in rows]


def days(count: int) -> list[dict[str, Any]]:
    """So many days, the last of them the first of March 2013."""
    last = datetime(2013, 3, 1, tzinfo=UTC)
    row = candles()[-1]
    return [
        {**row, "time": (last - timedelta(days=count - 1 - n)).isoformat(), "volume": 1,
         "close": f"4{n % 100:02}.00", "low": "300.00", "high": "500.00"}
        for n in range(count)
    ]  # fmt: skip


def test_the_table_and_the_drawing_are_what_the_api_says(browser: Client, gateway: GatewayDouble) -> None:
    page = browser.get(PAGE).content.decode()

    rows = table(page)
    assert len(rows) == 20
    assert rows[0] == ["Mar 1, 2013", "$438.00", "$438.18", "$429.98", "$430.47", "19,730,300"]
    drawn = drawing(page)
    assert drawn["candles"][-1] == [1362096000, 438.0, 438.18, 429.98, 430.47, 19730300]
    assert [row[0] for row in drawn["candles"]] == sorted(row[0] for row in drawn["candles"])
    assert (drawn["digits"], drawn["currency"], drawn["style"]) == (2, "USD", "candles")
    (asked,) = gateway.requests_to(CANDLES)
    assert asked.query == {"interval": "1d", "limit": "366", "adjusted": "true"}
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    ("name", "query"),
    [("1d", {"interval": "5m", "limit": "288"}), ("1w", {"interval": "1h", "limit": "168"}),
     ("1m", {"interval": "1d", "limit": "31", "adjusted": "true"}),
     ("all", {"interval": "1d", "limit": "10000", "adjusted": "true"})],
)  # fmt: skip
def test_a_range_is_in_the_address(
    browser: Client, gateway: GatewayDouble, name: str, query: dict[str, str]
) -> None:
    page = browser.get(f"{PAGE}?range={name}&chart=line&side=sell&step=review").content.decode()

    assert gateway.requests_to(CANDLES)[0].query == query
    assert re.search(rf'id="range-{name}"[^>]* aria-current="true"', page)
    assert re.search(r'id="style-line"[^>]* aria-current="true"', page)
    assert drawing(page)["style"] == "line"
    assert f'href="{PAGE}?side=sell&amp;range=5y&amp;chart=line#chart"' in page


def test_a_range_ends_with_the_last_candle(browser: Client, gateway: GatewayDouble) -> None:
    """Of candles with gaps between them, those before the range are not drawn."""
    rows = days(40)
    gateway.answer(CANDLES, [rows[0], *rows[15:]])
    assert len(table(browser.get(f"{PAGE}?range=1m").content.decode())) == 25


@pytest.mark.parametrize("word", ["2y", "1Y", "<script>", "9999"])
def test_an_unknown_range_is_the_usual_one(browser: Client, gateway: GatewayDouble, word: str) -> None:
    page = browser.get(PAGE, {"range": word, "chart": word}).content.decode()
    assert gateway.requests_to(CANDLES)[0].query["limit"] == "366"
    assert drawing(page)["style"] == "candles"


def test_a_year_of_nothing_is_no_reason_to_show_nothing(browser: Client, gateway: GatewayDouble) -> None:
    def last_only(asked: SentRequest) -> tuple[int, Any]:
        return 200, days(500) if asked.query["limit"] == "10000" else days(1)

    gateway.answer_by(CANDLES, last_only)
    page = browser.get(PAGE).content.decode()
    assert re.search(r'id="range-all"[^>]* aria-current="true"', page)
    assert sum(row[5] for row in drawing(page)["candles"]) == 500
    assert len(table(page)) == 18  # months
    assert table(page)[0] == ["March 2013", "$438.00", "$500.00", "$300.00", "$499.00", "1"]


@pytest.mark.parametrize(
    ("language", "empty", "failed"),
    [("en", "No prices for this range yet", "The chart could not be loaded"),
     ("ru", "За этот период цен пока нет", "Не удалось загрузить график")],
)  # fmt: skip
def test_nothing_and_a_failure_are_said(
    vera: Client, gateway: GatewayDouble, language: str, empty: str, failed: str
) -> None:
    headers = {"Accept-Language": language}
    gateway.answer(CANDLES, [])
    page = vera.get(f"{PAGE}?range=1d", headers=headers).content.decode()
    assert empty in page
    assert "range=all" in page
    assert drawing(page) is None
    for status in (503, 429, 404):
        gateway.answer(CANDLES, {"code": "service_unavailable", "detail": "down"}, status)
        answer = vera.get(f"{PAGE}?range=1w", headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert failed in page
        assert f"{PAGE}?range=1w&amp;chart=candles" in page  # try again
        assert 'id="quantity"' in page


def test_ones_own_fills_and_average_price_are_marked(vera: Client, gateway: GatewayDouble) -> None:
    """At the market's time, as candles are, which in a replay is of long ago."""
    gateway.answer(FILLED, recorded("orders_with_fills"))
    page = vera.get(PAGE).content.decode()
    drawn = drawing(page)

    # Its words stand below the drawing, where they cover no fill's and a phone has room for them.
    assert "Average cost $" in page[page.index('id="chart-note"') :].split("</p>")[0]
    assert "average" not in drawn["words"]
    assert drawn["average"] == float(recorded("positions")["results"][0]["average_cost"])
    traded = int(datetime(2013, 3, 1, 10, 20, tzinfo=UTC).timestamp())
    assert drawn["fills"] == [{"time": traded, "side": "buy", "quantity": 10}]


def test_a_fill_of_before_there_was_the_markets_time_is_marked_at_its_own(
    vera: Client, gateway: GatewayDouble
) -> None:
    answer = recorded("orders_with_fills")
    answer["results"][0]["fills"][0]["market_time"] = None
    gateway.answer(FILLED, answer)
    (fill,) = drawing(vera.get(PAGE).content.decode())["fills"]
    assert fill["time"] == int(datetime(2026, 11, 22, 17, 58, 7, tzinfo=UTC).timestamp())


def test_without_a_position_and_its_source_there_are_no_marks(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/orders", "GET /api/v1/positions")
    drawn = drawing(vera.get(PAGE).content.decode())
    assert (drawn["average"], drawn["fills"]) == (None, [])


def test_a_stranger_has_none(browser: Client, gateway: GatewayDouble) -> None:
    page = browser.get(PAGE).content.decode()
    drawn = drawing(page)
    assert (drawn["average"], drawn["fills"]) == (None, [])
    assert "key-average" not in page
    assert not gateway.requests_to("GET /api/v1/orders")


def test_it_is_swapped_alone(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    part = vera.get(f"{PAGE}?range=1d", headers=htmx("chart")).content.decode()
    assert part.strip().startswith('<section id="chart"')
    assert 'hx-trigger="every 30s"' in part
    asked = {one.path for one in gateway.requests if one.method == "GET"}
    assert asked == {"/api/v1/instruments/AAPL", "/api/v1/instruments/AAPL/candles", "/api/v1/positions",
                     "/api/v1/orders"}  # fmt: skip


def test_only_this_page_loads_the_script(browser: Client, gateway: GatewayDouble) -> None:
    assert re.search(r"lightweight-charts\.js\?v=\w+\" defer", browser.get(PAGE).content.decode())
    assert "lightweight-charts" not in browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("name", "rows", "first"), [("1d", 24, "Mar 1, 2013, 23:00:00"), ("1w", 7, "Mar 1, 2013")]
)
def test_many_rows_are_summed_up(
    browser: Client, gateway: GatewayDouble, name: str, rows: int, first: str
) -> None:
    step = timedelta(minutes=5 if name == "1d" else 60)
    count = 288 if name == "1d" else 168
    row, last = candles()[-1], datetime(2013, 3, 2, tzinfo=UTC)
    times = [(last - step * (count - n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(count)]
    gateway.answer(CANDLES, [{**row, "time": time, "volume": 1} for time in times])
    shown = table(browser.get(f"{PAGE}?range={name}").content.decode())
    assert len(shown) == rows
    assert shown[0][0] == first
    assert sum(int(row[5]) for row in shown) == count


def test_years_are_drawn_by_week(browser: Client, gateway: GatewayDouble) -> None:
    """The first of March 2013 is a Friday: five days of its week are known, of the first a Sunday."""
    gateway.answer(CANDLES, days(5 + 7 * 60 + 1))
    page = browser.get(f"{PAGE}?range=5y").content.decode()
    drawn = drawing(page)
    weeks = [datetime.fromtimestamp(row[0], UTC) for row in drawn["candles"]]
    assert {week.weekday() for week in weeks} == {0}
    assert [row[5] for row in drawn["candles"]] == [1, *[7] * 60, 5]
    assert drawn["candles"][-1][2:4] == [500.0, 300.0]
    assert drawn["candles"][-1][4] == 425.0
    assert drawn["weekly"]
    assert "By week" in page
    assert sum(int(row[5]) for row in table(page)) == 5 + 7 * 60 + 1

    gateway.answer(CANDLES, days(366))
    drawn = drawing(browser.get(PAGE).content.decode())
    assert (len(drawn["candles"]), drawn["weekly"]) == (366, False)


@pytest.mark.parametrize(
    ("name", "step", "left_s"), [("1d", 300, 4), ("1w", 3600, 25), ("1m", 86400, None), ("all", 86400, None)]
)
def test_the_open_candle_ends_at_the_price_of_the_page(
    browser: Client, gateway: GatewayDouble, name: str, step: int, left_s: float | None
) -> None:
    """Whatever was recorded last: a quote, or a trade beside it. The market goes a minute in a second."""
    clock._kept.clear()
    now = datetime(2013, 3, 1, 14, 31 if name == "1d" else 35, tzinfo=UTC)
    gateway.answer("GET /api/v1/market", recorded("market", day="2013-03-01", time=now.isoformat()))
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(price="439.00"))
    begins = datetime.fromtimestamp(now.timestamp() // step * step, UTC)
    rows = [
        {**candles()[-1], "time": time.isoformat()} for time in (begins - timedelta(step / 86400), begins)
    ]
    gateway.answer(CANDLES, rows)
    page = browser.get(f"{PAGE}?range={name}").content.decode()
    drawn = drawing(page)
    *_, before, last = drawn["candles"]
    assert before[1:5] == [438.0, 438.18, 429.98, 430.47]
    assert last[1:5] == [438.0, 439.0, 429.98, 439.0]
    assert table(page)[0][4] == "$439.00"
    if left_s:
        assert drawn["open_s"] == left_s

    gateway.answer(CANDLES, rows[:1])  # over
    drawn = drawing(browser.get(f"{PAGE}?range={name}").content.decode())
    assert drawn["candles"][-1][4] == 430.47
    assert drawn["open_s"] is None
    clock._kept.clear()


def test_a_time_without_prices_is_said(browser: Client, gateway: GatewayDouble) -> None:
    """History ends in 2013, and the exchange was opened thirteen years later."""
    rows = days(450)
    later = {**rows[-1], "time": "2026-11-30T00:00:00Z"}
    gateway.answer(CANDLES, [*rows, later])
    page = browser.get(f"{PAGE}?range=all").content.decode()
    note = re.sub(r"<[^>]+>", "", page.partition('id="chart-note"')[2].partition("</p>")[0])
    assert "No prices between Mar 1, 2013 and Nov 30, 2026." in note
    drawn = drawing(page)
    assert drawn["gaps"] == [len(drawn["candles"]) - 1]
    russian = browser.get(f"{PAGE}?range=all", headers={"Accept-Language": "ru"}).content.decode()
    words = re.sub(r"<[^>]+>", "", russian).replace("\u00a0", " ")
    assert "Между 1 мар. 2013 и 30 нояб. 2026 цен нет." in words

    gateway.answer(CANDLES, [rows[0], *rows[20:]])  # holidays
    page = browser.get(f"{PAGE}?range=all").content.decode()
    assert drawing(page)["gaps"] == []
    assert "No prices" not in page
    for name in ("1d", "1w"):  # nights are none
        gateway.answer(CANDLES, [*rows, later])
        assert drawing(browser.get(f"{PAGE}?range={name}").content.decode())["gaps"] == []


def test_what_is_drawn_stays_in_its_attribute(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer(CANDLES, [{**row, "volume": "\"><b>&'"} for row in candles()])
    page = browser.get(PAGE).content.decode()
    assert "<b>&" not in page
    assert drawing(page)["candles"][0][5] == "\"><b>&'"
