"""/history: operations by filters, and the same as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded

ALL_DAYS = "since=0001-01-01&until=9999-12-31"


def test_history_filters_live_in_the_address(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    answer = vera.get(
        "/history?type=buy&ticker=aapl&since=2026-01-05&until=2026-01-06",
        headers=htmx(
            "operations",
            Cookie=f"birzha_session={vera.cookies['birzha_session'].value}; time_zone=Europe/Moscow",
        ),
    )
    assert answer["HX-Push-Url"] == "/history?type=buy&ticker=AAPL&since=2026-01-05&until=2026-01-06"
    assert gateway.requests_to("GET /api/v1/operations")[-1].query == {
        "type": "buy",
        "ticker": "AAPL",
        "from": "2026-01-05T00:00:00+03:00",
        "to": "2026-01-07T00:00:00+03:00",
        "fees": "included",
    }
    chosen = "type=buy&amp;ticker=AAPL&amp;since=2026-01-05&amp;until=2026-01-06"
    for file in (f"/history.csv?for=excel&amp;{chosen}", f"/history.xlsx?{chosen}", f"/history.csv?{chosen}"):
        assert f'href="{file}" download' in answer.content.decode()


def test_a_trade_is_one_row_with_its_fee(vera: Client, gateway: GatewayDouble) -> None:
    answer = recorded("operations")
    gateway.answer("GET /api/v1/operations", {**answer, "results": answer["results"][:1]})
    page = vera.get("/history").content.decode()
    (row,) = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.S)
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
    assert cells[1] == "Buy AAPLApple Inc.10 × $429.86Repeat"
    assert cells[2:] == ["10", "$429.86", "$2.15", "−$4,300.75", "$45,699.75"]


def test_a_reversal_says_why(vera: Client, gateway: GatewayDouble) -> None:
    answer = recorded("operations")
    answer["results"][0] |= {"type": "reversal", "order_id": None, "reason": "paid in <twice>"}
    gateway.answer("GET /api/v1/operations", answer)
    page = vera.get("/history").content.decode()
    assert '<span class="sub reason">paid in &lt;twice&gt;</span>' in page
    assert page.count('class="sub reason"') == 1


def test_amounts_out_have_a_real_minus(vera: Client) -> None:
    assert "−$4,300.75" in vera.get("/history").content.decode()


def test_a_filter_that_cannot_be_is_reported(vera: Client) -> None:
    answer = vera.get("/history?since=2026-02-02&until=2026-02-01")
    assert answer.status_code == 422
    assert "The last day is before the first." in answer.content.decode()


def test_a_history_to_the_last_day_that_there_is_has_no_end(vera: Client, gateway: GatewayDouble) -> None:
    assert vera.get(f"/history?{ALL_DAYS}").status_code == 200
    asked = gateway.requests_to("GET /api/v1/operations")[-1]
    assert asked.query.get("from") == "0001-01-01T00:00:00+00:00"
    assert "to" not in asked.query


def test_its_file_has_no_end_either(vera: Client) -> None:
    answer = vera.get(f"/history.csv?{ALL_DAYS}", headers={"X-Birzha-Exports": "taken"})
    assert answer.status_code == 200
    asked = parse_qs(urlsplit(answer["X-Accel-Redirect"]).query)
    assert asked == {"from": ["0001-01-01T00:00:00+00:00"], "format": ["csv"], "fees": ["included"]}


def test_the_history_as_a_file_is_handed_over_to_nginx(vera: Client, gateway: GatewayDouble) -> None:
    answer = vera.get("/history.csv?type=buy&ticker=aapl", headers={"X-Birzha-Exports": "taken"})
    asked = "/.handed-over/api/v1/operations?type=buy&ticker=AAPL&format=csv&fees=included"
    assert answer["X-Accel-Redirect"] == asked
    assert answer["X-Birzha-Authorization"] == "Bearer access-1"
    assert "attachment" in answer["X-Birzha-Disposition"]


def test_no_token_leaves_when_nginx_is_not_there_to_take_it(vera: Client) -> None:
    answer = vera.get("/history.csv")
    assert answer.status_code == 503
    assert not answer.has_header("X-Birzha-Authorization")


@pytest.mark.parametrize(
    ("told", "status", "words"),
    [("429", 429, "when they are downloaded"), ("503", 503, "Try again"), ("504", 503, "Try again"),
     ("404", 404, "does not exist"), ("406", 406, "could not be downloaded"), ("", 404, "does not exist")],
)  # fmt: skip
def test_a_file_that_was_refused_is_a_page(vera: Client, told: str, status: int, words: str) -> None:
    answer = vera.get("/.refused", headers={"X-Birzha-Refused": told})
    assert answer.status_code == status
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "code"), [(400, "validation_failed"), (403, "permission_denied"), (429, "rate_limited")]
)
def test_why_a_file_was_refused_is_what_the_rows_alone_are_refused_for(
    vera: Client, gateway: GatewayDouble, status: int, code: str
) -> None:
    gateway.answer("GET /api/v1/operations", {"code": code, "detail": "No more than 32 letters."}, status)
    answer = vera.get("/.refused?ticker=A%20B&type=buy", headers={"X-Birzha-Refused": str(status)})
    assert answer.status_code == status
    assert "No more than 32 letters." in answer.content.decode()
    assert gateway.requests[-1].query == {"ticker": "A B", "type": "buy", "format": "json", "page_size": "1"}


def test_too_long_a_file_is_reported_when_its_rows_are_not_refused(vera: Client) -> None:
    answer = vera.get("/.refused?type=buy&format=xlsx", headers={"X-Birzha-Refused": "400"})
    assert answer.status_code == 400
    assert "too many operations" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "name", "query"),
    [
        ("/history.xlsx?type=buy", "birzha-history-20", "operations?type=buy&format=xlsx&fees=included&"),
        ("/history.csv?for=excel", "birzha-history-20", "operations?format=csv&fees=included&"),
        ("/statement.pdf?month=2026-02", "birzha-statement-2026-02.pdf", "statements/2026-02?format=pdf&"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_file_for_a_person_has_the_pages_language_and_zone(
    vera: Client, path: str, name: str, query: str, language: str
) -> None:
    own = f"birzha_session={vera.cookies['birzha_session'].value}"
    for zone, sent in (("Europe/Moscow", "Europe%2FMoscow"), ("Factory", "UTC"), ("Mars", "UTC")):
        cookie = f"{own}; time_zone={zone}"
        headers = {"X-Birzha-Exports": "taken", "Accept-Language": language, "Cookie": cookie}
        answer = vera.get(path, headers=headers)
        assert name in answer["X-Birzha-Disposition"]
        there = f"/.handed-over/api/v1/{query}locale={language}&time_zone={sent}"
        assert answer["X-Accel-Redirect"] == there


@pytest.mark.parametrize(("language", "summer"), [("en", "Jul 1, 2026"), ("ru", "1 июл. 2026")])
def test_each_row_has_the_offset_of_its_own_time(
    vera: Client, gateway: GatewayDouble, language: str, summer: str
) -> None:
    """The page names the zone, not an offset, which is another one in summer than in winter."""
    answer = recorded("operations")
    moments = ("2026-07-02T03:30:00Z", "2026-01-02T03:30:00Z")
    rows = [{**answer["results"][0], "occurred_at": moment} for moment in moments]
    gateway.answer("GET /api/v1/operations", {**answer, "results": rows})
    vera.cookies["time_zone"] = "America/New_York"
    page = vera.get("/history", headers={"Accept-Language": language}).content.decode()
    assert f'{summer}<span class="sub">23:30:00</span>' in page
    assert '<span class="sub">22:30:00</span>' in page
    assert "UTC−" not in page
    assert '<span id="zone-name">America/New York</span>' in page


@pytest.mark.parametrize(
    "month", ["", "2026-13", "2026-2", "2026-02/../x", "٢٠٢٦-٠٢", "2026-02\n", "../account", "0000-01"]
)
def test_what_is_no_month_has_no_statement(vera: Client, month: str) -> None:
    answer = vera.get("/statement.pdf", {"month": month}, headers={"X-Birzha-Exports": "taken"})
    assert answer.status_code == 404
    assert "no statement of this month" in answer.content.decode()
    assert not answer.has_header("X-Accel-Redirect")


def test_a_month_to_come_is_told_of_as_one_that_there_is_not(vera: Client, gateway: GatewayDouble) -> None:
    asked = "/.refused?format=pdf&locale=en&time_zone=UTC"
    answer = vera.get(asked, headers={"X-Birzha-Refused": "404"})
    assert answer.status_code == 404
    assert "no statement of this month" in answer.content.decode()
    answer = vera.get(asked, headers={"X-Birzha-Refused": "400"})
    assert answer.status_code == 400
    assert "too many operations in this month" in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_statements_are_listed_by_month(vera: Client, gateway: GatewayDouble, language: str) -> None:
    months = [{"month": "2026-11", "is_complete": False}, {"month": "2026-10", "is_complete": True}]
    gateway.answer("GET /api/v1/statements", {"results": months})
    page = vera.get("/statements", headers={"Accept-Language": language}).content.decode()
    assert re.findall(r'href="(/statement.pdf[^"]+)" download', page) == [
        "/statement.pdf?month=2026-11", "/statement.pdf?month=2026-10",
    ]  # fmt: skip
    assert {"en": "October 2026", "ru": "Октябрь 2026"}[language] in page
    assert page.count('<span class="sub">') == 1
    assert re.search(r'href="/history" aria-current="true"', page)  # the tab that they stand below
    gateway.down("GET /api/v1/statements")
    assert vera.get("/statements").status_code == 503


def test_a_file_for_who_is_signed_out_is_the_sign_in(vera: Client) -> None:
    assert vera.get("/.refused", headers={"X-Birzha-Refused": "401"}).status_code in (302, 303)


@pytest.fixture
def nameless(gateway: GatewayDouble) -> None:
    """Operations of before billing was told names."""
    answer = recorded("operations")
    gateway.answer(
        "GET /api/v1/operations",
        {**answer, "results": [{**row, "name": None} for row in answer["results"]]},
    )


def test_names_that_come_with_the_operations_are_not_asked_for(vera: Client, gateway: GatewayDouble) -> None:
    assert '<span class="sub">Apple Inc.</span>' in vera.get("/history").content.decode()
    assert gateway.requests_to("GET /api/v1/instruments") == []


@pytest.mark.usefixtures("nameless")
def test_names_are_requested_once_and_remembered_for_each_language(
    vera: Client, gateway: GatewayDouble
) -> None:
    def asked() -> int:
        return len(gateway.requests_to("GET /api/v1/instruments"))

    for language in ("en", "en", "ru", "ru"):
        page = vera.get("/history", headers={"Accept-Language": language}).content.decode()
        assert '<span class="sub">Apple Inc.</span>' in page
    assert asked() == 2
    assert gateway.requests_to("GET /api/v1/instruments")[0].query == {"tickers": "AAPL", "page_size": "1"}


@pytest.mark.usefixtures("nameless")
def test_a_history_without_names_when_market_does_not_answer(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/instruments")
    answer = vera.get("/history")
    assert answer.status_code == 200
    assert "Buy AAPL" in answer.content.decode()
    gateway.answer("GET /api/v1/instruments", recorded("instruments"))
    assert ">Apple Inc.<" in vera.get("/history").content.decode()  # a failure is not remembered


def test_no_question_names_more_tickers_than_the_api_takes(vera: Client, gateway: GatewayDouble) -> None:
    answer = recorded("operations")
    (row,) = [row for row in answer["results"] if row["type"] == "buy"]
    rows = [{**row, "name": None, "ticker": f"{number:03}{'X' * 29}"} for number in range(50)]
    gateway.answer("GET /api/v1/operations", {**answer, "results": rows})
    for _ in range(2):
        vera.get("/history")
    first, second = (one.query["tickers"] for one in gateway.requests_to("GET /api/v1/instruments"))
    assert max(len(first), len(second)) <= 1000
    assert len({*first.split(","), *second.split(",")}) == 50


def test_a_phone_folds_filters_and_says_how_many_are_set(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    count, fold = r'<span id="filters-set"[^>]*>(.*?)</span>', r'<details class="fold"( open)?>'
    for query, words in (
        ("", ""),
        ("type=buy", ""),
        ("type=buy&ticker=aapl&since=2026-01-01", ": 2 filters"),
    ):
        page = vera.get(f"/history?{query}").content.decode()
        assert (re.findall(count, page), re.findall(fold, page)) == ([words], [""])
        rows = vera.get(f"/history?{query}", headers=htmx("operations")).content.decode()
        assert re.findall(count, rows) == [words]
    assert re.findall(fold, vera.get("/history?until=soon").content.decode()) == [" open"]


def test_filters_can_be_cleared_and_never_hide_the_statements(vera: Client, gateway: GatewayDouble) -> None:
    clear, statements = (
        '<a href="/history">Clear the filters</a>',
        '<a class="tools-first" href="/statements">',
    )
    every = vera.get("/history").content.decode()
    assert (clear in every, statements in every) == (False, True)
    some = vera.get("/history?type=buy").content.decode()
    assert (clear in some, statements in some) == (True, True)
    gateway.answer("GET /api/v1/operations", {"next": None, "previous": None, "results": []})
    none = vera.get("/history?type=withdrawal").content.decode()
    assert "Nothing matches these filters" in none
    assert statements in none
    assert statements not in vera.get("/history").content.decode()  # of a new account there are none
