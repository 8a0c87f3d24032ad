"""GET /account/holds: what a customer's cash is held for."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from billing_service.holds.services import holds_place, holds_void, orders_settle
from billing_service.tests.orders import limit_placed, order_placed, order_rejected, part_filled, received
from servicekit.ids import new_id

URL = "/api/v1/account/holds"


def test_each_open_order_has_what_is_still_held_for_it(customer, api):
    account = customer(1_000_00)
    first, second = (limit_placed(account.user_id, hold_amount=amount) for amount in (100_50, 200_00))
    holds_place(messages=[received(first), received(second)])
    orders_settle(messages=[received(part_filled(second, amount=40_00, fee=10, hold_left=150_00))])

    rows = api(account.user_id).get(URL).json()["results"]
    assert [(row["order_id"], row["amount"], row["currency"]) for row in rows] == [
        (str(second.order_id), "150.00", "USD"), (str(first.order_id), "100.50", "USD"),
    ]  # fmt: skip
    assert rows[0]["placed_at"].endswith("Z")
    held = api(account.user_id).get("/api/v1/account").json()["held"]
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(held)


def test_what_has_ended_is_not_held(customer, api):
    account = customer(1_000_00)
    order = order_placed(account.user_id, hold_amount=435_00)
    holds_place(messages=[received(order)])
    assert len(api(account.user_id).get(URL).json()["results"]) == 1
    holds_void(messages=[received(order_rejected(order))])
    assert api(account.user_id).get(URL).json()["results"] == []


def test_pages_of_holds(customer, api, django_assert_max_num_queries):
    account = customer(1_000_00)
    holds_place(messages=[received(limit_placed(account.user_id, hold_amount=1)) for _ in range(5)])
    client, seen, url = api(account.user_id), [], f"{URL}?page_size=2"
    while url:
        with django_assert_max_num_queries(3):
            page = client.get(url).json()
        seen += [row["order_id"] for row in page["results"]]
        url = page["next"] and "?".join(urlsplit(page["next"])[2:4])
    assert len(set(seen)) == len(seen) == 5


def test_nobody_sees_others_holds(customer, api):
    account = customer(1_000_00)
    holds_place(messages=[received(limit_placed(account.user_id, hold_amount=1_00))])
    assert api(customer(5_00).user_id).get(URL).json()["results"] == []
    assert api(new_id()).get(URL).json()["results"] == []
