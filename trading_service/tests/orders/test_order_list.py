"""GET /api/v1/orders and /api/v1/orders/{id}."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicekit.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(aapl, world, user_id) -> list[str]:
    """Three orders of the user, oldest first: filled AAPL, accepted MSFT, working sell of AAPL."""
    world.list_instrument("MSFT")
    made = [
        world.filled(user_id),
        world.order(user_id, ticker="MSFT", key="the-key"),
        world.working(user_id, side="sell", quantity=1),
    ]
    world.order(new_id())
    return [str(order.id) for order in made]


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("", [2, 1, 0]),
        ("?status=filled", [0]),
        ("?status=accepted,working", [2, 1]),
        ("?ticker=msft", [1]),
        ("?ticker=NOPE", []),
        ("?side=sell", [2]),
        ("?client_order_id=the-key", [1]),
        ("?from=2000-01-01&to=2999-12-31T23:59:59Z", [2, 1, 0]),
        ("?from=2999-01-01", []),
        ("?from=0001-01-01&to=9999-12-31", [2, 1, 0]),
        ("?to=9999-12-31T23:59:59-14:00", [2, 1, 0]),
        ("?to=0001-01-01T00:00:00%2B14:00", []),
        ("?to=2000-01-01T00:00:00%2B03:00", []),
        ("?side=buy&status=filled&ticker=AAPL", [0]),
    ],
)
def test_filters(orders, user_id, api, query: str, which: list[int]) -> None:
    answer = api(user_id).get(f"/api/v1/orders{query}")
    assert answer.status_code == 200, answer.json()
    assert [row["id"] for row in answer.json()["results"]] == [orders[index] for index in which]


def test_the_open_ones_come_beside_the_others_where_they_are_asked_for(orders, world, user_id, api) -> None:
    ask = api(user_id).get
    ended = ask("/api/v1/orders?status=filled").json()
    both = ask("/api/v1/orders?status=filled&include=open").json()
    assert both == {**ended, "open": ask("/api/v1/orders?status=accepted,working").json()}
    (of_one,) = ask("/api/v1/orders?status=filled&include=open&ticker=msft").json()["open"]["results"]
    assert of_one["id"] == orders[1]
    # and each has pages of its own
    world.filled(user_id)
    both = ask("/api/v1/orders?status=filled&include=open&page_size=1").json()
    assert [row["id"] for row in both["open"]["results"]] == [orders[2]]
    assert [row["id"] for row in ask(both["next"]).json()["results"]] == [orders[0]]
    assert ask(both["next"]).json()["open"] == both["open"]
    later = ask(both["open"]["next"]).json()
    assert [row["id"] for row in later["results"]] == [orders[1]]
    assert "open" not in later
    refused = ask("/api/v1/orders?include=everything")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "include")


def test_with_fills_come_those_that_were_filled(orders, aapl, world, user_id, api) -> None:
    part = world.working(user_id, side="sell", type="limit", limit_price="100.00", quantity=5)
    world.execute(part, quantity=2, price="101.00")
    answer = api(user_id).get("/api/v1/orders?fills=included&ticker=aapl")
    assert answer.status_code == 200, answer.json()
    rows = answer.json()["results"]
    assert [row["id"] for row in rows] == [str(part.id), orders[0]]
    assert [[(fill["quantity"], fill["price"]) for fill in row["fills"]] for row in rows] == [
        [(2, "101.00")],
        [(10, "100.00")],
    ]
    assert "fills" not in api(user_id).get("/api/v1/orders").json()["results"][0]


def test_the_fills_of_a_page_are_one_query(orders, world, user_id, api, django_assert_num_queries) -> None:
    client = api(user_id)
    with CaptureQueriesContext(connection) as few:
        client.get("/api/v1/orders?fills=included")
    queries = len(few)
    for _ in range(3):
        world.filled(user_id, quantity=1)
    with django_assert_num_queries(queries):
        assert len(client.get("/api/v1/orders?fills=included").json()["results"]) == 4


def test_a_date_as_the_end_is_included(orders, user_id, api) -> None:
    today = api(user_id).get("/api/v1/orders").json()["results"][0]["created_at"][:10]
    assert len(api(user_id).get(f"/api/v1/orders?from={today}&to={today}").json()["results"]) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=open", "status"),
        ("status=filled,", "status"),
        ("side=long", "side"),
        ("from=yesterday", "from"),
        ("from=2025-01-31T10:00:00", "from"),
        ("to=10000-01-01", "to"),
        ("to=2025-02-30", "to"),
        ("ticker=%00", "ticker"),
        ("cursor=nonsense", "cursor"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
    ],
)
def test_bad_filters(orders, user_id, api, query: str, field: str) -> None:
    answer = api(user_id).get(f"/api/v1/orders?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_pages(orders, user_id, api) -> None:
    seen, address = [], "/api/v1/orders?page_size=2"
    while address:
        page = api(user_id).get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == orders[::-1]


def test_the_list_needs_three_queries_at_most(orders, user_id, api, django_assert_max_num_queries) -> None:
    client = api(user_id)
    client.get("/api/v1/orders")
    with django_assert_max_num_queries(3):
        client.get("/api/v1/orders")


def test_one_order(orders, user_id, api) -> None:
    assert api(user_id).get(f"/api/v1/orders/{orders[0]}").json()["id"] == orders[0]


@pytest.mark.parametrize("path", [str(new_id()), "not-an-id", "0"])
def test_no_such_order(orders, user_id, api, path: str) -> None:
    answer = api(user_id).get(f"/api/v1/orders/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_somebody_elses_order_is_not_there(orders, api) -> None:
    answer = api(new_id()).get(f"/api/v1/orders/{orders[0]}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
