"""Cash, history, notifications: what they show, and what they say when a source is down."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded


def test_an_account_that_is_being_opened_appears_by_itself(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/account", {"code": "account_not_ready", "detail": "…"}, 404)
    for path in ("/portfolio", "/cash"):
        page = vera.get(path).content.decode()
        assert "Your account is being opened" in page
        assert 'hx-trigger="every 1s"' in page


@pytest.mark.parametrize(
    ("typed", "language", "amount"),
    [
        ("1500", "en", "1500.00"),
        ("1,500.50", "en", "1500.50"),
        ("1 500,5", "ru", "1500.50"),
        ("1,500", "en", "1500.00"),
        ("$20", "en", "20.00"),
        ("1.500,25", "ru", "1500.25"),
        ("0,01", "en", "0.01"),
        ("1,000,000", "en", "1000000.00"),
    ],
)
def test_a_top_up_takes_comma_and_dot(
    vera: Client, gateway: GatewayDouble, typed: str, language: str, amount: str
) -> None:
    gateway.answer("POST /api/v1/deposits", recorded("deposit", amount=amount), 201)
    answer = vera.post("/cash", {"amount": typed, "key": "k1"}, headers={"Accept-Language": language})
    assert (answer.status_code, answer["Location"]) == (303, "/cash")
    sent = gateway.asked_for("POST /api/v1/deposits")[0]
    assert (sent.body, sent.headers["Idempotency-Key"]) == ({"amount": amount, "currency": "USD"}, "k1")


@pytest.mark.parametrize("typed", ["", "abc", "0", "-5", "1.005", "NaN", "Infinity", "1e400", "9" * 30, "٣"])
def test_what_is_no_amount_is_refused_at_its_field(vera: Client, gateway: GatewayDouble, typed: str) -> None:
    answer = vera.post("/cash", {"amount": typed, "key": "k1"})
    assert answer.status_code == 422
    assert 'id="top-up-amount_error"' in answer.content.decode()
    assert not gateway.asked_for("POST /api/v1/deposits")


def test_a_refused_deposit_stands_at_its_field(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("POST /api/v1/deposits", recorded("deposit_refused"), 400)
    answer = vera.post("/cash", {"amount": "999999", "key": "k1"}, headers=htmx("top-up"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.strip().startswith('<form id="top-up"')
    assert recorded("deposit_refused")["detail"] in page
    assert 'value="k1"' in page


def test_enough_deposits_for_today_is_told_in_the_form(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    problem = {"code": "deposit_quota_exceeded", "detail": "You have topped up 100 times today."}
    gateway.answer("POST /api/v1/deposits", problem, 429, Retry_After="3600")
    answer = vera.post("/cash", {"amount": "1", "key": "k1"}, headers=htmx("top-up"))
    assert answer.status_code == 422
    assert "You have topped up 100 times today." in answer.content.decode()


def test_cash_says_which_part_failed(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/account", "GET /api/v1/operations")
    page = vera.get("/cash").content.decode()
    assert "Your account could not be loaded" in page
    assert "The operations could not be loaded" in page


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


def test_a_filter_that_cannot_be_is_told(vera: Client) -> None:
    answer = vera.get("/history?since=2026-02-02&until=2026-02-01")
    assert answer.status_code == 422
    assert "The last day is before the first." in answer.content.decode()


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


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [("/history", "operations", "The history could not be loaded"),
     ("/orders", "orders", "Your ended orders could not be loaded"),
     ("/notifications", "notifications", "The notifications could not be loaded")],
)  # fmt: skip
def test_a_failed_list_offers_to_try_again(
    vera: Client, gateway: GatewayDouble, path: str, source: str, words: str
) -> None:
    gateway.down(f"GET /api/v1/{source}")
    answer = vera.get(path)
    assert answer.status_code == 503
    assert words in answer.content.decode()
    assert "Try again" in answer.content.decode()


def test_notifications_are_read_in_place(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    told = recorded("notifications")["results"][0]
    page = vera.get("/notifications").content.decode()
    assert told["title"] in page
    assert "Mark all as read" in page
    read = {**told, "read": True, "read_at": told["created_at"]}
    gateway.answer(f"POST /api/v1/notifications/{told['id']}/read", read)
    answer = vera.post(f"/notifications/{told['id']}/read", headers=htmx(f"news-{told['id']}"))
    assert answer["HX-Trigger"] == "notifications-read"
    assert "Mark as read" not in answer.content.decode()


def test_all_that_was_shown_is_marked_read_and_nothing_newer(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/notifications", recorded("notifications", unread_count=2))
    gateway.answer("POST /api/v1/notifications/read-all", {"unread_count": 1})
    newest = recorded("notifications")["results"][0]["id"]
    assert f'name="up_to" value="{newest}"' in vera.get("/notifications").content.decode()
    assert vera.post("/notifications/read-all", {"up_to": newest})["Location"] == "/notifications"
    assert gateway.asked_for("POST /api/v1/notifications/read-all")[0].body == {"up_to": newest}


def test_an_older_page_offers_to_mark_nothing_above_it(vera: Client, gateway: GatewayDouble) -> None:
    older = recorded("notifications", unread_count=2, previous="http://x/api/v1/notifications?cursor=abc")
    gateway.answer("GET /api/v1/notifications", older)
    assert "Mark all as read" not in vera.get("/notifications?cursor=def").content.decode()


def test_the_header_counts_unread_in_words(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("GET /api/v1/notifications", recorded("notifications", unread_count=3))
    assert vera.get("/notifications/unread", headers=htmx("unread")).content.decode().strip() == "3 unread"
    gateway.down("GET /api/v1/notifications")
    assert vera.get("/notifications/unread", headers=htmx("unread")).status_code == 204


def test_amounts_out_have_a_real_minus(vera: Client) -> None:
    fee = recorded("operations")["results"][0]
    page = vera.get("/history").content.decode()
    assert re.search(rf"−\${fee['amount'].lstrip('-')}", page)


ALL_DAYS = "since=0001-01-01&until=9999-12-31"


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


@pytest.mark.parametrize("key", ["\u0663", "e\u0301", "a b", "x" * 129, "\x00"])
def test_a_key_that_is_none_is_refused(vera: Client, gateway: GatewayDouble, key: str) -> None:
    assert vera.post("/cash", {"amount": "5", "key": key}).status_code == 422
    assert not gateway.asked_for("POST /api/v1/deposits")
