"""An order is rejected and the user is told why."""

from __future__ import annotations

import pytest

from notification_service.tests.events import rejected

pytestmark = pytest.mark.django_db(transaction=True)


def body(api, user_id, language="en"):
    (notification,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]
    assert notification["kind"] == "order_rejected"
    return notification["body"]


def test_no_money(api, deliver, user_id):
    deliver(rejected(user_id))

    assert body(api, user_id) == (
        "The order to buy 5 units of AAPL was rejected. It needed $6,034.08; you had $100.00 available."
    )
    assert body(api, user_id, "ru") == (
        "Заявка на покупку 5 единиц AAPL отклонена. Нужно было 6\xa0034,08\xa0$, доступно было 100,00\xa0$."
    )


@pytest.mark.parametrize(
    ("code", "limit", "value", "reason"),
    [
        ("insufficient_position", "3", "5", "You can sell 3."),
        ("insufficient_quantity", "1200", "5000", "Only 1,200 could be executed."),
        ("price_moved", "195.5", "197.1", "The price moved to $197.10, past your limit of $195.50."),
        ("instrument_halted", "open", "halted", "Trading in it is halted."),
        ("quote_stale", "30", "95", "There was no fresh price for it."),
        ("insufficient_funds", "", "", "You did not have enough money available."),
        ("insufficient_position", "", "", "You do not have that many to sell."),
        ("insufficient_quantity", "", "", "Less than that could be executed."),
        ("price_moved", "", "", "The price moved too far."),
        ("something_new", "", "", "Reason: something_new."),
    ],
)
def test_each_reason_is_a_sentence(api, deliver, user_id, code, limit, value, reason):
    deliver(rejected(user_id, side="sell", quantity=1, code=code, limit=limit, value=value))

    assert body(api, user_id) == f"The order to sell 1 unit of AAPL was rejected. {reason}"


@pytest.mark.parametrize("code", ["insufficient_funds", "insufficient_position", "price_moved"])
def test_a_bound_that_is_no_number_is_shown_as_it_is(api, deliver, user_id, code):
    deliver(rejected(user_id, code=code, limit="all of it", value="more"))

    assert "all of it" in body(api, user_id)
