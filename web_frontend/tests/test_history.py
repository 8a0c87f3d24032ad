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
    assert gateway.asked[-1].query == {
        "type": "buy",
        "ticker": "AAPL",
        "from": "2026-01-05T00:00:00+03:00",
        "to": "2026-01-07T00:00:00+03:00",
    }
    assert 'href="/history.csv?type=buy' in answer.content.decode()


def test_a_reversal_says_why(vera: Client, gateway: GatewayDouble) -> None:
    answer = recorded("operations")
    answer["results"][0] |= {"type": "reversal", "order_id": None, "reason": "paid in <twice>"}
    gateway.answer("GET /api/v1/operations", answer)
    page = vera.get("/history").content.decode()
    assert '<span class="sub reason">paid in &lt;twice&gt;</span>' in page
    assert page.count('class="sub reason"') == 1


def test_amounts_out_have_a_real_minus(vera: Client) -> None:
    fee = recorded("operations")["results"][0]
    page = vera.get("/history").content.decode()
    assert re.search(rf"−\${fee['amount'].lstrip('-')}", page)


def test_a_filter_that_cannot_be_is_told(vera: Client) -> None:
    answer = vera.get("/history?since=2026-02-02&until=2026-02-01")
    assert answer.status_code == 422
    assert "The last day is before the first." in answer.content.decode()


def test_a_history_to_the_last_day_that_there_is_has_no_end(vera: Client, gateway: GatewayDouble) -> None:
    assert vera.get(f"/history?{ALL_DAYS}").status_code == 200
    asked = gateway.asked_for("GET /api/v1/operations")[-1]
    assert asked.query.get("from") == "0001-01-01T00:00:00+00:00"
    assert "to" not in asked.query


def test_its_file_has_no_end_either(vera: Client) -> None:
    answer = vera.get(f"/history.csv?{ALL_DAYS}", headers={"X-Birzha-Exports": "taken"})
    assert answer.status_code == 200
    asked = parse_qs(urlsplit(answer["X-Accel-Redirect"]).query)
    assert asked == {"from": ["0001-01-01T00:00:00+00:00"]}


def test_the_history_as_a_file_is_handed_over_to_nginx(vera: Client, gateway: GatewayDouble) -> None:
    answer = vera.get("/history.csv?type=buy&ticker=aapl", headers={"X-Birzha-Exports": "taken"})
    assert answer["X-Accel-Redirect"] == "/.handed-over/api/v1/operations?type=buy&ticker=AAPL"
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
    assert gateway.asked[-1].query == {"ticker": "A B", "type": "buy", "page_size": "1"}


def test_a_file_for_who_is_signed_out_is_the_sign_in(vera: Client) -> None:
    assert vera.get("/.refused", headers={"X-Birzha-Refused": "401"}).status_code in (302, 303)
