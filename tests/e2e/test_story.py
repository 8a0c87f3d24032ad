"""The whole story of a customer, in both languages, with every amount exact."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from tests.e2e.people import Client, Person, kept, problem_of, wait
from tests.faults.target import Target
from tests.system import System

ORDER = {
    "id", "client_order_id", "ticker", "side", "type", "quantity", "limit_price", "time_in_force", "status",
    "filled_quantity", "average_price", "amount", "fee", "reject_reason", "created_at", "updated_at",
}  # fmt: skip
POSITION = {
    "ticker", "name", "quantity", "held_quantity", "average_cost", "price", "market_value",
    "unrealized_pnl", "realized_pnl",
}  # fmt: skip
OPERATION = {
    "id", "type", "amount", "currency", "balance_after", "order_id", "ticker", "quantity", "price",
    "occurred_at",
}  # fmt: skip

NewPerson = Callable[..., Person]


def test_the_demo_runs_through_and_two_customers_meet(system: System) -> None:
    result = system.run("compose.demo")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "they bought" in result.stdout
    assert "sold to them" in result.stdout
    assert "Everything is correct" in result.stdout


def test_where_the_house_leaves_no_room_the_demo_cancels_its_order(system: System) -> None:
    target = Target(system.url, system.home)
    target.set_half_spread(["AAPL"], Decimal(0))
    try:
        result = system.run("compose.demo")
    finally:
        target.set_half_spread(["AAPL"], None)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "canceled it" in result.stdout
    assert "Everything is correct" in result.stdout


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_from_sign_up_to_sign_out(new_person: NewPerson, locale: str) -> None:
    # given somebody new with money
    person = new_person(locale=locale)
    assert person.get("/users/me")["locale"] == locale
    assert person.cash() | {"id": ""} == {
        "id": "",
        "currency": "USD",
        "balance": "0.00",
        "held": "0.00",
        "available": "0.00",
        "status": "open",
    }
    person.deposit("4000.00")

    # when they buy and sell
    bought = person.buy("AAPL", 3)
    sold = person.sell("AAPL", 1)

    # then the orders went through their states and the money is exact
    for order, quantity in ((bought, 3), (sold, 1)):
        assert order.keys() >= ORDER
        assert (order["status"], order["filled_quantity"]) == ("filled", quantity)
        assert [row["to_status"] for row in order["history"]] == ["accepted", "working", "filled"]
        assert order["reject_reason"] is None
        assert Decimal(order["amount"]) == quantity * Decimal(order["average_price"])
    cost = Decimal(bought["amount"]) + Decimal(bought["fee"])
    proceeds = Decimal(sold["amount"]) - Decimal(sold["fee"])
    assert person.balance() == Decimal("4000.00") - cost + proceeds

    # and the position, the history and the notifications say the same
    (position,) = person.get("/positions")["results"]
    assert position.keys() >= POSITION
    assert (position["ticker"], position["quantity"], position["held_quantity"]) == ("AAPL", 2, 0)
    rows = person.get("/operations")["results"]
    assert all(row.keys() >= OPERATION for row in rows)
    assert sum(Decimal(row["amount"]) for row in rows) == person.balance()
    assert [row["type"] for row in rows if row["order_id"] is None] == ["deposit"]
    news = wait_for_news(person, ["deposit_booked", "order_filled", "order_filled", "welcome"])
    titles = " ".join(row["title"] for row in news)
    assert any("а" <= letter <= "я" for letter in titles.lower()) == (locale == "ru")


def wait_for_news(person: Person, kinds: list[str]) -> list[dict[str, str]]:
    def look() -> list[dict[str, str]] | None:
        rows: list[dict[str, str]] = person.get("/notifications")["results"]
        return rows if sorted(row["kind"] for row in rows) == kinds else None

    news: list[dict[str, str]] = wait(look, f"not just {kinds} arrived")
    return news


def test_an_account_appears_within_two_seconds(visitor: Client) -> None:
    def signed_up() -> float:
        name = f"e2e-{uuid4().hex[:10]}"
        body = {"username": name, "email": f"{name}@example.com", "password": "correct horse battery"}
        answer = visitor.post("/users", body)
        assert answer.status_code == 201
        assert answer.json()["username"] == name
        assert "password" not in answer.text
        registered = time.monotonic()
        pair = visitor.post("/auth/token", {"username": body["email"], "password": body["password"]}).json()
        assert set(pair) == {"access", "refresh", "token_type", "expires_in"}
        assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 300)
        owner = Client(visitor.url, token=pair["access"])
        wait(lambda: owner.send("GET", "/account").status_code == 200, "no account")
        return time.monotonic() - registered

    kept(2.0, signed_up)


def test_an_order_answers_before_it_is_filled_and_says_where_it_is(person: Person) -> None:
    key = str(uuid4())
    body = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}
    answer = person.post("/orders", body, key=key)
    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/orders/{order['id']}"
    assert (order["status"], order["client_order_id"], order["filled_quantity"]) == ("accepted", key, 0)
    assert UUID(order["id"]).version == 7
    found = person.get("/orders", client_order_id=key)["results"]
    assert [row["id"] for row in found] == [order["id"]]
    person.ended(order)


def test_too_little_money_rejects_and_frees_the_hold(new_person: NewPerson) -> None:
    poor = new_person(deposit="10.00")
    order = poor.buy("AAPL", 1)
    assert (order["status"], order["reject_reason"]["code"]) == ("rejected", "insufficient_funds")
    assert order["reject_reason"]["detail"]
    assert [row["to_status"] for row in order["history"]] == ["accepted", "rejected"]
    assert poor.cash()["available"] == "10.00"
    assert poor.get("/positions")["results"] == []


def test_selling_what_one_does_not_own_is_rejected_at_once(new_person: NewPerson) -> None:
    person = new_person(deposit="10.00")
    order = person.place("sell", "AAPL", 1)
    assert (order["status"], order["reject_reason"]["code"]) == ("rejected", "insufficient_position")
    assert person.cash()["balance"] == "10.00"


def test_all_or_nothing_of_more_than_there_is_is_rejected_by_the_venue(new_person: NewPerson) -> None:
    rich = new_person(deposit="1000000.00")
    rich.deposit("1000000.00")
    before = rich.get("/instruments/EURSIM")["available_quantity"]
    body = {"ticker": "EURSIM", "side": "buy", "type": "market", "time_in_force": "fok"}
    order = rich.ended(rich.post("/orders", body | {"quantity": before + 1}, key=str(uuid4())).json())
    assert (order["status"], order["reject_reason"]["code"]) == ("rejected", "insufficient_quantity")
    assert [row["to_status"] for row in order["history"]] == ["accepted", "working", "rejected"]
    assert rich.cash()["available"] == "2000000.00"


def test_lists_can_be_filtered_and_paged(new_person: NewPerson) -> None:
    person = new_person(deposit="3000.00")
    for ticker in ("AAPL", "IBM", "BZIDX"):
        assert person.buy(ticker, 1)["status"] == "filled"
    first = person.get("/orders", page_size=2)
    assert set(first) == {"next", "previous", "results"}
    second = person.send("GET", first["next"]).json()
    assert [row["ticker"] for row in (*first["results"], *second["results"])] == ["BZIDX", "IBM", "AAPL"]
    assert [row["ticker"] for row in person.get("/orders", ticker="IBM")["results"]] == ["IBM"]
    assert person.get("/orders", status="rejected")["results"] == []
    assert [row["type"] for row in person.get("/operations", ticker="IBM")["results"]] in (
        ["fee", "buy"],
        ["buy", "fee"],
    )
    assert len(person.get("/operations", type="buy")["results"]) == 3


def test_the_history_is_the_same_as_a_file(person: Person) -> None:
    rows = person.rows("/operations")
    for answer in (
        person.send("GET", "/operations?format=csv"),
        person.send("GET", "/operations", headers={"Accept": "text/csv"}),
    ):
        assert answer.headers["Content-Type"].startswith("text/csv")
        header, *lines = answer.text.strip().splitlines()
        assert header.lstrip("\ufeff").split(",")[:3] == ["id", "type", "amount"]
        assert len(lines) == len(rows)


def test_notifications_are_read_one_by_one_and_all(new_person: NewPerson) -> None:
    person = new_person(deposit="10.00")
    news = wait_for_news(person, ["deposit_booked", "welcome"])
    assert person.get("/notifications")["unread_count"] == 2
    for _ in range(2):
        answer = person.post(f"/notifications/{news[0]['id']}/read")
        assert answer.status_code == 200
    assert person.get("/notifications", unread="true")["unread_count"] == 1
    assert person.post("/notifications/read-all").status_code == 200
    assert person.get("/notifications", unread="true") | {"results": 0} == {
        "unread_count": 0,
        "next": None,
        "previous": None,
        "results": 0,
    }


def test_a_final_order_cannot_be_canceled(person: Person) -> None:
    order = person.buy("BZIDX", 1)
    problem_of(person.post(f"/orders/{order['id']}/cancel"), 409, "order_not_cancelable")
    assert person.get(f"/orders/{order['id']}")["status"] == "filled"


def test_a_cancel_is_answered_and_the_money_is_right_whoever_wins(new_person: NewPerson) -> None:
    person = new_person(deposit="1000.00")
    for _ in range(3):
        order = person.place("buy", "BZIDX", 1)
        assert person.post(f"/orders/{order['id']}/cancel").status_code in {202, 409}
        assert person.ended(order)["status"] in {"filled", "canceled"}
    filled = person.get("/orders", status="filled")["results"]
    spent = sum(Decimal(row["amount"]) + Decimal(row["fee"]) for row in filled)
    assert person.balance() == Decimal("1000.00") - spent
    assert person.quantity_of("BZIDX") == len(filled)


def test_a_profile_can_be_changed(new_person: NewPerson) -> None:
    person = new_person()
    changes = {"display_name": "Anna", "time_zone": "Europe/Moscow", "locale": "ru"}
    answer = person.send("PATCH", "/users/me", json=changes)
    assert answer.status_code == 200
    assert person.get("/users/me").items() >= changes.items()
